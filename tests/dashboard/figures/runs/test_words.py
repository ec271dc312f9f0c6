import pytest

from core.training.run_summary import RunSummary
from dashboard.figures.runs.words import duration, listed, quantity, status


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (RunSummary(status="waiting"), "nothing logged yet"),
        (RunSummary(status="running", silent_seconds=8.2), "last event 8 s ago"),
        (RunSummary(status="stale", silent_seconds=61), "silent for 1 min, no end logged"),
        (
            RunSummary(status="running", silent_seconds=190, is_scoring=True),
            "scoring dev for 3 min",
        ),
        (
            RunSummary(status="stale", silent_seconds=1200, is_scoring=True),
            "silent for 20 min while scoring dev, no end logged",
        ),
        (RunSummary(status="finished", ended="finished"), "to its end"),
        (RunSummary(status="finished", ended="early stop", resumes=1), "early stop, resumed once"),
        (
            RunSummary(status="running", silent_seconds=1, resumes=2),
            "last event 1 s ago, resumed 2 times",
        ),
    ],
)
def test_where_a_run_stands_is_a_sentence(summary, words):
    assert status(summary) == words


def test_days_are_said_as_days():
    assert duration(200_000) == "2 days"
    assert duration(3_590) == "1 h 0 min"


def test_a_part_of_the_loss_nobody_named_keeps_its_name():
    assert quantity("loss new_part") == "Loss, new part"


def test_one_name_is_no_list():
    assert listed(["one"]) == "one"
    assert listed([]) == ""
