"""Generators of contexts side by side, over posts counted by hand."""

import pytest

from core.analysis.context_report import (
    ContextReport,
    context_report,
    context_table,
    correlations,
)
from core.annotations import About, Annotations
from core.errors import InputError

ABOUT = About(task="mner", checkpoint="tiny@1", dataset="by hand", created="", command="")


@pytest.fixture
def run(make_table, post):
    """The run of a generator that helps every post from some place on."""

    def make(helped, *, posts=range(30), specificity=0.0, **changes):
        rows = (
            post(
                f"p{place}",
                "PER>PER",
                bare=(0, 0, 1) if place >= helped else (1, 0, 0),
                specificity=place + specificity,
                **changes,
            )
            for place in posts
        )
        return Annotations(make_table(*rows), ABOUT)

    return make


def test_runs_stand_side_by_side_with_scores_and_means(run):
    report = context_report({"long": run(20, specificity=5.0), "short": run(25)}, draws=50)
    table = context_table(report)
    assert "| F1 in percent | long | short |" in table
    assert "| F1 without contexts | 80.00 | 90.91 |" in table
    assert "| F1 with contexts | 100.00 | 100.00 |" in table
    assert "| mean specificity | 19.5 | 14.5 |" in table
    assert rows_of(table, "mean φ, photo side") == []
    assert "| φ, photo side | unknown: no post has it | 0 |  |  |  |" in table
    assert "nan" not in table.lower()


def test_what_one_run_alone_has_leaves_the_others_blank(run):
    report = context_report({"seen": run(20, phi_image=2.0), "unseen": run(20)}, draws=50)
    (row,) = rows_of(context_table(report), "mean φ, photo side")
    assert row == "| mean φ, photo side | 2 |  |"


def test_thirds_show_where_the_gain_is(run):
    table = context_table(context_report({"only": run(20)}, draws=50))
    row = rows_of(table, "specificity")[-1]
    assert row.endswith("| 30 | +0.0 | +0.0 | +100.0 |")


def test_what_leaving_out_the_worst_fitting_would_have_done_stands_beside_the_gain(run):
    hurt = run(0, margin_text=1.0)
    hurt.table.loc[:9, ["correct", "spurious", "missed"]] = [0, 1, 1]
    hurt.table.loc[:9, ["bare_correct", "bare_spurious", "bare_missed"]] = [1, 0, 0]
    hurt.table.loc[:9, "margin_text"] = -1.0
    report = context_report({"hurt": hurt, "same": run(20, margin_text=0.5)}, draws=50)
    (row,) = rows_of(context_table(report), "worst fitting left out")
    assert row == "| worst fitting left out | +33.33 (33% of the posts) |  |"
    assert report.runs[1].leaving_out is None


def test_correlations_stand_a_column_a_run_and_bold_where_they_are_sure(run):
    runs = {"long": run(20), "short": run(20, specificity=5.0)}
    report = context_report(runs, draws=50)
    (row,) = rows_of(correlations(report), "specificity")
    sure = report.runs[0].quality.associations[2]
    assert sure.column == "specificity"
    assert sure.p_adjusted < 0.05
    said = f"{sure.rho.value:+.2f} ({sure.rho.low:+.2f} to {sure.rho.high:+.2f})"
    assert row.startswith(f"| specificity | **{said}** |")
    assert rows_of(correlations(report), "φ, photo side") == []


def rows_of(table, label):
    return [line for line in table.splitlines() if line.startswith(f"| {label} |")]


def test_two_parts_leave_the_middle_empty(run):
    found = context_report({"only": run(20, copy_rate=0.5)}, draws=50)
    assert found.runs[0].quality.associations[4].thirds == ()
    halves = Annotations(
        found_table := run(20).table.assign(copy_rate=[0.0] * 15 + [0.5] * 15), ABOUT
    )
    assert len(found_table) == 30
    table = context_table(context_report({"only": halves}, draws=50))
    row = rows_of(table, "copy rate")[-1]
    assert row.count("|  |") == 1


def test_only_posts_that_tell_it_in_every_run_count(run):
    report = context_report({"a": run(20), "b": run(20, posts=range(10, 40))}, draws=50)
    assert [one.quality.posts for one in report.runs] == [20, 20]
    assert [one.quality.left_out.not_shared for one in report.runs] == [10, 10]
    assert "a: 20 posts; left out: 10 not in every run" in context_table(report)


def test_a_report_comes_back_from_its_json(run):
    report = context_report({"a": run(20)}, draws=50)
    assert ContextReport.model_validate_json(report.model_dump_json()) == report
    assert report.runs[0].checkpoint == "tiny@1"


def test_runs_that_cannot_be_compared_are_named(run):
    with pytest.raises(InputError, match="other: the two runs share no post"):
        context_report({"one": run(20), "other": run(50, posts=range(40, 60))})
    with pytest.raises(InputError, match="bare: no post tells what its contexts did"):
        context_report({"one": run(20), "bare": run(20, contexts=0)})
    with pytest.raises(InputError, match="at least one"):
        context_report({})
