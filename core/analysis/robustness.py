"""What one checkpoint makes of other contexts, as JSON and as a table in Markdown."""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from core.amounts import amount
from core.analysis.comparison import paired_bootstrap
from core.analysis.markdown import markdown_table, signed
from core.evaluation.unit_counts import UnitCounts, micro_score
from core.records import Frozen, Task

# Paper: the mechanism breaks where contexts are poor. Ours: how far F1 may fall below that of the
# same model without contexts before it is said to break.
ALLOWED: Final = 0.005


class Condition(Frozen):
    """A model given contexts of one kind, against the same model given none.

    Attributes:
        name: Of the kind.
        posts: With at least one context.
        contexts: Of all posts together.
        precision: Over all units, like the next two; of labels of whole posts, the accuracy.
        recall: Likewise.
        f1: Likewise.
        difference: F1 less that without contexts. None, like all that follow: this is without.
        low: End of its 95 % interval, by paired bootstrap over posts.
        high: The other end.
        p: Two-sided.
        helped: Posts with fewer wrong units, spurious or missed, than without contexts.
        hurt: Posts with more.
        holds: Whether F1 is not below that without contexts by more than `ALLOWED`.
        is_sure: Whether the whole interval lies on that side.
    """

    name: str
    posts: int
    contexts: int
    precision: float
    recall: float
    f1: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    helped: int | None = None
    hurt: int | None = None
    holds: bool | None = None
    is_sure: bool | None = None


class Robustness(Frozen):
    """A checkpoint under several conditions; the first is without contexts.

    Attributes:
        checkpoint: Its name, and the SHA-256 of its weights.
        task: Of the checkpoint.
        data: Name of the posts.
        posts: Those with gold answers.
        seed: Of whose contexts are given to whom, of orders of words, and of draws.
        context_attention: What contexts weighed in the attention of words.
        allowed: What F1 may lose before a condition no longer holds.
        conditions: In the order of the table.
        left_out: Why a condition is not there, by its name.
    """

    format: Literal["shap-ca-robustness/1"] = "shap-ca-robustness/1"
    checkpoint: str
    task: Task
    data: str
    posts: int
    seed: int
    context_attention: float = 1.0
    allowed: float = ALLOWED
    conditions: tuple[Condition, ...]
    left_out: dict[str, str]

    @property
    def broken(self) -> list[str]:
        """Names of the conditions that lose more than is allowed."""
        return [condition.name for condition in self.conditions if condition.holds is False]


def score_condition(
    name: str, given: Sequence[int], counts: UnitCounts, bare: UnitCounts | None, *, seed: int
) -> Condition:
    """Return how a model does under one condition, and against itself without contexts.

    Args:
        name: Of the condition.
        given: Contexts of each post.
        counts: Correct, spurious and missed units of each post.
        bare: The same without contexts; None: these are without.
        seed: Of the draws.
    """
    score = micro_score(counts)
    scored = Condition(
        name=name,
        posts=sum(map(bool, given)),
        contexts=sum(given),
        precision=score.precision,
        recall=score.recall,
        f1=score.f1,
    )
    if bare is None:
        return scored
    without, with_contexts = (np.array(found, dtype=float) for found in (bare, counts))
    found = paired_bootstrap(without, with_contexts, seed=seed)
    repaired = (without - with_contexts)[:, 1:].sum(axis=1)  # (posts,)
    holds = None if found.difference is None else found.difference >= -ALLOWED
    end = found.low if holds else found.high  # the one on the side of the border
    compared = {
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "helped": int((repaired > 0).sum()),
        "hurt": int((repaired < 0).sum()),
        "holds": holds,
        "is_sure": None if end is None else (end >= -ALLOWED) == holds,
    }
    return scored.model_copy(update=compared)


def robustness_table(found: Robustness) -> str:
    """Return one row a condition: scores, and the difference from no contexts with its interval."""
    name = found.checkpoint.partition("@")[0]
    allowed = f"{100 * found.allowed:.1f}"
    heads = ["contexts", "posts with any", "F1", "precision", "recall", "difference (95 %)", "p"]
    heads += ["helped", "hurt", f"loses {allowed} at most"]
    weight = found.context_attention
    subdued = f", contexts weigh {weight:g} in attention" if weight < 1 else ""
    parts = [
        f"{name} on {found.data}: {amount(found.posts, 'post')}{subdued}; F1 in percent, "
        "difference to the same model without contexts",
        markdown_table(heads, [_row(condition) for condition in found.conditions]),
    ]
    if found.left_out:
        reasons = "; ".join(f"{name}: {why}" for name, why in found.left_out.items())
        parts.append(f"Left out: {reasons}.")
    return "\n\n".join(parts)


def _row(one: Condition) -> list[str]:
    rates = (f"{100 * value:.2f}" for value in (one.f1, one.precision, one.recall))
    row = [one.name, f"{one.posts:,}", *rates]
    row.append(signed(one.difference, one.low, one.high, scale=100, places=2))
    row.append("" if one.p is None else f"{one.p:.3f}")
    row += ["" if count is None else str(count) for count in (one.helped, one.hurt)]
    return [*row, _verdict(one)]


def _verdict(one: Condition) -> str:
    if one.holds is None:
        return ""
    return ("yes" if one.holds else "no") + ("" if one.is_sure else ", not sure")
