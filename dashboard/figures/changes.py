"""What changed between two records of one post: values, gates, verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.records import AnyGame, Context, Game, Record, Side

OFF = "off"


@dataclass(frozen=True)
class ContextChange:
    """What became of one context, by its place; None where it takes no part or is not played.

    Attributes:
        place: Index into `Record.contexts` of both records.
        text: Words of the context, those after where there are any.
        values: K·φ before and after, of each side.
        shares: Share of the bridge before and after.
        verdicts: Label before and after, "off" when it takes no part.
        is_edited: Whether its words differ.
    """

    place: int
    text: str
    values: dict[Side, tuple[float | None, float | None]]
    shares: tuple[float | None, float | None]
    verdicts: tuple[str, str]
    is_edited: bool

    @property
    def is_off(self) -> bool:
        """Whether the context takes no part after the change."""
        return self.verdicts[1] == OFF

    def difference(self, side: Side) -> float | None:
        """Return how far K·φ moved on a side, None where it cannot be compared."""
        before, after = self.values[side]
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class GateChange:
    """How the mean gate moved; None where a record has no gates.

    Attributes:
        words: Mean over the words before and after.
        regions: Mean over the regions before and after.
        most: The word whose gate moved most and how far; None when the sentences differ.
    """

    words: tuple[float | None, float | None]
    regions: tuple[float | None, float | None]
    most: tuple[str, float] | None


def context_changes(before: Record, after: Record) -> list[ContextChange]:
    """Return one change per place where either record has a context."""
    places = max(len(before.contexts), len(after.contexts))
    return [_context_change(before, after, place) for place in range(places)]


def gate_change(before: Record, after: Record) -> GateChange:
    """Return how the gates moved on average, and for which word most."""
    words = (before.gates.text if before.gates else [], after.gates.text if after.gates else [])
    regions = [
        [gate for row in record.gates.image for gate in row] if record.gates else []
        for record in (before, after)
    ]
    most = None
    if all(words) and before.post.text == after.post.text:
        moved = [new - old for old, new in zip(*words, strict=True)]
        place = max(range(len(moved)), key=lambda place: abs(moved[place]))
        most = (after.post.tokens[place].text, moved[place])
    return GateChange(
        (_mean(words[0]), _mean(words[1])), (_mean(regions[0]), _mean(regions[1])), most
    )


def changes_table(changes: Sequence[ContextChange]) -> pd.DataFrame:
    """Return one row per context with its values before and after, and their difference."""
    rows = []
    for change in changes:
        row: dict[str, object] = {"context": change.place + 1, "words": change.text}
        for side, (before, after) in change.values.items():
            row[f"{side} K·φ before"], row[f"{side} K·φ after"] = before, after
            row[f"{side} Δ"] = change.difference(side)
        row["share before"], row["share after"] = change.shares
        row["verdict before"], row["verdict after"] = change.verdicts
        rows.append(row)
    return pd.DataFrame(rows)


def _context_change(before: Record, after: Record, place: int) -> ContextChange:
    old, new = _context(before, place), _context(after, place)
    games = (before.games, after.games)
    return ContextChange(
        place,
        next(context.text for context in (new, old) if context),
        {
            "text": (_value(games[0].text, place), _value(games[1].text, place)),
            "image": (_value(games[0].image, place), _value(games[1].image, place)),
        },
        (_share(before, place), _share(after, place)),
        (_label(before, place), _label(after, place)),
        old is not None and new is not None and old.text != new.text,
    )


def _context(record: Record, place: int) -> Context | None:
    return record.contexts[place] if place < len(record.contexts) else None


def _value(game: AnyGame, place: int) -> float | None:
    standings = game.standings if isinstance(game, Game) else []
    return next((one.scaled_value for one in standings if one.context == place), None)


def _takes_part(record: Record, place: int) -> bool:
    context = _context(record, place)
    return context is not None and context.included


def _share(record: Record, place: int) -> float | None:
    if record.gates is None or not _takes_part(record, place):
        return None
    return record.gates.contexts[place]


def _label(record: Record, place: int) -> str:
    if not _takes_part(record, place):
        return OFF
    return next((v.label for v in record.verdicts if v.context == place), "unknown")


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
