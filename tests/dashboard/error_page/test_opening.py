"""The error page without a browser: every run it opens, or refuses in one sentence."""

import pytest

from dashboard.errors.state import key
from tests.dashboard.error_page.reading import shown


def test_without_a_run_the_page_says_how_one_comes_about(visit):
    app = visit()

    assert "There is no run yet" in shown(app)
    assert not app.error


def test_the_newest_run_opens_with_its_scores(visit, run):
    app = visit()

    assert not app.error
    assert "<b>40</b> posts" in shown(app)
    # Of 80 gold units 60 are right: ten places and twenty units of the third kind are not.
    assert "50 right · 30 spurious · 30 missed, of 80 gold units" in shown(app)
    assert "All <b>40</b> posts" in shown(app)


@pytest.mark.parametrize(
    "view",
    [
        "overview",
        "map",
        "contexts",
        "slices",
        "confusion",
        "disagreements",
        "calibration",
        "records",
        "review",
    ],
)
@pytest.mark.parametrize("changes", [{}, {"gold": False}, {"images": False}, {"posts": 1}])
def test_every_section_stands_whatever_the_run_lacks(visit, runs, write_annotated, view, changes):
    write_annotated(runs / "some.parquet", **changes)
    app = visit(x_view=view)

    assert not app.error
    assert app.segmented_control(key("set", "view")).value == view


def test_without_gold_the_page_says_so_and_what_to_do(visit, runs, write_annotated):
    write_annotated(runs / "some.parquet", gold=False)
    app = visit(x_view="confusion")

    assert "cannot be scored" in shown(app)
    assert "python -m core annotate" in shown(app)


@pytest.mark.parametrize("data", [b"", b"PAR1 is not enough", b"id,text\n1,hello\n"])
def test_a_bad_file_is_a_sentence_and_the_other_runs_stay(visit, runs, run, data):
    (runs / "bad.parquet").write_bytes(data)
    app = visit(x_run="runs/bad.parquet")

    assert len(app.error) == 1
    assert "runs/bad.parquet" in app.error[0].value
    assert "/tmp" not in app.error[0].value
    assert app.selectbox(key("set", "run")).options == ["runs/bad.parquet", "runs/forty.parquet"]


def test_a_run_cut_in_half_is_a_sentence(visit, runs, run):
    whole = run.read_bytes()
    (runs / "half.parquet").write_bytes(whole[: len(whole) // 2])

    assert "half.parquet" in visit(x_run="runs/half.parquet").error[0].value


def test_a_run_that_is_not_there_offers_the_nearest(visit, run):
    app = visit(x_run="runs/fourty.parquet")

    assert "The nearest is runs/forty" in app.error[0].value


def test_an_own_file_is_shown_and_only_to_its_visitor(visit, run, runs, tmp_path, write_annotated):
    own = write_annotated(tmp_path / "own.parquet", posts=5)
    app = visit()
    app.file_uploader[0].upload("mine.parquet", own.read_bytes()).run()

    assert not app.error
    assert "<b>5</b> posts" in shown(app)
    assert app.query_params["x_run"] == "own file"
    assert "<b>40</b> posts" in shown(visit())


def test_the_address_of_an_own_file_asks_for_it_after_a_reload(visit, run):
    app = visit(x_run="own file", x_slice="outcome=wrong")
    assert "kept for one visit only" in app.error[0].value
    assert "posts" not in shown(app)  # no other run in its place
    app.selectbox(key("set", "run")).set_value("runs/forty.parquet").run()
    assert not app.error
    assert "<b>40</b> posts" in shown(app)
    assert "x_slice" not in app.query_params


def test_records_a_line_become_a_run(visit, runs, run):
    from core.annotations import read_record

    lines = [read_record(run, row).model_dump_json() for row in range(3)]
    app = visit()
    app.file_uploader[0].upload("mine.jsonl", "\n".join(lines).encode()).run()

    assert not app.error
    assert "<b>3</b> posts" in shown(app)


def test_an_own_file_that_cannot_be_opened_leaves_the_one_before(
    visit, run, tmp_path, write_annotated
):
    own = write_annotated(tmp_path / "own.parquet", posts=5).read_bytes()
    app = visit()
    app.file_uploader[0].upload("mine.parquet", own).run()
    app.file_uploader[0].upload("half.parquet", own[: len(own) // 2]).run()

    assert "half.parquet" in app.error[0].value
    assert "<b>5</b> posts" in shown(app)


@pytest.mark.parametrize(
    ("name", "data"),
    [("mine.jsonl", b'{"id": 1}\n'), ("mine.jsonl", b""), ("mine.parquet", b"nothing")],
)
def test_a_hostile_upload_is_refused_in_one_sentence_and_the_page_stays(visit, run, name, data):
    app = visit()
    app.file_uploader[0].upload(name, data).run()

    assert not app.exception
    assert len(app.error) == 1
    assert "mine." in app.error[0].value
    assert "/tmp" not in app.error[0].value


def test_a_fault_of_ours_is_admitted_without_a_traceback(visit, run, monkeypatch, caplog):
    def broken(*given, **named):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.errors.numbers.scores", broken)
    app = visit()

    assert "inside Shap" in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text
