"""An estimate says whether it is exact."""

import torch

from core.shapley.estimate import ShapleyEstimate


def test_only_what_was_not_sampled_is_exact():
    values = torch.zeros(2, 1)
    assert ShapleyEstimate(values, None, 4, "enumeration").is_exact
    unknown = torch.full_like(values, torch.inf)
    assert not ShapleyEstimate(values, unknown, 4, "permutation", samples=1).is_exact
