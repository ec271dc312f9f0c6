"""A comparison as a table in Markdown, for the terminal and for the report alike."""

from core.comparison import Comparison, Variant


def comparison_table(found: Comparison) -> str:
    """Return one row a variant: scores, difference from the first with its interval, and cost."""
    sides = sorted({side for variant in found.variants for side in variant.alignment})
    heads = ["variant", "seeds", "F1", "no contexts", "difference (95 %)", "p"]
    heads += [f"AUROC, {side}" for side in sides]
    heads += ["s a step", "parameters"]
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    rows += [_row(variant, sides) for variant in found.variants]
    lines = [f"{found.dev}: {found.posts:,} posts; F1 in percent, best epoch by dev", ""]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _row(variant: Variant, sides: list[str]) -> list[str]:
    spread = "" if variant.deviation is None else f" ± {100 * variant.deviation:.2f}"
    row = [
        variant.name,
        ", ".join(map(str, variant.seeds)),
        f"{100 * variant.f1:.2f}{spread}",
        f"{100 * variant.f1_without_contexts:.2f}",
    ]
    if variant.difference is None or variant.low is None or variant.high is None:
        row += ["", ""]
    else:
        interval = f"({100 * variant.low:+.2f} to {100 * variant.high:+.2f})"
        row += [f"{100 * variant.difference:+.2f} {interval}", f"{variant.p:.3f}"]
    row += [f"{variant.alignment[side]:.3f}" if side in variant.alignment else "" for side in sides]
    return [*row, f"{variant.seconds_per_step:.2f}", f"{variant.trained_parameters / 1e6:.1f} M"]
