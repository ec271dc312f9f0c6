"""Sums along orders against cumulative sums."""

import pytest
import torch

from core.shapley.running_sums import in_order, running_sums

ORDERS = torch.tensor([[2, 0, 3, 1], [1, 3, 0, 2], [0, 1, 2, 3]])


@pytest.mark.parametrize("length", [1, 3, 4])
def test_sums_are_those_of_the_rows_in_order(cosines, length):
    values, orders = cosines(4, 5), ORDERS[:, :length]
    found = running_sums(values, orders)
    torch.testing.assert_close(found, values[orders].cumsum(dim=1))
    assert torch.equal(in_order(values, orders), values[orders].transpose(0, 1))


def test_the_gradient_is_right(cosines):
    values = cosines(4, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: running_sums(v, ORDERS), (values,))


def test_what_is_summed_stays_as_it_was(cosines):
    values = cosines(4, 2)
    before = values.clone()
    running_sums(values, ORDERS)
    assert torch.equal(values, before)
