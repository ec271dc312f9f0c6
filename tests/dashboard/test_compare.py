"""The page that compares systems, without a browser: its numbers, its lists, its refusals."""

import json
import subprocess
import sys
from functools import partial

import pytest

from core.analysis.predictions import EXAMPLE
from core.annotations import About, read_record, write_annotations
from dashboard.compare import numbers
from dashboard.errors.runs import RunFile, open_run
from dashboard.panels.compare.choose import SCHEMA
from dashboard.panels.compare.posts import Sided, posts_html

POSTS = 40
ABOUT = About(task="mner", checkpoint="better@0", dataset="invented", created="", command="")


def compare_page():
    from dashboard.views import compare

    compare.render()


@pytest.fixture
def folder(tmp_path, monkeypatch, write_annotated):
    """A folder with two runs: `a`, and `b`, which has post 1 of four right and post 0 wrong."""
    monkeypatch.setenv("SHAPCA_RUNS", str(tmp_path))
    monkeypatch.setattr(numbers, "RESULTS", tmp_path / "results")
    write_annotated(tmp_path / "a.parquet", posts=POSTS)
    write_changed(tmp_path / "a.parquet", tmp_path / "b.parquet")
    return tmp_path


def write_changed(before, after, *, posts=range(POSTS), **changes):
    records = []
    for place in posts:
        record = read_record(before, place)
        entities = record.gold.entities if place % 4 == 1 else record.entities
        update = {"entities": [] if place % 4 == 0 else entities, **changes}
        records.append(record.model_copy(update=update))
    write_annotations(after, records, about=ABOUT)


@pytest.fixture
def opened(folder, open_page):
    """Open the page as a new visitor, at an address."""
    return partial(open_page, compare_page)


def name(folder, file):
    return f"{folder.name}/{file}.parquet"


@pytest.fixture
def two(opened, folder):
    """The page with run a against run b."""
    return opened(c_a=name(folder, "a"), c_b=name(folder, "b"))


def shown(app):
    return " ".join(element.proto.body for element in app.get("html"))


def table(app, column):
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


def upload(app, file, data):
    app.file_uploader[0].upload(file, data, "application/octet-stream").run()
    assert not app.exception


def test_the_page_imports_no_model():
    code = "import dashboard.views.compare, sys; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_two_runs_show_scores_types_values_changes_and_costs(two):
    assert not two.error
    for title in ("Scores", "By type", "Values of the contexts", "Fixed and broken", "Cost"):
        assert f">{title} <" in shown(two)
    assert len(two.get("plotly_chart")) == 4


def test_the_difference_is_that_of_the_counts(two):
    # Of four posts with 2 units each: A predicts 8, 5 of them right; B predicts 6, 4 of them right.
    f1_a, f1_b = 2 * 5 / (8 + 8), 2 * 4 / (6 + 8)
    found = table(two, "F1 − F1(A)")["F1 − F1(A)"].iloc[0]

    assert found == pytest.approx(f1_b - f1_a, abs=1e-4)


def test_posts_fixed_and_broken_are_counted_and_listed(two, folder):
    counts = table(two, "fixed").iloc[0]
    assert (counts["fixed"], counts["broken"], counts["same"]) == (10, 10, 20)
    assert shown(two).count('<p class="sc-origin">post-') == 8
    assert "1–8 of 10 posts" in shown(two)

    two.segmented_control("compare.set.view").set_value("fixed").run()
    assert not two.exception
    assert two.query_params["c_view"] == "fixed"
    assert "ORG for LOC" in shown(two)


def test_both_sides_of_a_post_stand_under_its_gold(two):
    two.segmented_control("compare.set.view").set_value("fixed").run()
    first = shown(two).split('<ol class="sc-sided">')[1].split("</li>")[0]

    assert "Anna meets the press in Oslo" in first
    assert "Anna <i>PER</i>" in first


def test_the_next_page_is_in_the_address(opened, folder):
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"), c_page="2")

    assert "9–10 of 10 posts" in shown(app)
    assert "1–8 of" in shown(opened(c_a=name(folder, "b"), c_b=name(folder, "a"), c_page="1"))


def test_the_image_side_can_be_chosen(two):
    two.segmented_control("compare.set.side").set_value("image").run()

    assert not two.exception
    assert two.query_params["c_side"] == "image"
    assert len(two.get("plotly_chart")) == 4


def test_without_two_runs_the_page_says_what_to_do(opened, folder):
    (folder / "b.parquet").unlink()
    app = opened(c_a=name(folder, "a"))

    assert "Choose two runs over the same posts" in shown(app)
    assert not app.error


def test_runs_over_partly_different_posts_say_how_many_are_compared(opened, folder):
    write_changed(folder / "a.parquet", folder / "b.parquet", posts=range(30))
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"))

    assert "30 posts are in all runs and compared; A has 10 more" in app.info[0].value
    assert "on the 30 posts that all share" in shown(app)


def test_runs_without_a_post_in_common_are_refused(opened, folder):
    post = read_record(folder / "a.parquet", 0)
    moved = post.model_copy(update={"post": post.post.model_copy(update={"id": "elsewhere"})})
    write_annotations(folder / "b.parquet", [moved], about=ABOUT)
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"))

    assert "share no post" in app.error[0].value
    assert app.get("plotly_chart") == []


