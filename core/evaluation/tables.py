"""Scores in words, for a person to read."""

from typing import Any

_WORDS = {
    "entities": "entity",
    "relations": "relation",
    "quintuples": "quintuple",
    "quintuples_directed": "directed quintuple",
    "labels": "label",
}
_WAYS = {"": "", "_without_contexts": ", no contexts", "_without_image": ", no image"}


def figures(found: dict[str, Any]) -> list[tuple[str, float]]:
    """Return the figures of `core.evaluation.scores` with their names in words."""
    rows: list[tuple[str, float]] = []
    for way, words in _WAYS.items():
        for key, unit in _WORDS.items():
            if report := found.get(key + way):
                rows += [(name + words, value) for name, value in _report_figures(report, unit)]
    for side in ("text", "image"):
        if report := found.get(f"{side}_alignment"):
            games = f"games of {report['game_size']}"
            rows += [
                (
                    f"own against foreign contexts, {side} side, AUROC of Kφ ({games})",
                    report["auroc"],
                ),
                (f"the same by similarity, {side} side", report["auroc_similarity"]),
                (f"own context first, {side} side ({games})", report["recall_at_1"]),
            ]
    if (told := found.get("hidden_word_accuracy")) is not None:
        rows.append(("share of hidden pieces of words that are told right", told))
    for key, value in found.get("label_accuracy", {}).items():
        rows.append((f"label accuracy, {key.replace('_', ' ')}", value))
    return rows


def score_table(report: dict[str, Any]) -> str:
    """Return a report as aligned text: what the task counts by type, then all figures."""
    lines = [
        f"{report['file']}: {report['examples']} examples, {report.get('annotated', 0)} annotated, "
        f"{len(report['skipped'])} skipped",
        *report["skipped"],
    ]
    for key in _WORDS:
        if scored := report.get(key):
            lines += ["", f"{'type':<32}{'precision':>11}{'recall':>11}{'F1':>11}{'support':>11}"]
            lines += [
                f"{row['name']:<32}{row['precision']:>11.4f}{row['recall']:>11.4f}{row['f1']:>11.4f}"
                f"{row['support']:>11}"
                for row in _by_type(scored)
            ]
    if others := figures(report):
        lines += ["", *(f"{words:<72}{value:>8.4f}" for words, value in others)]
    return "\n".join(lines)


def _report_figures(report: dict[str, Any], unit: str) -> list[tuple[str, float]]:
    """Return the figures of one report, of `unit`s."""
    if "macro_f1" in report:
        return [
            (f"{unit} accuracy", report["accuracy"]),
            (f"{unit} macro F1", report["macro_f1"]),
            (f"share of the most frequent {unit}", report["majority"]),
        ]
    overall = report["overall"]
    rows = [(f"{unit} {part}", overall[part]) for part in ("precision", "recall")]
    rows += [(f"{unit} F1", overall["f1"])]
    if entities := report.get("entities"):
        rows += [(f"entity F1 beside the {unit}s", entities["overall"]["f1"])]
    return rows


def _by_type(report: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [*report.get("types", ()), *report.get("relations", ()), *report.get("labels", ())]
    return [*rows, report["overall"]] if "overall" in report else rows
