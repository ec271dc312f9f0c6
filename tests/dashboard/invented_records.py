"""Records made by hand: only their shape is real, so that drawings can be checked by eye."""

import hashlib
import random
from collections.abc import Sequence

from core.records import (
    AnyGame,
    Attention,
    AttributedWord,
    Attribution,
    Band,
    Coalition,
    Context,
    Entity,
    Explanation,
    Faithfulness,
    Game,
    Games,
    Gates,
    ImageInfo,
    NoGame,
    NoPredictionGame,
    OwnGame,
    Player,
    Post,
    PredictionGame,
    Record,
    Side,
    Standing,
    Token,
    Verdict,
)

ROWS = COLUMNS = 3
BANK = [f"post-{number}" for number in range(6)]
WORTH = (1.0, -0.5, 0.25)  # of each context to the prediction
OWN = (0.4, 0.1, 0.2)  # to the alignment
CONTEXTS = ("A tower over a park.", "A plate of pasta.", "Tourists in Paris.")


def invented_record(
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


def invented_explanation(record: Record) -> Explanation:
    players = [place for place, context in enumerate(record.contexts) if context.included]
    sides = [game.side for game in (record.games.text, record.games.image) if game.played]
    own = [OWN[place % 3] for place in players]
    games = [
        OwnGame(
            side=side,
            contexts=players,
            values=[sum(own[k] for k in members) for members in _subsets(len(players))],
            shapley_values=own,
            interactions=[[0.0] * len(players)] * len(players),
        )
        for side in sides
    ]
    if not players:
        none = NoPredictionGame(reason="No context is given, so there is no <game> to play.")
        return Explanation(prediction=none, own_games=[], faithfulness=[], seconds=0.1)
    n = len(players)
    coalitions = [
        Coalition(
            members=[players[k] for k in members],
            value=_worth(members),
            text_value=sum(own[k] for k in members),
            image_value=sum(own[k] for k in members) if "image" in sides else None,
            entities=_found(record.entities, members),
        )
        for members in _subsets(n)
    ]
    pair = -0.3 if n > 2 else 0.0
    values = [WORTH[k % 3] + (pair / 2 if k in (0, 2) else 0.0) for k in range(n)]
    return Explanation(
        prediction=PredictionGame(
            contexts=players,
            coalitions=coalitions,
            log_likelihood_empty=-2.0,
            shapley_values=values,
            interactions=[
                [pair if {one, other} == {0, 2} else 0.0 for other in range(n)] for one in range(n)
            ],
            efficiency_residual=1e-9,
            seconds=0.2,
        ),
        own_games=games,
        faithfulness=[_faithfulness(by, values, players) for by in ("prediction", *sides)],
        seconds=0.3,
    )


def _faithfulness(by: str, values: list[float], players: list[int]) -> Faithfulness:
    order = sorted(range(len(values)), key=lambda k: -values[k])
    insertion = [_worth(order[:size]) for size in range(len(order) + 1)]
    deletion = [_worth(order[size:]) for size in range(len(order) + 1)]
    by_size = [
        [_worth(members) for members in _subsets(len(values)) if len(members) == size]
        for size in range(len(values) + 1)
    ]
    band = {
        "low": [min(some) for some in by_size],
        "mean": [sum(some) / len(some) for some in by_size],
        "high": [max(some) for some in by_size],
    }
    return Faithfulness(
        by=by,
        order=[players[k] for k in order],
        deletion=deletion,
        insertion=insertion,
        random_deletion=Band(**{name: curve[::-1] for name, curve in band.items()}),
        random_insertion=Band(**band),
        comprehensiveness=0.4,
        sufficiency=-0.1,
        kendall_tau=1.0 if len(values) > 1 else None,
    )


def invented_attribution(record: Record) -> Attribution:
    words = [0.5 if place == 0 else -0.25 if place == 1 else 0.0 for place in range(6)]
    return Attribution(
        entity=0,
        words=(words + [0.0] * len(record.post.tokens))[: len(record.post.tokens)],
        contexts=[
            [AttributedWord(text=context.text[:1], start=0, end=1, value=0.125)]
            if context.included
            else []
            for context in record.contexts
        ],
        regions=[[0.1, 0.0, -0.2]] * ROWS if record.post.image else None,
        baseline="[MASK] for every word piece",
        log_probability=-0.1,
        baseline_log_probability=-0.4,
        steps=25,
        completeness_gap=0.0125,
        seconds=0.4,
    )


def _subsets(n: int) -> list[list[int]]:
    return [[k for k in range(n) if number >> k & 1] for number in range(2**n)]


def _worth(members: Sequence[int]) -> float:
    pair = -0.3 if {0, 2} <= set(members) else 0.0
    return sum(WORTH[k % 3] for k in members) + pair


def _found(entities: Sequence[Entity], members: Sequence[int]) -> list[Entity]:
    if 0 in members:
        return list(entities)
    retyped = [entity.model_copy(update={"type": "ORG"}) for entity in entities[1:]]
    return [*entities[:1], *(retyped if list(members) == [1] else [])]
