"""How answers are read off numbers, and tables made of columns."""

import pytest
import torch

from core.lab.card import closest, photo_of, sign, table_rows


@pytest.mark.parametrize(("value", "expected"), [(0.1, 1), (-0.1, -1), (0.0, 0), (1e-17, 0)])
def test_rounding_has_no_sign(value, expected):
    assert sign(value) == expected


def test_the_nearest_outcome_is_found_by_its_worst_player():
    found = torch.tensor([0.0, 1.0])
    outcomes = [torch.tensor([0.0, 0.0]), torch.tensor([0.4, 1.4]), torch.tensor([3.0, 1.0])]
    assert closest(found, outcomes) == 1


def test_columns_become_rows_of_rounded_numbers():
    rows = table_rows({"who": ["a", "b"], "n": [1, 2], "φ": [0.12341, -1e-9]})
    assert rows == ({"who": "a", "n": 1, "φ": 0.1234}, {"who": "b", "n": 2, "φ": 0.0})


def test_a_photo_has_five_different_contexts():
    photo = photo_of(2)
    assert len(set(photo.labels)) == 5
    assert photo.similarities.shape == (5, 1)
    assert photo.similarities.dtype == torch.float64
