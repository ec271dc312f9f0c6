"""The posts of a run: searched, opened, reviewed."""

import json

import pytest

from dashboard.errors.state import key
from tests.dashboard.error_page.reading import press, shown, state


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


def test_a_filter_that_the_run_does_not_offer_hides_nothing(visit, run):
    app = visit(x_view="records", x_outcome="no gold")
    assert not app.exception
    assert "No post is left" not in shown(app)
    assert "post-0" in str(app.dataframe[0].value)


def test_the_export_holds_what_is_listed(visit, run):
    listed = visit(x_view="records", x_outcome="wrong", x_search="post-1")
    rows = len(listed.dataframe[0].value)
    assert 0 < rows < 40
    told = f"{rows} posts as listed below: searched and filtered."
    assert told in [caption.value for caption in listed.caption]
    elsewhere = visit(x_view="overview", x_outcome="wrong", x_search="post-1")
    assert not any("as listed" in caption.value for caption in elsewhere.caption)


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


def test_a_given_name_leaves_no_field_that_takes_keys_for_letters(visit, run):
    def is_asked(app):
        return "Your name" in [box.label for box in app.text_input]

    app = visit(x_view="review", x_slice="@list:better-without")
    assert is_asked(app)
    app.text_input(key("review", "name")).set_value("Ada <b>").run()
    assert not is_asked(app)
    assert "Verdicts of <b>Ada &lt;b&gt;</b>" in shown(app)
    press(app, "review", "rename")
    assert is_asked(app)
    assert app.text_input(key("review", "name")).value == ""
    app.text_input(key("review", "name")).set_value("Bo").run()
    assert "Verdicts of <b>Bo</b>" in shown(app)


def test_a_note_is_kept_with_its_verdict_and_the_queue_goes_on_where_it_was(visit, run, runs):
    app = visit(x_view="review", x_slice="@list:better-without")
    app.text_input(key("review", "name")).set_value("Ada").run()
    note_box(app).set_value("wrong photo").run()
    press(app, "review", "hallucinated")
    again = visit(x_view="review", x_slice="@list:better-without")
    again.text_input(key("review", "name")).set_value("Ada").run()

    assert state(again).at == 1
    assert "of 10 reviewed" in again.get("progress")[0].proto.text
    press(again, "review", "back")
    assert "wrong photo" in shown(again)
    assert "You said <b>hallucinated</b>" in shown(again)
    assert note_box(again).value == "wrong photo"

    press(again, "review", "partly")  # a corrected verdict keeps its note
    (file,) = (runs / "reviews").rglob("*.jsonl")
    last = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["opinion"], last["note"]) == ("partly", "wrong photo")


def test_a_note_outlives_a_look_at_the_next_post(visit, run):
    app = visit(x_view="review", x_slice="@list:better-without")
    app.text_input(key("review", "name")).set_value("Ada").run()
    note_box(app).set_value("look again").run()
    press(app, "review", "skip")
    assert note_box(app).value == ""
    press(app, "review", "back")
    assert note_box(app).value == "look again"


def note_box(app):
    (box,) = [box for box in app.text_input if box.label == "Note"]
    return box


def test_agreement_shows_with_the_first_verdict(visit, run):
    app = visit(x_view="review")
    app.text_input(key("review", "name")).set_value("Ada").run()
    assert "Agreement shows after" in shown(app)
    press(app, "review", "misaligned")

    assert "Ada and model" in shown(app)
