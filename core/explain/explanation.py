"""The explanation of a whole record: prediction game, own games, and whether they are faithful."""

import time

import torch

from core.datasets.targets import Codec
from core.errors import InputError
from core.explain.faithfulness import faithfulness
from core.explain.own_games import own_games
from core.explain.prediction_game import (
    CONTEXT_LIMIT,
    ReadCoalitions,
    coalition_scores,
    play_prediction_game,
)
from core.images import LoadedImage
from core.model import ShapCA
from core.records import (
    AnyPredictionGame,
    Context,
    Example,
    Explanation,
    Faithfulness,
    Game,
    NoPredictionGame,
    OwnGame,
    Pair,
    Record,
)


def explain(model: ShapCA, codec: Codec, record: Record, read: ReadCoalitions) -> Explanation:
    """Return what the contexts of a record do to its prediction.

    Args:
        model: The one that made the record, in evaluation mode.
        codec: Names what its head tells apart.
        record: The post; contexts that are off take no part.
        read: Collates the post for coalitions of its included contexts.
    """
    started = time.perf_counter()
    own = own_games(record.games)
    prediction = _prediction_game(model, codec, record, read, own)
    return Explanation(
        prediction=prediction,
        own_games=own,
        faithfulness=_faithfulness(prediction, record),
        seconds=round(time.perf_counter() - started, 4),
    )


def post_example(record: Record) -> Example:
    """Return a record's post as the model reads it: same words, same pair, nothing annotated."""
    post = record.post
    return Example(id=post.id, text=post.text, tokens=tuple(post.tokens), pair=marked_pair(record))


def marked_pair(record: Record) -> Pair | None:
    """Return the pair whose relation was asked for, None where none was.

    Raises:
        InputError: The record is of a relation, and marks no two names.
    """
    if record.task != "mre":
        return None
    if len(record.entities) != 2:
        raise InputError("this record of a relation marks no two names; analyse its post again")
    head, tail = record.entities
    return Pair(head=(head.token_start, head.token_end), tail=(tail.token_start, tail.token_end))


def included(record: Record) -> list[tuple[int, Context]]:
    """Return the contexts that take part, with their places in the record."""
    return [pair for pair in enumerate(record.contexts) if pair[1].included]


def check_origin(record: Record, image: LoadedImage | None, checkpoint: str) -> None:
    """Check that a record can be computed again from what is there.

    Args:
        record: A record read from anywhere.
        image: The photo at hand.
        checkpoint: Fingerprint of the model at hand.

    Raises:
        InputError: It was made by another model, or its photo is missing or another.
    """
    if record.fingerprints.get("checkpoint") != checkpoint:
        raise InputError(
            "this record was made with another checkpoint; analyse its post again with this one"
        )
    expected = record.post.image.sha256 if record.post.image else None
    given = image.sha256 if image else None
    if given == expected:
        return
    if expected is None:
        raise InputError("this record's post has no photo; explain it without one")
    raise InputError(
        "this record's post has a photo that a record does not hold; give it again"
        if given is None
        else "this is not the photo that the record was made with; give that one"
    )


def _prediction_game(
    model: ShapCA, codec: Codec, record: Record, read: ReadCoalitions, own: list[OwnGame]
) -> AnyPredictionGame:
    places = [place for place, _ in included(record)]
    if not places:
        why = "is switched on" if record.contexts else "was given or generated"
        return NoPredictionGame(reason=f"No context {why}, so there is no game to play.")
    if len(places) > CONTEXT_LIMIT:
        return NoPredictionGame(
            reason=f"{len(places)} contexts have {2 ** len(places):,} coalitions; at most "
            f"{CONTEXT_LIMIT} are played. Switch some off."
        )
    started = time.perf_counter()
    scores = coalition_scores(model, read, len(places))
    return play_prediction_game(
        model.head,
        codec,
        post_example(record),
        scores,
        words=int(read([[]]).word_mask.sum()),
        contexts=places,
        own_games=own,
        seconds=round(time.perf_counter() - started, 4),
    )


def _faithfulness(prediction: AnyPredictionGame, record: Record) -> list[Faithfulness]:
    """Judge the prediction game's own values and those of the games against the bank."""
    if isinstance(prediction, NoPredictionGame):
        return []
    contexts = prediction.contexts
    values = torch.tensor([coalition.value for coalition in prediction.coalitions]).double()
    judged = [faithfulness("prediction", values, prediction.shapley_values, contexts)]
    for game in (record.games.text, record.games.image):
        if isinstance(game, Game):
            scores = [standing.shapley_value for standing in game.standings]
            judged.append(faithfulness(game.side, values, scores, contexts))
    return judged
