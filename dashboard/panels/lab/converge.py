"""5 Converge: estimators sample the game, live, against the exact values."""

import html
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.figures.lab.converge import error_chart, frame, rank_chart
from dashboard.figures.lab.estimate import estimate_chart
from dashboard.figures.lab.values import amount, residual_words
from dashboard.jobs import POLL_SECONDS, Job
from dashboard.lab.settings import Settings
from dashboard.lab.state import Lab, key
from dashboard.panels import notice
from dashboard.panels.card import caption, card
from dashboard.panels.lab.chart import chart
from dashboard.panels.lab.sampling import ESTIMATORS, controls

if TYPE_CHECKING:
    from core.lab.converge import Point
    from core.lab.games import LabGame
    from core.lab.report import LabReport

RULES = {
    "budget": "budget used up",
    "standard error": "standard error small enough",
    "rank stable": "ranking stable",
    "time": "time up",
    "cancelled": "cancelled",
}


def render(state: Lab, game: "LabGame", report: "LabReport", trouble: str) -> None:
    """Draw what is sampled and how, and the estimates as they come.

    Args:
        state: Of this visitor.
        game: What is sampled.
        report: Its exact values, and one run of the first estimator.
        trouble: Why that estimator cannot be run, "" when it can.
    """
    with card("lab-converge", "5  Converge", "samples against the exact values, live"):
        _sampling(state, game, report, trouble)


@st.fragment
def _sampling(state: Lab, game: "LabGame", report: "LabReport", trouble: str) -> None:
    controls(state)
    job = state.job
    if trouble:
        notice.problem(trouble)
    if job is None or state.job_settings is None:
        if not trouble:
            _one_run(state.settings, report)
        return
    if not job.is_over:
        st.fragment(_live, run_every=POLL_SECONDS)(state, game, report)
        return
    _drawn(state, job.look(), state.job_settings, game, report)
    _end(job, state, game.grand)


def _one_run(settings: Settings, report: "LabReport") -> None:
    """Draw what one run ends with: the numbers the command line gives."""
    if not settings.estimators:
        caption("Choose an estimator.")
        return
    estimate = report.estimate
    unknown: Sequence[float | None] = [None] * len(estimate.values)
    errors = estimate.standard_error or unknown
    rows = "".join(
        f'<tr><th scope="row">{html.escape(player)}</th><td>{amount(value)}'
        f"{'' if error is None else f' ± {error:.2g}'}</td><td>{amount(exact)}</td></tr>"
        for player, value, error, exact in zip(
            report.players, estimate.values, errors, report.shapley_values, strict=True
        )
    )
    name = ESTIMATORS[settings.estimators[0]]
    head = f"<th></th><th>{name} ± standard error</th><th>φ, exact</th>"
    st.html(
        f'<table class="sc-facts sc-numbers sc-run"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    residual = sum(estimate.values) - report.values[-1]
    caption(
        f"{estimate.evaluations:,} values of v(S), seed {settings.seed}: error "
        f"{estimate.rmse:.2g}, ended by {RULES.get(estimate.stopped, estimate.stopped)}, "
        f"residual {residual_words(residual)}. Run shows how it gets there, "
        f"and {settings.repeats} repeats."
    )


def _live(state: Lab, game: "LabGame", report: "LabReport") -> None:
    job, settings = state.job, state.job_settings
    if job is None or settings is None or job.is_over:
        st.rerun()
    points = job.look()
    waits = job.condition == "waiting"
    words = "Waiting for another run to end" if waits else f"{len(points):,} estimates so far"
    st.progress(_share(points, settings), words)
    _drawn(state, points, settings, game, report)


def _share(points: "Sequence[Point]", settings: Settings) -> float:
    """Return the share of all repeats that is done; a repeat that was ended counts whole."""
    done: dict[tuple[str, int], float] = {}
    for point in points:
        part = 1.0 if point.stopped else min(point.evaluations / settings.budget, 1.0)
        done[point.estimator, point.repeat] = part
    return sum(done.values()) / (len(settings.estimators) * settings.repeats)


def _drawn(
    state: Lab,
    points: "Sequence[Point]",
    settings: Settings,
    game: "LabGame",
    report: "LabReport",
) -> None:
    player = _player(game)
    first = [point for point in points if point.repeat == 0]
    exact = report.shapley_values[player]
    chart(state, "estimate", estimate_chart(first, player, exact, settings.budget, ESTIMATORS))
    caption(
        f"First repeat, seed {settings.seed}. Lines: the estimate so far with its 95 % band. "
        "Dashed: exact φ."
    )
    everything = frame(points)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(state, "error", error_chart(everything, ESTIMATORS))
        caption(
            "Error against exact φ, mean over repeats. Samples gain one digit per hundredfold "
            "work: parallel to the dotted line."
        )
    with right:
        chart(state, "rank", rank_chart(everything, ESTIMATORS))
        caption(
            "Kendall τ: 1 ranks the players as exact φ does. The order is often right long "
            "before the values are."
        )


def _player(game: "LabGame") -> int:
    """Return whose estimates are drawn."""
    name = key("converge", "player")
    if not 0 <= (st.session_state.get(name) or 0) < len(game.players):
        del st.session_state[name]
    return int(
        st.selectbox(
            "Estimates of",
            range(len(game.players)),
            format_func=lambda player: f"{player + 1}  {game.players[player]}",
            key=name,
        )
    )


def _end(job: "Job[Point]", state: Lab, grand: float) -> None:
    """Say how it ended, estimator by estimator."""
    if job.condition == "failed":
        notice.problem(job.error)
    if job.condition == "cancelled":
        notice.hint(f"Cancelled after {job.seconds:.1f} s. What was found until then is shown.")
    points = frame(job.parts)
    st.html(ends_html(job.parts, grand))
    with st.expander("All estimates as a table", type="compact"):
        st.dataframe(points, hide_index=True, alt="Error and ranking of every estimate")
    if state.settings != state.job_settings:
        caption("Settings changed since this run. Run brings it up to date.")


def ends_html(points: "Sequence[Point]", grand: float) -> str:
    """Return one row per estimator: where its repeats ended, and which rule ended them.

    Args:
        points: All that came.
        grand: v(N), which the estimates should add up to.
    """
    rows = []
    for estimator in dict.fromkeys(point.estimator for point in points):
        own = [point for point in points if point.estimator == estimator]
        last = list({point.repeat: point for point in own}.values())
        ended = Counter(RULES.get(point.stopped, "unfinished") for point in last)
        rules = ", ".join(
            rule if len(ended) == 1 else f"{rule} ({count})" for rule, count in ended.most_common()
        )
        error = (sum(point.rmse**2 for point in last) / len(last)) ** 0.5
        residual = max(abs(sum(point.values) - grand) for point in last)
        evaluations = sum(point.evaluations for point in last) / len(last)
        rows.append(
            f'<tr><th scope="row">{ESTIMATORS[estimator]}</th><td>{len(last)}</td>'
            f"<td>{evaluations:,.0f}</td><td>{error:.2g}</td><td>{residual_words(residual)}</td>"
            f"<td>{rules}</td></tr>"
        )
    head = "<th></th><th>repeats</th><th>v(S) each</th><th>error</th><th>Σ − v(N)</th>"
    head += "<th>ended by</th>"
    return (
        f'<table class="sc-facts sc-numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
