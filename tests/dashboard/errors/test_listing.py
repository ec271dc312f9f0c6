import pytest

from dashboard.errors.listing import facet_counts, listing
from dashboard.errors.runs import RunFile, open_run
from dashboard.errors.selection import everything, select
from dashboard.errors.settings import Settings


@pytest.fixture(scope="module")
def run(tmp_path_factory, write_annotated):
    path = write_annotated(tmp_path_factory.mktemp("runs") / "run.parquet")
    return open_run(RunFile.at(path, "run.parquet"))


def listed(run, **changes):
    return listing(run, everything(run), Settings().changed(**changes)).rows.tolist()


def test_without_a_wish_every_post_is_listed_as_the_run_has_it(run):
    assert listed(run) == list(range(40))


def test_facets_narrow_and_several_values_of_one_widen(run):
    assert listed(run, outcomes=("wrong",)) == list(range(2, 40, 4))
    assert len(listed(run, outcomes=("wrong", "partly"))) == 20
    assert listed(run, outcomes=("wrong",), effects=("hurt",)) == []


def test_the_least_confident_come_first_when_asked(run):
    rows = listed(run, order="confidence")

    assert [row % 5 for row in rows] == sorted(row % 5 for row in range(40))


def test_a_selection_keeps_its_own_order_unless_another_is_asked_for(run):
    worst = select(run, "@list:let-in", (0.0, 0.0))

    assert listing(run, worst, Settings()).rows.tolist() == worst.rows.tolist()
    by_margin = listing(run, worst, Settings().changed(order="misaligned")).rows
    assert set(by_margin) == set(worst.rows)


def test_counts_are_those_of_the_selection_over_the_values_of_the_run(run):
    wrong = select(run, "outcome=wrong", (0.0, 0.0))

    found = facet_counts(run, wrong, Settings(), "outcome")
    assert found == {"right": 0, "partly": 0, "wrong": 10}


def test_counts_say_how_many_posts_a_click_would_list(run):
    chosen = {"outcomes": ("wrong",), "search": "post-1"}
    settings = Settings().changed(**chosen)
    for facet, field in (("outcome", "outcomes"), ("effect", "effects"), ("verdict", "verdicts")):
        counts = facet_counts(run, everything(run), settings, facet)
        for value, count in counts.items():
            assert count == len(listed(run, **{**chosen, field: (value,)})), (facet, value)
    assert sum(facet_counts(run, everything(run), settings, "effect").values()) == len(
        listed(run, **chosen)
    )
