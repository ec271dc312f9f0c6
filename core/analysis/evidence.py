"""What trainings side by side have shown, as JSON and as a table in Markdown."""

from typing import Any, Literal

from core.amounts import amount
from core.analysis.markdown import markdown_table, signed
from core.records import Frozen


class Variant(Frozen):
    """All trainings of one config, against the first config.

    Attributes:
        name: Of the config.
        changes: What differs from the first config, by key.
        seeds: Of the trainings that are there.
        f1_by_seed: F1 of each, in their order.
        f1: Mean over seeds.
        deviation: Standard deviation over seeds; None for a single one.
        f1_without_contexts: Mean over seeds.
        alignment: Mean AUROC of Kφ by side.
        difference: F1 less that of the first config, over the seeds that both have, pooled.
        low: End of its 95 % interval, by paired bootstrap over posts.
        high: The other end.
        p: Two-sided.
        seconds_per_step: Mean over seeds.
        trained_parameters: Number of them.
    """

    name: str
    changes: dict[str, Any]
    seeds: tuple[int, ...]
    f1_by_seed: tuple[float, ...]
    f1: float
    deviation: float | None
    f1_without_contexts: float
    alignment: dict[str, float]
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    seconds_per_step: float
    trained_parameters: int


class Comparison(Frozen):
    """What a comparison found; the first variant is what the others are compared with."""

    format: Literal["shap-ca-comparison/1"] = "shap-ca-comparison/1"
    dev: str
    posts: int
    variants: tuple[Variant, ...]


def comparison_table(found: Comparison) -> str:
    """Return one row a variant: scores, difference from the first with its interval, and cost."""
    sides = sorted({side for variant in found.variants for side in variant.alignment})
    heads = ["variant", "seeds", "F1", "no contexts", "difference (95 %)", "p"]
    heads += [f"AUROC, {side}" for side in sides]
    heads += ["s a step", "parameters"]
    title = f"{found.dev}: {amount(found.posts, 'post')}; F1 in percent, best epoch by dev"
    rows = [_row(variant, sides) for variant in found.variants]
    return f"{title}\n\n{markdown_table(heads, rows)}"


def _row(variant: Variant, sides: list[str]) -> list[str]:
    spread = "" if variant.deviation is None else f" ± {100 * variant.deviation:.2f}"
    row = [
        variant.name,
        ", ".join(map(str, variant.seeds)),
        f"{100 * variant.f1:.2f}{spread}",
        f"{100 * variant.f1_without_contexts:.2f}",
    ]
    row.append(signed(variant.difference, variant.low, variant.high, scale=100, places=2))
    row.append("" if variant.p is None else f"{variant.p:.3f}")
    row += [f"{variant.alignment[side]:.3f}" if side in variant.alignment else "" for side in sides]
    return [*row, f"{variant.seconds_per_step:.2f}", f"{variant.trained_parameters / 1e6:.1f} M"]
