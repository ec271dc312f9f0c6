"""Scores in words, for a person to read."""

from typing import Any


def figures(found: dict[str, Any]) -> list[tuple[str, float]]:
    """Return the figures of `core.evaluation.scores` with their names in words."""
    rows: list[tuple[str, float]] = []
    for key, words in (("entities", ""), ("entities_without_contexts", ", no contexts")):
        if key in found:
            overall = found[key]["overall"]
            rows += [(f"entity {part}{words}", overall[part]) for part in ("precision", "recall")]
            rows += [(f"entity F1{words}", overall["f1"])]
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
    for key, value in found.get("label_accuracy", {}).items():
        rows.append((f"label accuracy, {key.replace('_', ' ')}", value))
    return rows


def score_table(report: dict[str, Any]) -> str:
    """Return a report as aligned text: entities by type and overall, then the other figures."""
    lines = [f"{report['file']}: {report['examples']} examples, {len(report['skipped'])} skipped"]
    lines += report["skipped"]
    if entities := report.get("entities"):
        lines += ["", f"{'type':<10}{'precision':>11}{'recall':>11}{'F1':>11}{'support':>11}"]
        lines += [
            f"{row['name']:<10}{row['precision']:>11.4f}{row['recall']:>11.4f}{row['f1']:>11.4f}"
            f"{row['support']:>11}"
            for row in (*entities["types"], entities["overall"])
        ]
    others = [row for row in figures(report) if not row[0].startswith("entity") or "no" in row[0]]
    if others:
        lines += ["", *(f"{words:<72}{value:>8.4f}" for words, value in others)]
    return "\n".join(lines)
