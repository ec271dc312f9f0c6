"""The losses over similarities, against torch's own and against counting by hand."""

import pytest
import torch

from core.shapley.alternatives import info_nce, triplet
from core.shapley.pairs import LossSettings, Pairs, find_duplicates

LOSSES = (info_nce, triplet)


def pairs_of(similarity, groups=None):
    ids = torch.arange(len(similarity)) if groups is None else torch.tensor(groups)
    return Pairs(similarity, find_duplicates(ids.unsqueeze(1)))


def test_info_nce_is_the_cross_entropy_of_columns_and_of_rows(cosines):
    similarity = cosines(6, 6)
    there, back = info_nce(pairs_of(similarity), LossSettings(contrast_temperature=0.07))
    own = torch.arange(6)
    torch.testing.assert_close(there, torch.nn.functional.cross_entropy(similarity.T / 0.07, own))
    torch.testing.assert_close(back, torch.nn.functional.cross_entropy(similarity / 0.07, own))


def test_duplicates_are_no_negatives_of_info_nce(cosines):
    similarity, groups = cosines(4, 4), [7, 3, 7, 1]
    there, _ = info_nce(pairs_of(similarity, groups), LossSettings(contrast_temperature=0.5))
    games = []
    for target in range(4):
        rivals = [k for k in range(4) if k == target or groups[k] != groups[target]]
        logits = similarity[rivals, target] / 0.5
        own = torch.tensor(rivals.index(target))
        games.append(torch.nn.functional.cross_entropy(logits, own))
    torch.testing.assert_close(there, torch.stack(games).mean())


def test_a_triplet_costs_what_its_negatives_come_within_the_margin():
    similarity = torch.tensor([[0.6, 0.5, 0.1], [0.2, 0.4, 0.3], [0.0, 0.5, 0.9]])
    there, back = triplet(pairs_of(similarity), LossSettings(margin=0.2))
    columns = [0, (0.3 + 0.3) / 2, 0]  # only the second target's: 0.5 against 0.4, twice
    rows = [0.1 / 2, (0.0 + 0.1) / 2, 0]
    assert there.item() == pytest.approx(sum(columns) / 3)
    assert back.item() == pytest.approx(sum(rows) / 3)


def test_a_duplicate_is_left_out_of_the_triplets():
    similarity = torch.tensor([[0.6, 0.5, 0.1], [0.2, 0.4, 0.3], [0.0, 0.5, 0.9]])
    there, _ = triplet(pairs_of(similarity, [0, 0, 1]), LossSettings(margin=0.2))
    assert there.item() == pytest.approx((0 + 0.3 + 0) / 3)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_of_duplicates_has_nothing_to_tell_apart(cosines, loss):
    similarity = cosines(3, 3).requires_grad_()
    there, back = loss(pairs_of(similarity, [0, 0, 0]), LossSettings())
    (there + back).backward()
    assert there.item() == back.item() == 0
    assert torch.equal(similarity.grad, torch.zeros_like(similarity))


@pytest.mark.parametrize("loss", LOSSES)
def test_gradcheck_passes(cosines, loss):
    similarity = cosines(4, 4).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: loss(pairs_of(s, [0, 1, 1, 2]), LossSettings()), (similarity,)
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_the_directions_are_those_of_the_turned_matrix(cosines, loss):
    similarity = cosines(5, 5)
    there, back = loss(pairs_of(similarity), LossSettings())
    turned_there, turned_back = loss(pairs_of(similarity.T), LossSettings())
    torch.testing.assert_close((there, back), (turned_back, turned_there))
