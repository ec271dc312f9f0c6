"""Records by hand: only their shape is real, so that what a row holds can be counted by eye."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from core.annotations.columns import About
from core.datasets.tokens import tokenize
from core.records import (
    Context,
    Entity,
    Game,
    Games,
    Gates,
    ImageInfo,
    Label,
    NoGame,
    Outcome,
    Player,
    Post,
    Record,
    Relation,
    Side,
    Standing,
    Verdict,
)

MakeRecord = Callable[..., Record]
Spans = Sequence[tuple[str, int, int]]

TEXT = "Ada Lovelace visits London with #IBM"
SHA = "ab" * 32


@pytest.fixture
def make_record() -> MakeRecord:
    """Build the Record of a post of 7 words, whose gold is a person, a place and a company."""
    return build_record


@pytest.fixture
def make_outcome() -> Callable[..., Outcome]:
    """Build what is said of that post from (type, first word, word after the last)."""
    return build_outcome


@pytest.fixture
def about() -> About:
    return About(
        task="mner",
        checkpoint="tiny@123",
        dataset="twitter posts.txt",
        created="2026-01-02T03:04:05+00:00",
        command="python -m core annotate",
    )


def entity(name: str, start: int, end: int, *, score: float = 1.0) -> Entity:
    tokens = tokenize(TEXT)
    first, last = tokens[start].start, tokens[end - 1].end
    return Entity(
        text=TEXT[first:last],
        type=name,
        start=first,
        end=last,
        token_start=start,
        token_end=end,
        score=score,
    )


def build_outcome(
    *spans: tuple[str, int, int],
    relations: Sequence[tuple[int, int, str]] = (),
    label: str | None = None,
) -> Outcome:
    made = [Relation(head=head, tail=tail, type=name) for head, tail, name in relations]
    return Outcome(entities=[entity(*span) for span in spans], relations=made, label=label)


def build_record(
    name: str = "post",
    *,
    gold: Outcome | None = None,
    predicted: Spans = (("PER", 0, 2),),
    scores: Sequence[float] = (),
    without: Outcome | None = None,
    contexts: Sequence[str] = ("a woman in London", "an old computer"),
    off: Sequence[int] = (),
    values: Sequence[float] = (0.5, 2.0),
    image: bool = True,
    label: Label | None = None,
    **changes: Any,
) -> Record:
    scores = [*scores, *[1.0] * len(predicted)]
    standings = [
        Standing(
            context=place,
            shapley_value=value / 10,
            scaled_value=value,
            similarity=0.5,
            rank=1 + place,
            margin=value - 1,
        )
        for place, value in enumerate(values)
        if place not in off
    ]
    return Record(
        post=Post(
            id=name,
            text=TEXT,
            tokens=list(tokenize(TEXT)),
            image=ImageInfo(sha256=SHA, width=4, height=3) if image else None,
        ),
        contexts=[
            Context(text=text, generator="typed", included=place not in off)
            for place, text in enumerate(contexts)
        ],
        games=Games(
            text=_game("text", standings),
            image=_game("image", standings[::-1])
            if image
            else NoGame(side="image", reason="no image"),
        ),
        gates=Gates(text=[0.5] * 6 + [1.0], image=[[0.25, 0.75]], contexts=[0.5, 0.5])
        if image
        else None,
        entities=[
            entity(*span, score=score) for span, score in zip(predicted, scores, strict=False)
        ],
        label=label,
        without_contexts=without,
        gold=gold,
        verdicts=[
            Verdict(context=0, label="aligned", rule="first", reason="It fits."),
            Verdict(context=1, label="misaligned", rule="negative", reason="It does not."),
        ],
        timings={"encode": 0.5},
        fingerprints={"checkpoint": "tiny@123"},
        **changes,
    )


def _game(side: Side, standings: list[Standing]) -> Game | NoGame:
    if not standings:
        return NoGame(side=side, reason="no context")
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="exact",
        evaluations=1,
        players=[Player(text="x", context=standing.context) for standing in standings],
        similarities=[0.5] * len(standings),
        shapley_values=[standing.shapley_value for standing in standings],
        value_grand=1.0,
        efficiency_residual=0.0,
        standings=standings,
        bank_targets=[],
        bank_values=[[]] * len(standings),
    )
