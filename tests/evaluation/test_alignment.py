"""Alignment scores against orders and pairs counted one by one."""

import itertools
import math

import pytest
import torch
from torch.nn.functional import normalize

from core.evaluation.alignment import alignment_report

TEMPERATURE = 0.3


def unit_vectors(posts: int, width: int = 16, *, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return normalize(torch.randn(posts, width, generator=generator, dtype=torch.float64), dim=-1)


def pairs(posts: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Contexts that lean towards their own target, but not so far that all is clear."""
    targets = unit_vectors(posts, seed=1)
    return normalize(targets + 2 * unit_vectors(posts, seed=2), dim=-1), targets


def coalition_value(similarities: list[float]) -> float:
    weights = [math.exp(s / TEMPERATURE) for s in similarities]
    return sum(w * s for w, s in zip(weights, similarities, strict=True)) / sum(weights)


def mean_gains(similarities: list[float]) -> list[float]:
    """Shapley values by walking through every order of the players."""
    totals = [0.0] * len(similarities)
    orders = list(itertools.permutations(range(len(similarities))))
    for order in orders:
        present, before = [], 0.0
        for player in order:
            present.append(similarities[player])
            after = coalition_value(present)
            totals[player] += after - before
            before = after
    return [total / len(orders) for total in totals]


def share_of_pairs_in_order(own: list[float], foreign: list[float]) -> float:
    wins = [(a > b) + 0.5 * (a == b) for a, b in itertools.product(own, foreign)]
    return sum(wins) / len(wins)


def scores_one_by_one(
    contexts: torch.Tensor, targets: torch.Tensor, games: list[tuple[list[int], list[int]]]
) -> tuple[float, float, float]:
    """Return both areas and the recall over games, each of its players and its new posts."""
    own, foreign, own_similarity, foreign_similarity, first = [], [], [], [], []
    for players, fresh in games:
        for post in fresh:
            similarities = [float(contexts[player] @ targets[post]) for player in players]
            values, place = mean_gains(similarities), players.index(post)
            first.append(max(values) == values[place])
            own.append(values.pop(place))
            own_similarity.append(similarities.pop(place))
            foreign += values
            foreign_similarity += similarities
    return (
        share_of_pairs_in_order(own, foreign),
        share_of_pairs_in_order(own_similarity, foreign_similarity),
        sum(first) / len(first),
    )


def test_one_game_agrees_with_counting_by_hand():
    contexts, targets = pairs(5)
    report = alignment_report(contexts, targets, temperature=TEMPERATURE, game_size=5)
    expected = scores_one_by_one(contexts, targets, [(list(range(5)), list(range(5)))])
    found = (report.auroc, report.auroc_similarity, report.recall_at_1)
    assert found == pytest.approx(expected, abs=1e-12)
    assert 0.5 < report.auroc < 1


def test_a_last_group_is_filled_up_and_counts_only_its_own_posts():
    contexts, targets = pairs(7)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(3)).tolist()
    games = [(order[:4], order[:4]), ([*order[4:], order[0]], order[4:])]
    report = alignment_report(contexts, targets, temperature=TEMPERATURE, game_size=4, seed=3)
    found = (report.auroc, report.auroc_similarity, report.recall_at_1)
    assert found == pytest.approx(scores_one_by_one(contexts, targets, games), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_each_post_is_counted_once_however_the_groups_are_drawn(seed):
    targets = torch.eye(7)
    contexts = targets.clone()
    contexts[2] *= -1  # the one post whose context never comes first
    report = alignment_report(contexts, targets, temperature=0.1, game_size=4, seed=seed)
    assert report.recall_at_1 == 6 / 7


@pytest.mark.parametrize(("posts", "game_size"), [(64, 32), (70, 32), (2, 2)])
def test_perfect_pairs_score_one(posts, game_size):
    vectors = unit_vectors(posts, seed=0)
    report = alignment_report(vectors, vectors, temperature=0.1, game_size=game_size)
    assert (report.auroc, report.auroc_similarity, report.recall_at_1) == (1.0, 1.0, 1.0)


def test_unrelated_contexts_score_by_chance():
    contexts, targets = unit_vectors(480, seed=0), unit_vectors(480, seed=1)
    report = alignment_report(contexts, targets, temperature=0.1, game_size=16)
    assert report.auroc == pytest.approx(0.5, abs=0.06)  # 4 standard errors
    assert report.auroc_similarity == pytest.approx(0.5, abs=0.06)
    assert report.recall_at_1 == pytest.approx(1 / 16, abs=0.045)


def test_fewer_posts_than_players_play_one_smaller_game():
    contexts, targets = pairs(5)
    report = alignment_report(contexts, targets, temperature=TEMPERATURE, game_size=32)
    assert (report.posts, report.game_size) == (5, 5)
    whole = alignment_report(contexts, targets, temperature=TEMPERATURE, game_size=5)
    assert report == whole


def test_the_seed_alone_decides_the_draw():
    contexts, targets = pairs(40)
    first, again, other = (
        alignment_report(contexts, targets, temperature=TEMPERATURE, game_size=8, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.auroc != other.auroc


def test_one_post_has_nobody_to_play_against():
    with pytest.raises(ValueError, match="at least two posts"):
        alignment_report(torch.ones(1, 1), torch.ones(1, 1), temperature=0.1)
