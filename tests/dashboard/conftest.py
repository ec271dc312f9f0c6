"""Records to draw, and a tiny real checkpoint for the page to run."""

import hashlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.records import (
    AnyGame,
    Attention,
    Context,
    Entity,
    Game,
    Games,
    Gates,
    ImageInfo,
    NoGame,
    Player,
    Post,
    Record,
    Side,
    Standing,
    Token,
    Verdict,
)

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
ROWS = COLUMNS = 3
BANK = [f"post-{number}" for number in range(6)]
CONTEXTS = ("A tower over a park.", "A plate of pasta.", "Tourists in Paris.")
MakeRecord = Callable[..., Record]


@pytest.fixture
def make_record() -> MakeRecord:
    """Build a Record by hand: only its shape is real, so that drawings can be checked by eye."""
    return _record


@pytest.fixture
def page(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AppTest]:
    """Open the app as a new visitor, over the tiny checkpoint and an empty cache of contexts."""
    monkeypatch.setenv("SHAPCA_CHECKPOINT", str(tiny_checkpoint))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return lambda: AppTest.from_file(APP, default_timeout=60)


def _record(
    text: str = "Anna sees the Eiffel Tower !",
    *,
    contexts: Sequence[str] = CONTEXTS,
    values: Sequence[float] = (2.5, -0.75, 1.25),
    off: Sequence[int] = (),
    image: bool = True,
    standard_error: float | None = None,
    entities: Sequence[tuple[int, int, str, bool | None]] = (
        (0, 1, "PER", False),
        (3, 5, "LOC", True),
    ),
) -> Record:
    tokens = _tokens(text)
    used = [place for place in range(len(contexts)) if place not in off]
    scaled = {place: values[place % len(values)] for place in used}
    digest = hashlib.sha256(b"photo").hexdigest()
    uneven = random.Random(7)
    weights = [[uneven.random() for _ in range(ROWS * COLUMNS)] for _ in tokens]
    return Record(
        post=Post(
            id="post",
            text=text,
            tokens=tokens,
            image=ImageInfo(sha256=digest, width=60, height=40) if image else None,
        ),
        contexts=[
            Context(text=words, generator="typed", included=place in used)
            for place, words in enumerate(contexts)
        ],
        games=Games(
            text=_game("text", contexts, scaled, standard_error),
            image=_game("image", contexts, scaled, standard_error)
            if image
            else NoGame(side="image", reason="The post has no image, so it has no image side."),
        ),
        gates=Gates(
            text=[round(0.1 + 0.8 * place / len(tokens), 3) for place in range(len(tokens))],
            image=[[0.1 * (row + column) for column in range(COLUMNS)] for row in range(ROWS)],
            contexts=[1 / len(used) if place in used else 0.0 for place in range(len(contexts))],
        )
        if image
        else None,
        attention=Attention(
            rows=ROWS, columns=COLUMNS, weights=[[w / sum(row) for w in row] for row in weights]
        )
        if image
        else None,
        entities=[_entity(text, tokens, *place) for place in entities],
        verdicts=[
            Verdict(
                context=place,
                label="misaligned" if scaled.get(place, 0) < 0 else "aligned",
                rule="negative" if scaled.get(place, 0) < 0 else "first",
                reason="Because <it> does.",
            )
            for place in range(len(contexts))
        ],
        timings={"encode": 0.25, "games": 0.05},
        fingerprints={"checkpoint": "tiny@0"},
    )


def _game(
    side: Side, contexts: Sequence[str], scaled: dict[int, float], error: float | None
) -> AnyGame:
    if not scaled:
        return NoGame(side=side, reason="No context was given, so there is no game to play.")
    bank = [0.5 - 0.1 * place for place in range(len(BANK))]
    n = len(scaled) + len(bank)
    every = [*scaled.values(), *bank]
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="quadrature" if error is None else "permutation",
        evaluations=0 if error is None else 640,
        players=[Player(text=contexts[place], context=place) for place in scaled]
        + [Player(text=name, bank_id=name) for name in BANK],
        similarities=[0.1] * n,
        shapley_values=[value / n for value in every],
        standard_error=None if error is None else [error] * n,
        value_grand=sum(every) / n,
        efficiency_residual=2e-8,
        standings=[
            Standing(
                context=place,
                shapley_value=value / n,
                scaled_value=value,
                standard_error=error,
                similarity=0.1,
                rank=1 + sum(other > value for other in bank),
                margin=value - max(bank),
            )
            for place, value in scaled.items()
        ],
        bank_targets=BANK,
        bank_values=[
            [value / 2 - 0.1 * place for place in range(len(BANK))] for value in scaled.values()
        ],
    )


def _tokens(text: str) -> list[Token]:
    tokens, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        tokens.append(Token(text=word, start=start, end=start + len(word)))
        start += len(word)
    return tokens


def _entity(
    text: str, tokens: Sequence[Token], first: int, last: int, type: str, needs: bool | None
) -> Entity:
    start, end = tokens[first].start, tokens[last - 1].end
    return Entity(
        text=text[start:end],
        type=type,
        start=start,
        end=end,
        token_start=first,
        token_end=last,
        score=0.9,
        needs_context=needs,
    )
