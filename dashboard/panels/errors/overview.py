"""Overview: how well it went, what the contexts did to it, and how many of them fit."""

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, everything, slice_link, type_link
from dashboard.errors.state import Errors, key
from dashboard.figures.drawing import number
from dashboard.figures.errors.intervals import Bar, interval_chart
from dashboard.figures.errors.outcomes import EFFECTS, OUTCOMES, VERDICTS, Look
from dashboard.figures.errors.shares import shares_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

if TYPE_CHECKING:
    from core.analysis.comparison import PairedDifference
    from core.analysis.intervals import Estimate, Scores

MISALIGNED = (
    "A context is misaligned when it lowers the overlap with the sentence or the photo, or when "
    "more than a quarter of the reference contexts fit one of them better."
)
EFFECT = (
    "Every post is read twice, with all its contexts and with none. Helped: fewer units wrong or "
    "missed with them; hurt: more."
)
MOST_TYPES = 12  # drawn; the table has all


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw scores, the effect of the contexts, and the shares of outcomes and verdicts."""
    left, right = st.columns(2, gap="small")
    with left:
        _scores(state, run, selected)
        _effect(state, run, selected)
    with right:
        _types(state, run, selected)
        _verdicts(state, run, selected)


def _scores(state: Errors, run: Run, selected: Selection) -> None:
    whose = "of the selection" if not selected.is_all else "of all posts"
    with card("errors-scores", "Scores", whose):
        found = numbers.scores(run, selected)
        if found is None:
            caption(no_gold_words(run))
            _shares(state, run, selected, "outcome", OUTCOMES)
            return
        st.html(scores_html(found, numbers.scores(run, selected, without_contexts=True)))
        if not selected.is_all and (whole := numbers.scores(run, everything(run))):
            caption(f"All posts: F1 {_plain(whole.f1)}.")
        _shares(state, run, selected, "outcome", OUTCOMES)
        caption(
            "Right: every unit is; partly: some are; wrong: none is; empty: nothing to find and "
            "nothing found. Intervals: 95 %, posts drawn again 1,000 times."
        )


def _effect(state: Errors, run: Run, selected: Selection) -> None:
    with card("errors-effect", "What the contexts do", "against no context at all"):
        gain = numbers.gain(run, selected)
        if gain and gain.difference is not None:
            st.html(gain_html(gain))
        _shares(state, run, selected, "effect", EFFECTS)
        caption(EFFECT)


def gain_html(gain: "PairedDifference") -> str:
    """Return what the contexts change in F1, with its interval, in a sentence."""
    change = gain.difference or 0.0
    style = "sc-right" if change >= 0 else "sc-wrong"
    between = ""
    if gain.low is not None and gain.high is not None:
        between = f" ({number(gain.low, 3)} to {number(gain.high, 3)})"
    clear = gain.low is not None and gain.high is not None and gain.low * gain.high > 0
    doubt = "" if clear else " The interval holds 0: it may be chance."
    return (
        f'<p class="sc-said">F1 changes by <b class="{style}">{number(change, 3)}</b>{between} '
        f"when the contexts are given.{doubt}</p>"
    )


def _verdicts(state: Errors, run: Run, selected: Selection) -> None:
    with card("errors-verdicts", "Do they fit?", "the model's verdict on each post's context"):
        found = numbers.misaligned(run, selected)
        share = found.share
        if share.value is not None and share.low is not None and share.high is not None:
            st.html(
                f'<p class="sc-said"><b>{share.value:.1%}</b> ({share.low:.1%} to '
                f"{share.high:.1%}) of {found.judged:,} posts judged have a misaligned context.</p>"
            )
        _shares(state, run, selected, "verdict", VERDICTS)
        caption(MISALIGNED)


def _types(state: Errors, run: Run, selected: Selection) -> None:
    with card("errors-types", "By type", "F1 with its 95 % interval"):
        every = numbers.scores_by_type(run, selected)
        if not every:
            caption(no_gold_words(run))
            return
        whole = numbers.scores(run, selected)
        bars = [_bar(one, several=len({one.kind for one in every}) > 1) for one in every]
        drawing = interval_chart(
            bars[:MOST_TYPES], whole=whole.f1.value if whole else None, score="F1"
        )
        chart(
            drawing,
            key("overview", "types"),
            on_choose=lambda chosen: actions.select(
                state, type_link(every[chosen["points"][0]["customdata"][0]].name)
            ),
        )
        caption(
            "Dashed: F1 of all types together; blue at or above it, orange hatched below. A unit "
            "of the wrong type or boundary counts as spurious and as missed. Click a bar to select "
            "the posts where something of its type is wrong."
            + (f" {len(every) - MOST_TYPES} rarer types: table." if len(every) > MOST_TYPES else "")
        )
        with st.expander("Scores as a table", type="compact"):
            st.dataframe(scores_rows(every), hide_index=True, alt=drawing.alt)


def _bar(one: "Scores", *, several: bool) -> Bar:
    name = f"{one.name} ({one.kind})" if several else one.name
    return Bar(name, one.f1.value, one.f1.low, one.f1.high, f"{one.support:,} gold")


def scores_rows(every: "Sequence[Scores]") -> list[dict[str, object]]:
    """Return one row a type with everything that is known of it."""
    return [
        {
            "type": one.name,
            "kind": one.kind,
            "precision": one.precision.value,
            "recall": one.recall.value,
            "F1": one.f1.value,
            "F1 low": one.f1.low,
            "F1 high": one.f1.high,
            "right": one.correct,
            "spurious": one.spurious,
            "missed": one.missed,
        }
        for one in every
    ]


def scores_html(found: "Scores", bare: "Scores | None") -> str:
    """Return precision, recall and F1, with contexts and without, as a table."""
    rows = [("with contexts", found)]
    rows += [("without", bare)] if bare else []
    body = "".join(
        f'<tr><th scope="row">{name}</th>{_cell("F1", one.f1, strong=True)}'
        f"{_cell('precision', one.precision)}{_cell('recall', one.recall)}</tr>"
        for name, one in rows
    )
    head = "<th></th><th>F1</th><th>precision</th><th>recall</th>"
    counted = (
        f"{found.correct:,} right · {found.spurious:,} spurious · {found.missed:,} missed, "
        f"of {found.support:,} gold units in {found.f1.posts:,} posts"
    )
    return (
        f'<table class="sc-facts sc-scores"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        f'</table><p class="sc-caption">{counted}</p>'
    )


def no_gold_words(run: Run) -> str:
    """Return why there are no scores, and what to do."""
    if run.has_gold:
        return "No post of this selection has gold answers, so it cannot be scored."
    return (
        "Nobody has marked what is right in these posts, so they cannot be scored. Annotate a "
        f"dataset with gold answers: <code>{html.escape('python -m core annotate')}</code>. "
        "Contexts, margins, records and the review queue work without."
    )


def _cell(label: str, estimate: "Estimate", *, strong: bool = False) -> str:
    value = "–" if estimate.value is None else f"{estimate.value:.3f}"
    between = ""
    if estimate.low is not None and estimate.high is not None:
        between = f"<small>{estimate.low:.3f}–{estimate.high:.3f}</small>"
    return f'<td data-label="{label}">{f"<b>{value}</b>" if strong else value}{between}</td>'


def _plain(estimate: "Estimate") -> str:
    return "unknown" if estimate.value is None else f"{estimate.value:.3f}"


def _shares(
    state: Errors, run: Run, selected: Selection, column: str, looks: Mapping[str, Look]
) -> None:
    groups = {"": selected}
    if not selected.is_all:
        groups = {"selection": selected, "all posts": everything(run)}
    found = numbers.counts(run, column, list(groups.values()))
    drawing = shares_chart(found, looks, list(groups))
    chart(
        drawing,
        key("overview", column),
        on_choose=lambda chosen: actions.select(
            state, slice_link(column, chosen["points"][0]["customdata"][0])
        ),
    )
    st.html(legend_html([found.get(value, (0,))[0] for value in looks], looks))


def legend_html(found: Sequence[int], looks: Mapping[str, Look]) -> str:
    """Return what each piece of the bar is, with its count and share."""
    total = sum(found) or 1
    items = "".join(
        f'<li><i style="color:{look.colour}">{look.sign}</i> {value} <b>{count:,}</b> '
        f"<small>{count / total:.1%}</small></li>"
        for (value, look), count in zip(looks.items(), found, strict=True)
        if count
    )
    return f'<ul class="sc-key">{items}</ul>'
