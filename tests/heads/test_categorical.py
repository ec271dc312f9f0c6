"""The categorical head against the definition, written out with the math module."""

import math

import pytest
import torch

from core.heads.categorical import CategoricalHead

SCORES = torch.tensor([[0.5, -1.0, 2.0], [0.0, 3.0, 3.0]])
MASK = torch.ones(2, 1, dtype=torch.bool)
HEAD = CategoricalHead()


def share(row: list[float], answer: int) -> float:
    return math.exp(row[answer]) / sum(math.exp(score) for score in row)


def test_log_likelihood_is_the_log_of_the_share_of_exactly_these_answers():
    found = HEAD.log_likelihood(SCORES, torch.tensor([1, 2]), MASK)
    rows = SCORES.tolist()
    expected = [math.log(share(rows[0], 1)), math.log(share(rows[1], 2))]
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


def test_loss_is_the_mean_cross_entropy_over_posts():
    gold = torch.tensor([2, 0])
    rows = SCORES.tolist()
    expected = -(math.log(share(rows[0], 2)) + math.log(share(rows[1], 0))) / 2
    assert HEAD.loss(SCORES, gold, MASK).item() == pytest.approx(expected, abs=1e-6)


def test_the_loss_weighs_as_much_as_there_are_posts():
    assert HEAD.loss_weight(torch.tensor([2, 0]), MASK) == 2


def test_decode_takes_the_first_of_the_best():
    assert HEAD.decode(SCORES, MASK).tolist() == [2, 1]


def test_probabilities_are_the_shares_and_sum_to_one():
    found = HEAD.probabilities(SCORES).tolist()
    for row, given in zip(found, SCORES.tolist(), strict=True):
        assert row == pytest.approx([share(given, label) for label in range(3)], abs=1e-6)
        assert sum(row) == pytest.approx(1.0, abs=1e-6)


def test_large_scores_do_not_overflow():
    scores = torch.tensor([[1e4, -1e4]])
    assert HEAD.log_likelihood(scores, torch.tensor([1]), MASK[:1]).item() == -2e4
    assert HEAD.probabilities(scores).tolist() == [[1.0, 0.0]]


def test_the_gradient_of_the_loss_is_probability_minus_gold():
    given = SCORES.clone().requires_grad_()
    HEAD.loss(given, torch.tensor([2, 0]), MASK).backward()
    gold = torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    torch.testing.assert_close(given.grad, (HEAD.probabilities(SCORES) - gold) / 2)


def test_disagreement_is_the_mean_of_both_divergences():
    others = SCORES.flip(1)
    expected = []
    for row, other in zip(SCORES.tolist(), others.tolist(), strict=True):
        p, q = ([share(each, answer) for answer in range(3)] for each in (row, other))
        expected.append(sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True)) / 2)
    assert HEAD.disagreement(SCORES, others, MASK).tolist() == pytest.approx(expected, abs=1e-6)
    assert not HEAD.disagreement(SCORES, SCORES, MASK).any()
