"""A Record as one row of an annotation file: what is counted, compared, filtered and sliced."""

from collections.abc import Sequence
from typing import Any

from core.annotations.features import post_features
from core.evaluation.error_classes import SCORED, Match, match_units
from core.evaluation.unit_counts import count_matches
from core.records import Game, Outcome, Record, Side, Standing

Row = dict[str, Any]

_SIDES: tuple[Side, ...] = ("text", "image")


def annotation_row(record: Record) -> Row:
    """Return the row of a post: every column of `columns.SCHEMA`.

    Raises:
        InputError: A relation points beyond the last entity.
    """
    matches = _matches(record, predicted_outcome(record))
    bare = _matches(record, record.without_contexts)
    counts, bare_counts = _counts(record, matches), _counts(record, bare)
    best = {side: _best(record, side) for side in _SIDES}
    return {
        "id": record.post.id,
        "text": record.post.text,
        "task": record.task,
        "checkpoint": record.fingerprints.get("checkpoint", "unknown").partition("@")[0],
        "image_sha256": record.post.image.sha256 if record.post.image else None,
        "contexts": sum(context.included for context in record.contexts),
        "has_gold": record.gold is not None,
        **counts,
        **{f"bare_{name}": count for name, count in bare_counts.items()},
        "effect": _effect(counts, bare_counts),
        "outcome": _outcome(counts),
        **_standings(best),
        "verdict": _verdict(record, best),
        "gate_text": _mean(record.gates.text) if record.gates else None,
        "gate_image": _mean([gate for row in record.gates.image for gate in row])
        if record.gates
        else None,
        "confidence": _confidence(record),
        "gold_units": None if matches is None else _gold_units(record, matches),
        **post_features(record),
        "units": [] if matches is None else _units(record, matches, bare),
        "record": record.model_dump_json(),
    }


def predicted_outcome(record: Record) -> Outcome:
    """Return what the model says of a post, in the shape of gold."""
    return Outcome(
        entities=record.entities,
        relations=record.relations,
        label=record.label.name if record.label else None,
    )


def _matches(record: Record, predicted: Outcome | None) -> list[Match] | None:
    if record.gold is None or predicted is None:
        return None
    return match_units(record.task, record.gold, predicted)


def _counts(record: Record, matches: Sequence[Match] | None) -> dict[str, int | None]:
    names = ("correct", "spurious", "missed")
    if matches is None:
        return dict.fromkeys(names)
    return dict(zip(names, count_matches(matches, record.task), strict=True))


def _gold_units(record: Record, matches: Sequence[Match]) -> int:
    return sum(match.kind == SCORED[record.task] and match.gold is not None for match in matches)


def _errors(counts: dict[str, int | None]) -> int | None:
    spurious, missed = counts["spurious"], counts["missed"]
    return None if spurious is None or missed is None else spurious + missed


def _effect(counts: dict[str, int | None], bare: dict[str, int | None]) -> str:
    errors, without = _errors(counts), _errors(bare)
    if errors is None or without is None:
        return "unknown"
    if errors == without:
        return "no change"
    return "helped" if errors < without else "hurt"


def _outcome(counts: dict[str, int | None]) -> str:
    errors = _errors(counts)
    if errors is None:
        return "no gold"
    if errors == 0:
        return "right" if counts["correct"] else "empty"
    return "partly" if counts["correct"] else "wrong"


def _best(record: Record, side: Side) -> Standing | None:
    game = record.games.text if side == "text" else record.games.image
    if not isinstance(game, Game):
        return None
    return max(game.standings, key=lambda standing: standing.scaled_value, default=None)


def _standings(best: dict[Side, Standing | None]) -> Row:
    row: Row = {}
    for side, standing in best.items():
        row[f"phi_{side}"] = standing.scaled_value if standing else None
        row[f"margin_{side}"] = standing.margin if standing else None
        row[f"rank_{side}"] = standing.rank if standing else None
    return row


def _verdict(record: Record, best: dict[Side, Standing | None]) -> str:
    standing = best["text"] or best["image"]
    if standing is None:
        return "unknown"
    labels = {verdict.context: verdict.label for verdict in record.verdicts}
    return labels.get(standing.context, "unknown")


def _confidence(record: Record) -> float | None:
    """Return the smallest score of what is predicted, None where nothing is."""
    if record.label:
        return record.label.probabilities.get(record.label.name)
    predicted = record.relations if SCORED[record.task] == "relation" else record.entities
    return min((unit.score for unit in predicted), default=None)


def _units(record: Record, matches: Sequence[Match], bare: Sequence[Match] | None) -> list[Row]:
    right_without = {
        (match.kind, match.gold_index) for match in bare or () if match.error == "correct"
    }
    return [
        {
            "kind": match.kind,
            "gold": match.gold,
            "predicted": match.predicted,
            "error": match.error,
            "score": _score(record, match),
            "start": match.start,
            "end": match.end,
            "text": match.text,
            "found_without": None
            if bare is None or match.gold is None
            else (match.kind, match.gold_index) in right_without,
        }
        for match in matches
    ]


def _score(record: Record, match: Match) -> float | None:
    if match.predicted_index is None:
        return None
    if record.label:
        return record.label.probabilities.get(record.label.name)
    units = record.entities if match.kind == "entity" else record.relations
    return units[match.predicted_index].score


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
