"""The contexts of a Record, measured one by one: by their words, their values and the detector."""

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

from pydantic import Field

from core.contexts.objects import left_out, made_up, not_named, not_seen
from core.contexts.quality import Frequencies, Quality, agreement, quality
from core.records import AnyGame, Context, Game, Record


class QualityRow(Quality):
    """What one context of a Record is like; `measures` says what each number means."""

    context: int = Field(ge=0, description="index into Record.contexts")
    phi_text: float | None = Field(description="scaled value; None: it took no part in the game")
    phi_image: float | None = Field(description="as `phi_text`, towards the photo")
    made_up: float | None = Field(description="None: the photo was not looked at, or names nothing")
    left_out: float | None = Field(description="None: nothing is surely seen")
    agreement: float | None = Field(description="None: no other generator wrote any")
    log_likelihood: float | None = Field(description="None: its generator does not tell")
    not_seen: tuple[str, ...] = Field(description="words for objects behind `made_up`")
    not_named: tuple[str, ...] = Field(description="labels behind `left_out`")


def record_quality(record: Record, *, frequencies: Frequencies | None = None) -> list[QualityRow]:
    """Return one row a context of a Record, in their order; those switched off have one too.

    Args:
        record: Of any task; of an older schema, what it does not tell is None.
        frequencies: What makes a word rare; None: the packaged list.

    Raises:
        InputError: The packaged list is not installed, or damaged.
    """
    marked = record.gold.entities if record.gold else record.entities
    names = [entity.text for entity in marked]
    seen, perhaps = record.seen, record.perhaps_seen
    rows = []
    for place, context in enumerate(record.contexts):
        said = [context.text]
        words = quality(context.text, record.post.text, names, frequencies=frequencies)
        rows.append(
            QualityRow(
                **words.model_dump(),
                context=place,
                phi_text=_scaled(record.games.text, place),
                phi_image=_scaled(record.games.image, place),
                made_up=None if perhaps is None else made_up(said, perhaps),
                left_out=None if seen is None else left_out(said, seen),
                agreement=_agreement(context, record.contexts),
                log_likelihood=context.log_likelihood,
                not_seen=() if perhaps is None else tuple(not_seen(said, perhaps)),
                not_named=() if seen is None else tuple(not_named(said, seen)),
            )
        )
    return rows


def agreement_between_generators(contexts: Sequence[Context]) -> float | None:
    """Return how much contexts of different generators say in the same words: a mean over pairs.

    None when one generator wrote them all.
    """
    pairs = [(a, b) for a, b in combinations(contexts, 2) if _source(a) != _source(b)]
    known = [found for a, b in pairs if (found := agreement(a.text, b.text)) is not None]
    return fmean(known) if known else None


def _agreement(context: Context, contexts: Sequence[Context]) -> float | None:
    others = [one for one in contexts if one.included and _source(one) != _source(context)]
    known = [found for one in others if (found := agreement(context.text, one.text)) is not None]
    return fmean(known) if known else None


def _source(context: Context) -> tuple[str, str | None]:
    """Tell generators apart; perception names the parts of it that had a say in a sentence."""
    return context.generator, None if context.generator == "perception" else context.model


def _scaled(game: AnyGame, place: int) -> float | None:
    if not isinstance(game, Game):
        return None
    standings = (one.scaled_value for one in game.standings if one.context == place)
    return next(standings, None)
