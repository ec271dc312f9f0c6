import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.catalogue import PerceptionSettings
from core.errors import InputError
from dashboard import generating, jobs
from dashboard.generating import Column
from dashboard.generators import Answer, Offered
from dashboard.jobs import Queue
from dashboard.panels.generators import offer_html, taken, words
from dashboard.state import LINK, key

CONSENT = "explore.generators.consent."
WRITE = key("generators", "write")


@pytest.fixture
def queue():
    with ThreadPoolExecutor(1) as workers:
        yield Queue(workers)


def answering(**changes):
    given = {"contexts": (), "seconds": 1.25, "dollars": 0.0015, "is_known": False}
    return Answer(**{**given, **changes})


def column(queue, work):
    made = Column(1, "some", queue.submit(work))
    made.job.wait(60)
    return made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "1.2 s · $0.00150"),
        ({"dollars": None}, "1.2 s"),
        ({"is_known": True, "seconds": 0.0, "dollars": None}, "from the store"),
    ],
)
def test_an_answer_says_what_it_took_in_seconds_and_money(queue, changes, said):
    answer = answering(**changes)

    assert taken(answer) == said
    assert words(column(queue, lambda unwanted: iter([answer]))) == said


def test_a_column_says_how_far_it_is(queue, monkeypatch):
    go_on, began = threading.Event(), threading.Event()

    def work(unwanted):
        began.set()
        go_on.wait(60)
        yield answering()

    first, second = (Column(place, "", queue.submit(work)) for place in (1, 2))
    began.wait(60)
    monkeypatch.setattr(generating.time, "monotonic", lambda: first.began + 7)
    assert words(first) == "running · 7 s"
    assert words(second).startswith("waiting · ")
    monkeypatch.undo()
    second.cancel()
    go_on.set()

    assert words(second).startswith("cancelled")
    assert words(Column(3, "")) == "borrowed"


def test_a_column_that_failed_says_so_and_one_that_nobody_looked_at_too(queue, monkeypatch):
    def fail(unwanted):
        raise InputError("The key is wrong.")
        yield

    assert words(column(queue, fail)) == "failed"
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", -1.0)
    assert words(column(queue, lambda unwanted: iter(()))) == "given up: nobody was looking"


def test_a_generator_is_one_line_that_runs_no_markup_of_its_file():
    line = offer_html(Offered("<b>", "Reads <i>all</i>.", PerceptionSettings()))

    assert line == (
        '<p class="sc-origin"><b>&lt;b&gt;</b> on this machine. Reads &lt;i&gt;all&lt;/i&gt;.</p>'
    )
    assert "it is &lt;broken&gt;" in offer_html(Offered("some", trouble="it is <broken>"))


@pytest.fixture
def chosen(page, own_generators):
    """Open a sample and choose some of the user's own generators."""
    own_generators("dear", "https://photos.example/v1", "input_price = 9.0\noutput_price = 9.0\n")
    own_generators("cheap", "https://photos.example/v1", "input_price = 0.0\noutput_price = 0.0\n")
    own_generators("abroad", "https://other.example/v1")

    def choose(*names):
        app = page()
        app.query_params[LINK] = "eiffel-tower"
        app.run()
        app.pills(key("generators", "chosen")).set_value(list(names)).run()
        assert not app.exception
        return app

    return choose


def consents(app):
    return [box for box in app.checkbox if box.key.startswith(CONSENT)]


def lines(app):
    return [element.proto.body for element in app.get("html")]


def test_writing_waits_for_consent_and_consent_can_be_taken_back(chosen):
    app = chosen("dear")
    (box,) = consents(app)
    assert box.label == "Send this photo to photos.example"
    assert app.button(WRITE).disabled

    box.check().run()
    assert not app.button(WRITE).disabled
    consents(app)[0].uncheck().run()
    assert app.button(WRITE).disabled


def test_each_host_is_asked_about_once_and_each_generator_tells_its_price(chosen):
    app = chosen("dear", "cheap", "abroad")
    told = " ".join(line for line in lines(app) if "KB" in line)

    assert [box.label.split()[-1] for box in consents(app)] == ["photos.example", "other.example"]
    assert told.count("at most $") == 2
    assert "at most $0.0000" in told
    assert "price unknown" in told
    consents(app)[0].check().run()
    assert app.button(WRITE).disabled


def test_consent_for_one_photo_says_nothing_of_the_next(chosen):
    app = chosen("dear")
    consents(app)[0].check().run()
    app.button(key("gallery", "colosseum")).click().run()

    assert [box.value for box in consents(app)] == [False]
    assert app.button(WRITE).disabled
    app.button(key("gallery", "eiffel-tower")).click().run()
    assert [box.value for box in consents(app)] == [True]


def test_what_runs_on_this_machine_needs_no_consent(chosen):
    app = chosen("perception")

    assert consents(app) == []
    assert not app.button(WRITE).disabled


def test_a_folder_that_is_none_is_named_and_the_page_stands(page, monkeypatch, tmp_path):
    monkeypatch.setenv("SHAPCA_GENERATORS", str(tmp_path / "none"))
    app = page().run()

    assert not app.exception
    assert "SHAPCA" in app.error[0].value
    assert "no folder" in app.error[0].value
