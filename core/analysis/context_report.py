"""Several generators of contexts side by side: what theirs are like, and which of them help."""

from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from core.amounts import amount
from core.analysis.context_quality import (
    DEFINITION,
    Association,
    ContextQuality,
    LeftOut,
    comparable,
    context_quality,
)
from core.analysis.intervals import DRAWS
from core.analysis.leaving_out import LeavingOut, leaving_out
from core.analysis.lineup import line_up
from core.analysis.markdown import markdown_table, signed
from core.annotations import Annotations
from core.errors import InputError
from core.records import Frozen

_PARTS: Final = ("least", "middle", "most")
_SURE: Final = 0.05
FIT: Final = "margin_text"  # the measure that every post with a context has


class RunQuality(Frozen):
    """What one run says of the contexts it was given.

    Attributes:
        name: Of the run.
        checkpoint: That was asked.
        dataset: Of its posts.
        quality: Which contexts help.
        leaving_out: What leaving out the worst by `FIT` would have done; None where it is unknown.
    """

    name: str
    checkpoint: str
    dataset: str
    quality: ContextQuality
    leaving_out: LeavingOut | None


class ContextReport(Frozen):
    """Runs over the same posts, each with contexts of its own."""

    format: Literal["shap-ca-context-quality/1"] = "shap-ca-context-quality/1"
    runs: tuple[RunQuality, ...]


def context_report(
    runs: Mapping[str, Annotations], *, draws: int = DRAWS, seed: int = 0
) -> ContextReport:
    """Return which contexts help in each run, over the posts that tell it in all of them.

    Args:
        runs: By name; several of them are annotations of one dataset with other contexts.
        draws: Datasets drawn, and permutations.
        seed: Of both.

    Raises:
        InputError: No run is given, a run tells nothing of its contexts, or it shares no post with
            those before it.
    """
    if not runs:
        raise InputError("there is no run; give at least one annotation file")
    found = {name: _comparable(name, run) for name, run in runs.items()}
    shared = line_up({name: table for name, (table, _) in found.items()})
    for name, why in shared.refused.items():
        raise InputError(f"{name}: {why}")
    made = []
    for name, run in runs.items():
        quality = context_quality(shared.tables[name], draws=draws, seed=seed)
        left_out = found[name][1].model_copy(update={"not_shared": shared.left_out[name]})
        made.append(
            RunQuality(
                name=name,
                checkpoint=run.about.checkpoint,
                dataset=run.about.dataset,
                quality=quality.model_copy(update={"left_out": left_out}),
                leaving_out=_leaving_out(shared.tables[name], draws=draws, seed=seed),
            )
        )
    return ContextReport(runs=tuple(made))


def context_table(report: ContextReport) -> str:
    """Return a report as Markdown: the runs side by side, then each with its measures."""
    parts = [side_by_side(report), correlations(report)]
    for run in report.runs:
        left_out = str(run.quality.left_out)
        heads = ["measure", "p, adjusted", "posts", *_PARTS]
        parts += [
            f"{run.name}: {amount(run.quality.posts, 'post')}"
            + (f"; left out: {left_out}" if left_out else ""),
            markdown_table(heads, [_association(one) for one in run.quality.associations]),
        ]
    note = "Of each third by a measure, least to most: F1 with contexts − F1 without, in percent."
    return "\n\n".join([*parts, f"{DEFINITION} {note} {report.runs[0].quality.note}"])


def _leaving_out(table: pd.DataFrame, *, draws: int, seed: int) -> LeavingOut | None:
    try:
        return leaving_out(table, FIT, draws=draws, seed=seed)
    except InputError:  # no post has the measure, or all the same
        return None


def _comparable(name: str, run: Annotations) -> tuple[pd.DataFrame, LeftOut]:
    try:
        return comparable(run.table)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def side_by_side(report: ContextReport) -> str:
    """Return a column a run, as Markdown: what its contexts gained, and what they are like.

    Measures that no run has are left out.
    """
    runs = report.runs
    gains = [run.quality.gain for run in runs]
    rows = [
        ["posts", *(f"{run.quality.posts:,}" for run in runs)],
        ["F1 without contexts", *(_percent(gain.f1_a) for gain in gains)],
        ["F1 with contexts", *(_percent(gain.f1_b) for gain in gains)],
        ["gain (95 %)", *(signed(g.difference, g.low, g.high, scale=100, places=2) for g in gains)],
        ["p", *("" if gain.p is None else f"{gain.p:.3f}" for gain in gains)],
        ["units repaired a post", *(f"{run.quality.change.value:+.3f}" for run in runs)],
        ["worst fitting left out", *(_best(run.leaving_out) for run in runs)],
        ["the same, checked on other posts", *(_held_out(run.leaving_out) for run in runs)],
    ]
    for same in zip(*(run.quality.associations for run in runs), strict=True):
        if any(one.mean is not None for one in same):
            means = ("" if one.mean is None else f"{one.mean:.3g}" for one in same)
            rows.append([f"mean {same[0].label}", *means])
    return markdown_table(["F1 in percent", *(run.name for run in runs)], rows)


def _best(found: LeavingOut | None) -> str:
    """Return what the best cut gains over all contexts, and how many posts it leaves out."""
    if found is None:
        return ""
    best = found.cuts[found.best]
    return f"{100 * best.difference:+.2f} ({best.left_out / found.posts:.0%} of the posts)"


def _held_out(found: LeavingOut | None) -> str:
    if found is None:
        return ""
    ends = (found.held_out, found.held_out_low, found.held_out_high)
    return signed(*ends, scale=100, places=2)


def correlations(report: ContextReport) -> str:
    """Return Spearman's ρ of every measure with what contexts repaired, as Markdown.

    A column a run; bold where p, adjusted for all measures of the run, is below 0.05.
    """
    rows = [
        [same[0].label, *map(_rho, same)]
        for same in zip(*(run.quality.associations for run in report.runs), strict=True)
        if any(one.p is not None for one in same)
    ]
    return markdown_table(["ρ (95 %)", *(run.name for run in report.runs)], rows)


def _rho(one: Association) -> str:
    said = signed(one.rho.value, one.rho.low, one.rho.high, places=2)
    return f"**{said}**" if one.p_adjusted is not None and one.p_adjusted < _SURE else said


def _association(one: Association) -> list[str]:
    if one.note:
        return [one.label, f"unknown: {one.note}", f"{one.rho.posts:,}", *[""] * len(_PARTS)]
    gains = ["" if third.gain is None else f"{100 * third.gain:+.1f}" for third in one.thirds]
    if len(gains) < len(_PARTS):
        gains = [*gains[:1], "", *gains[1:]] if gains else [""] * len(_PARTS)
    p = "" if one.p_adjusted is None else f"{one.p_adjusted:.3f}"
    return [one.label, p, f"{one.rho.posts:,}", *gains]


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"
