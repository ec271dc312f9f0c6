"""The rules that call a context misaligned."""

import pytest

from core.explain.misalignment import verdicts
from core.records import AnyGame, Game, Games, NoGame, Player, Standing

BANK = 8


def game(side: str, **standing: float | None) -> Game:
    """A game of one own context against a bank of eight; only what the rules read is meant."""
    players = [Player(text="own", context=0)]
    players += [Player(text=f"bank {i}", bank_id=str(i)) for i in range(BANK)]
    zeros = [0.0] * len(players)
    values = {"shapley_value": 0.1, "scaled_value": 0.9, "rank": 1, "margin": 0.2} | standing
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="quadrature",
        evaluations=0,
        players=players,
        similarities=zeros,
        shapley_values=zeros,
        value_grand=0.0,
        efficiency_residual=0.0,
        standings=[Standing(context=0, similarity=0.0, **values)],
        bank_targets=[],
        bank_values=[[]],
    )


def rule(text: AnyGame, image: AnyGame) -> tuple[str, str]:
    (verdict,) = verdicts(Games(text=text, image=image), 1)
    return verdict.label, verdict.rule


NO_IMAGE = NoGame(side="image", reason="no image")


def test_first_on_every_side_is_aligned():
    assert rule(game("text"), game("image")) == ("aligned", "first")
    assert rule(game("text"), NO_IMAGE) == ("aligned", "first")


@pytest.mark.parametrize("side", ["text", "image"])
def test_a_value_below_zero_on_one_side_is_misaligned(side):
    sides = {"text": game("text"), "image": game("image")}
    sides[side] = game(side, shapley_value=-0.01, rank=2)
    assert rule(**sides) == ("misaligned", "negative")


def test_a_sampled_value_must_be_below_zero_beyond_two_standard_errors():
    doubtful = game("text", shapley_value=-0.01, standard_error=0.01)
    certain = game("text", shapley_value=-0.03, standard_error=0.01)
    assert rule(doubtful, NO_IMAGE) == ("aligned", "first")
    assert rule(certain, NO_IMAGE) == ("misaligned", "negative")


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (2, ("uncertain", "contested")),
        (3, ("uncertain", "contested")),
        (4, ("misaligned", "outranked")),
    ],
)
def test_more_than_a_quarter_of_the_bank_above_it_is_misaligned(rank, expected):
    assert rule(game("text", rank=rank), game("image")) == expected


def test_without_a_game_nothing_is_known():
    silent = NoGame(side="text", reason="no context")
    assert rule(silent, NO_IMAGE) == ("unknown", "no_game")


def test_a_context_that_took_no_part_is_unknown():
    second = verdicts(Games(text=game("text"), image=NO_IMAGE), 2)[1]
    assert (second.context, second.label) == (1, "unknown")


def test_the_reason_carries_the_numbers():
    (verdict,) = verdicts(Games(text=game("text", rank=5), image=NO_IMAGE), 1)
    assert "4 of 8" in verdict.reason
