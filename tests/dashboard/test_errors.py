"""The error page without a browser: each section, each selection, each failure."""

import json
from functools import partial

import pytest

from dashboard.errors.state import key


def errors_page():
    from dashboard.views import errors

    errors.render()


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder of runs that takes the place of the shipped ones, and of the reviews."""
    monkeypatch.setattr("dashboard.errors.runs.ROOT", tmp_path)
    monkeypatch.delenv("SHAPCA_RUNS", raising=False)
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def visit(runs, tiny_checkpoint, monkeypatch, open_page):
    """Open the page as a new visitor, at an address."""
    monkeypatch.setenv("SHAPCA_CHECKPOINT", str(tiny_checkpoint))
    return partial(open_page, errors_page)


@pytest.fixture
def run(runs, write_annotated):
    """A run of forty posts."""
    return write_annotated(runs / "forty.parquet")


def shown(app):
    return " ".join(element.proto.body for element in app.get("html"))


def state(app):
    return app.session_state[key("state")]


def press(app, *parts):
    app.button(key(*parts)).click().run()
    assert not app.exception


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
    assert "x_run" not in app.query_params
    assert "<b>40</b> posts" in shown(visit())


def test_records_a_line_become_a_run(visit, runs, run):
    from core.annotations import read_record

    lines = [read_record(run, row).model_dump_json() for row in range(3)]
    app = visit()
    app.file_uploader[0].upload("mine.jsonl", "\n".join(lines).encode()).run()

    assert not app.error
    assert "<b>3</b> posts" in shown(app)


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


@pytest.mark.parametrize(
    "view", ["overview", "map", "contexts", "slices", "confusion", "calibration"]
)
def test_a_slice_of_the_address_is_selected_everywhere(visit, run, view):
    app = visit(x_view=view, x_slice="verdict=misaligned")

    assert not app.error
    assert "<b>14</b> of 40 posts: <q>verdict: misaligned</q>" in shown(app)


def test_a_frequent_confusion_selects_the_posts_behind_it(visit, run):
    app = visit(x_view="confusion")
    press(app, "confusion", "entity", "LOC", "ORG")

    assert "<b>10</b> of 40 posts" in shown(app)
    table = app.dataframe[-1].value
    assert list(table["post"])[:2] == ["post-1", "post-5"]


def test_the_address_brings_back_a_lasso(visit, run):
    app = visit(x_view="map", x_slice="@lasso:0,0,2,0,2,2,0,2")

    # Both margins are +1: uneven, and no multiple of three.
    assert "<b>13</b> of 40 posts" in shown(app)


def test_a_quadrant_follows_its_thresholds(visit, run):
    app = visit(x_view="map")
    press(app, "map", "quadrant", "fits both")
    assert "<b>13</b> of 40 posts: <q>quadrant fits both</q>" in shown(app)
    app.slider(key("set", "tau_text")).set_value(-1.0).run()

    assert app.query_params["x_tau_text"] == "-1"
    assert "<b>20</b> of 40 posts" in shown(app)


def test_the_worst_slices_are_found_when_asked_and_can_be_selected(visit, runs, write_annotated):
    write_annotated(runs / "more.parquet", posts=120)
    app = visit(x_view="slices")
    assert "slices of at least" not in shown(app).replace("slices of at least 30 posts; those", "")
    press(app, "slices", "find")
    assert "p is adjusted" in shown(app)
    press(app, "slices", "worst", 0)

    assert state(app).settings.slice


def test_what_contexts_are_like_is_held_against_what_they_repaired(visit, run):
    app = visit(x_view="contexts")

    # Ten posts of forty were helped by one unit, ten hurt by two: spurious and missed.
    assert "F1 changes by" in shown(app)
    assert "40 posts count" in shown(app)
    assert "p is adjusted" in shown(app)
    table = app.dataframe[0].value.set_index("measure")
    assert table.loc["contexts", "counted"] == "it is the same for all 40 posts"
    assert table.loc["φ, text side", "counted"] == "40 posts"


def test_a_third_of_a_measure_is_selected_and_its_posts_are_shown(visit, run):
    app = visit(x_view="contexts", x_measure="phi_text")
    assert app.selectbox(key("set", "measure")).value == "phi_text"
    press(app, "contexts", "third", 0)

    assert "<b>14</b> of 40 posts" in shown(app)  # every third post, which has −1
    assert "post-3" in set(app.dataframe[-1].value["post"])


def test_a_measure_is_chosen_and_kept_in_the_address(visit, run):
    app = visit(x_view="contexts", x_measure="nothing")
    app.selectbox(key("set", "measure")).set_value("gate_text").run()

    assert app.query_params["x_measure"] == "gate_text"
    assert "Not cut into thirds: it is the same for all 40 posts" in shown(app)


def test_a_run_that_tells_nothing_of_contexts_says_why(visit, runs, write_annotated, tmp_path):
    from core.annotations import read_annotations, read_record, write_annotations

    asked = write_annotated(tmp_path / "asked.parquet", posts=3)
    records = [read_record(asked, row) for row in range(3)]
    not_asked = (record.model_copy(update={"without_contexts": None}) for record in records)
    write_annotations(runs / "some.parquet", not_asked, about=read_annotations(asked).about)
    app = visit(x_view="contexts")

    assert not app.error
    assert "No post tells what its contexts did (3 not predicted without" in shown(app)


def test_a_list_of_disagreements_keeps_its_order(visit, run):
    app = visit(x_view="disagreements")
    press(app, "list", "better-without")
    assert "<b>10</b> of 40 posts: <q>better without contexts</q>" in shown(app)
    press(app, "selection", "show")

    assert state(app).settings.view == "records"
    assert len(app.dataframe[0].value) == 10


def test_a_selection_can_be_named_saved_and_found_again(visit, run):
    app = visit(x_slice="verdict=misaligned")
    app.text_input(key("set", "name")).set_value("do not fit").run()
    assert "<q>do not fit</q>" in shown(app)
    press(app, "selection", "save")
    press(app, "selection", "clear")
    assert "All <b>40</b> posts" in shown(app)
    press(app, "selection", "kept", "do not fit")

    assert "<b>14</b> of 40 posts: <q>do not fit</q>" in shown(app)


@pytest.mark.parametrize(
    "link",
    ["words:9", "@cell:entity", "@lasso:1,2,x", "@quadrant:nowhere", "@list:none", "@score:a:b:c"],
)
def test_a_broken_link_is_named_and_all_posts_are_shown(visit, run, link):
    app = visit(x_slice=link)

    assert len(app.error) == 1
    assert "All <b>40</b> posts" in shown(app)


def test_what_an_address_says_wrong_is_named_and_the_rest_followed(visit, run):
    app = visit(x_view="nowhere", x_tau_text="0.5")

    assert "x\\_view=nowhere" in app.info[0].value
    assert state(app).settings.tau_text == 0.5


def test_search_finds_misspelt_words_and_says_so(visit, run):
    app = visit(x_view="records", x_q="Anna pres")

    assert "press" not in shown(app)  # a part of a word is found as it is
    assert "1–25 of 40 posts" in shown(app)
    app.text_input(key("set", "search")).set_value("prass").run()
    assert "<b>press</b>" in shown(app)
    app.text_input(key("set", "search")).set_value("zzzzzz").run()
    assert "No post is left" in shown(app)


def test_facets_and_order_decide_what_is_listed(visit, run):
    app = visit(x_view="records", x_outcome="wrong", x_order="confidence")
    table = app.dataframe[0].value

    assert len(table) == 10
    assert set(table["outcome"]) == {"✕ wrong"}
    assert list(table["confidence"]) == sorted(table["confidence"])


def test_never_more_than_a_page_of_posts_is_sent(visit, run):
    app = visit(x_view="records", x_page="2")

    assert len(app.dataframe[0].value) == 15
    assert "26–40 of 40 posts" in shown(app)
    assert "40–40" not in shown(visit(x_view="records", x_page="99"))


def test_a_post_opens_by_its_address_with_everything_about_it(visit, run):
    app = visit(x_view="records", x_post="post-1")

    assert not app.error
    assert "other type" in shown(app)
    assert "A woman &lt;b&gt;1&lt;/b&gt; at a desk." in shown(app)
    press(app, "way", "next")
    assert app.query_params["x_post"] == "post-2"
    press(app, "way", "list")
    assert "x_post" not in app.query_params


@pytest.mark.parametrize("is_here", [True, False])
def test_a_sample_post_opens_in_explore_with_the_checkpoint_of_the_run(
    visit, run, runs, tiny_checkpoint, is_here
):
    from core.annotations import About, read_record, write_annotations

    metrics = json.loads((tiny_checkpoint / "metrics.json").read_text())
    fingerprint = metrics["sha256"]["model.safetensors"] if is_here else "0" * 64
    about = About(
        task="mner", checkpoint=f"tiny@{fingerprint}", dataset="samples", created="", command=""
    )
    record = read_record(run, 0)
    sample = record.model_copy(
        update={"post": record.post.model_copy(update={"id": "eiffel-tower"})}
    )
    write_annotations(runs / "samples.parquet", [sample], about=about)
    app = visit(x_run="runs/samples.parquet", x_view="records", x_post="eiffel-tower")

    assert not app.error
    (link,) = app.get("link_button")
    model = f"&e_model={tiny_checkpoint.name}" if is_here else ""
    assert link.proto.url == f"/?e_post=eiffel-tower{model}"
    assert ("is not on this server" in shown(app)) is not is_here


def test_a_post_that_is_not_there_offers_the_nearest(visit, run):
    app = visit(x_view="records", x_post="post-999")

    assert "The nearest is post" in app.error[0].value


def test_the_gallery_shows_cards_and_escapes_what_posts_say(visit, run):
    app = visit(x_view="records", x_gallery="True")

    assert "photo not on this machine" in shown(app)
    press(app, "gallery", 0)
    assert app.query_params["x_post"] == "post-0"


def test_verdicts_go_to_a_file_and_can_be_taken_back(visit, run, runs):
    app = visit(x_view="review", x_slice="@list:better-without")
    assert "Type a name" in shown(app)
    app.text_input(key("review", "name")).set_value("Ada").run()
    assert "model <b>" not in shown(app)  # nothing of the model before the reviewer has said
    first = state(app).queue[0]
    press(app, "review", "misaligned")
    assert state(app).at == 1
    (file,) = (runs / "reviews").rglob("*.jsonl")
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["id"] == f"post-{first}"
    assert json.loads(line)["opinion"] == "misaligned"
    press(app, "review", "undo")

    assert state(app).at == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2  # a file that only grows
    press(app, "review", "undo")
    assert "no verdict of yours" in app.error[0].value


def test_a_note_is_kept_with_its_verdict_and_the_queue_goes_on_where_it_was(visit, run, runs):
    app = visit(x_view="review", x_slice="@list:better-without")
    app.text_input(key("review", "name")).set_value("Ada").run()
    name = key("review", "note", state(app).queue[0])
    app.text_input(name).set_value("wrong photo").run()
    press(app, "review", "hallucinated")
    again = visit(x_view="review", x_slice="@list:better-without")
    again.text_input(key("review", "name")).set_value("Ada").run()

    assert state(again).at == 1
    assert "of 10 reviewed" in again.get("progress")[0].proto.text
    press(again, "review", "back")
    assert "wrong photo" in shown(again)
    assert "You said <b>hallucinated</b>" in shown(again)


def test_agreement_shows_with_the_first_verdict(visit, run):
    app = visit(x_view="review")
    app.text_input(key("review", "name")).set_value("Ada").run()
    assert "Agreement shows after" in shown(app)
    press(app, "review", "misaligned")

    assert "Ada and model" in shown(app)


def test_a_fault_of_ours_is_admitted_without_a_traceback(visit, run, monkeypatch, caplog):
    def broken(*given, **named):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.errors.numbers.scores", broken)
    app = visit()

    assert "inside Shap" in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text