def test_a_third_run_that_cannot_be_compared_does_not_stop_the_second(opened, folder):
    (folder / "c.parquet").write_bytes((folder / "b.parquet").read_bytes()[:500])
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"), c_c=name(folder, "c"))

    assert app.error[0].value.startswith("C")
    assert "damaged" in app.error[0].value
    assert len(app.get("plotly_chart")) == 4


def test_of_three_runs_one_is_looked_at_in_detail(opened, folder):
    write_changed(folder / "a.parquet", folder / "c.parquet")
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "a"), c_c=name(folder, "c"))
    assert "There is no such post" in shown(app)
    app.segmented_control("compare.set.against").set_value("C").run()

    assert not app.exception
    assert app.query_params["c_with"] == "C"
    assert "1–8 of 10 posts" in shown(app)


def test_a_run_that_is_not_there_is_told(opened, folder):
    app = opened(c_a=name(folder, "a"), c_b="nowhere.parquet")

    assert "no run called nowhere" in app.error[0].value.replace("\\", "")


def test_without_gold_only_values_and_costs_are_compared(opened, folder, write_annotated):
    for file in ("a", "b"):
        write_annotated(folder / f"{file}.parquet", gold=False)
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"))

    assert not app.error
    assert "no gold answers in every run" in shown(app)
    assert len(app.get("plotly_chart")) == 1


def test_predictions_of_another_system_meet_the_gold_of_the_first_run(opened, folder):
    rows = [
        {"id": f"post-{number}", "entities": [{"start": 0, "end": 4, "type": "PER"}]}
        for number in range(POSTS)
    ]
    app = opened(c_a=name(folder, "a"))
    upload(app, "theirs.jsonl", "\n".join(map(json.dumps, rows)).encode())

    assert not app.error
    assert app.query_params["c_b"] == "own: theirs.jsonl"
    assert "own: theirs.jsonl" in shown(app)
    # One right and one missed of each: F1 = 2 / 3.
    assert "66.67" in shown(app)
    assert "Files of predictions have none" in shown(app)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"id": "post-0"}\n{"id": 7}\n', "theirs.jsonl:2: id"),
        (b"", "has no prediction"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"id": "zzz"}', "shares no post"),
    ],
)
def test_a_bad_file_is_refused_by_its_line_and_nothing_changes(opened, folder, data, message):
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"))
    upload(app, "theirs.jsonl", data)

    assert message in app.error[0].value.replace("\\", "")
    assert app.query_params["c_b"] == name(folder, "b")
    assert len(app.get("plotly_chart")) == 4


def test_an_annotation_file_of_ones_own_is_compared(opened, folder):
    app = opened(c_a=name(folder, "a"))
    upload(app, "mine.parquet", (folder / "b.parquet").read_bytes())

    assert not app.error
    assert app.query_params["c_b"] == "own: mine.parquet"
    assert table(app, "fixed").iloc[0]["fixed"] == 10


def test_the_schema_on_the_page_is_that_of_the_reader():
    assert json.loads(SCHEMA) == json.loads(EXAMPLE)


def test_evidence_is_shown_where_there_is_some(folder, opened):
    (folder / "results").mkdir()
    variant = {
        "name": "full",
        "changes": {},
        "seeds": [13, 14],
        "f1_by_seed": [0.843, 0.857],
        "f1": 0.85,
        "deviation": 0.01,
        "f1_without_contexts": 0.84,
        "alignment": {"text": 0.9},
        "difference": None,
        "low": None,
        "high": None,
        "p": None,
        "seconds_per_step": 0.5,
        "trained_parameters": 13_000_000,
    }
    other = {"name": "no-gate", "difference": -0.012, "low": -0.02, "high": -0.004, "p": 0.01}
    comparison = {
        "format": "shap-ca-comparison/1",
        "dev": "valid",
        "posts": 700,
        "variants": [variant, {**variant, **other, "changes": {"fusion.gate": False}}],
    }
    (folder / "results" / "ablations.json").write_text(json.dumps(comparison))
    (folder / "results" / "cut.json").write_text('{"format": "shap-ca-comparison/1", "dev')
    (folder / "results" / "other.json").write_text("[]")
    app = opened()

    assert "ablations.json" in shown(app)
    assert "−1.20<small>−2.00 to −0.40 p 0.010</small>" in shown(app)
    assert "fusion.gate = False" in shown(app)
    assert "This file is damaged" in shown(app)
    assert "other.json" not in shown(app)


def test_units_are_told_apart_by_what_is_wrong_and_shown_letter_by_letter(folder):
    runs = {"a": folder / "a.parquet", "b": folder / "b.parquet"}
    units = {
        place: numbers.units_of(open_run(RunFile.at(path, place)), [4])[0]
        for place, path in runs.items()
    }
    found = posts_html([Sided("<x>", "<script>", units["a"], units["b"])], "B")

    assert "<script>" not in found
    assert found.count("✓") == 2
    assert found.count("missed") == 2


def test_a_fault_of_ours_is_admitted_without_a_traceback(opened, folder, monkeypatch, caplog):
    def broken(run):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(numbers, "cost", broken)
    app = opened(c_a=name(folder, "a"), c_b=name(folder, "b"))

    assert "inside Shap" in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text
