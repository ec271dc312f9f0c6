"""The page without a browser: what it shows, what it keeps, what it says."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from dashboard.sample_posts import samples
from dashboard.state import LINK, TEXT, key

SAMPLE = "eiffel-tower"


def png(colour="red", size=(40, 30)):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


def shown(app):
    """Everything on the page that was written as HTML, without its style."""
    bodies = [element.proto.body for element in app.get("html")]
    return " ".join(body for body in bodies if not body.startswith("<style"))


def open_sample(page, id=SAMPLE):
    app = page()
    app.query_params[LINK] = id
    app.run()
    assert not app.exception
    return app


def record(app):
    return app.session_state[key("state")].result.record


def context_areas(app):
    return [area for area in app.text_area if area.key != TEXT]


def press(app, *parts):
    app.button(key(*parts)).click().run()
    assert not app.exception


def test_the_first_page_stands_without_an_analysis(page):
    app = page().run()

    assert not app.exception
    assert not app.error
    assert "Choose a sample above" in shown(app)
    assert app.session_state[key("state")].result is None


def test_the_first_page_imports_no_model():
    code = "import dashboard.views.explore, sys; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_link_opens_its_sample_and_analyses_it(page):
    app = open_sample(page)

    assert record(app).post.id == SAMPLE
    assert "sc-verdict" in shown(app)
    assert len(app.get("plotly_chart")) == 3  # gates over the photo, contexts, bank


def test_what_contexts_name_and_the_photo_does_not_show_is_told(page):
    app = open_sample(page, "chelsea-munich")  # a cat; the second context is of football

    assert record(app).seen == ["cat"]
    assert "<b>Context 2</b> says “footballer”, “ball”:" in shown(app)
    assert "Share of the objects named that the detector finds unlikely" in shown(app)
    assert "Unknown here: agreement (one generator wrote all contexts)" in shown(app)


def test_a_link_to_nothing_offers_the_nearest(page):
    app = open_sample(page, "eifel-tower")

    assert "The nearest is eiffel" in app.error[0].value
    assert "sc-verdict" not in shown(app)


def test_a_click_on_a_sample_puts_it_into_the_address(page):
    app = page().run()
    press(app, "gallery", "colosseum")

    assert app.query_params[LINK] == "colosseum"
    assert record(app).post.id == "colosseum"


def test_an_edited_context_changes_its_values_after_analyse(page):
    app = open_sample(page)
    before = record(app).games.text.standings[0].scaled_value
    context_areas(app)[0].set_value("A plate of pasta with a glass of red wine.").run()
    assert "Changed since the result shown" in shown(app)
    assert record(app).games.text.standings[0].scaled_value == before

    press(app, "editor", "analyse")
    assert record(app).games.text.standings[0].scaled_value != before
    assert record(app).contexts[0].generator == "typed"


def test_a_switch_takes_its_context_out_of_the_games_at_once(page):
    app = open_sample(page)
    app.checkbox[0].uncheck().run()

    assert [standing.context for standing in record(app).games.text.standings] == [1, 2]
    assert not record(app).contexts[0].included
    assert "Switched off: takes no part." in shown(app)


def test_contexts_are_added_and_removed(page):
    app = open_sample(page)
    press(app, "context", "add")
    context_areas(app)[-1].set_value("A new one.").run()
    first = context_areas(app)[0].key.split(".")[2]
    press(app, "context", first, "remove")
    press(app, "editor", "analyse")

    texts = [context.text for context in record(app).contexts]
    assert len(texts) == 3
    assert texts[-1] == "A new one."


def test_an_empty_context_is_refused_and_nothing_is_lost(page):
    app = open_sample(page)
    kept = record(app)
    press(app, "context", "add")
    press(app, "editor", "analyse")

    assert "Context 4 is empty" in app.error[0].value
    assert record(app) == kept
    assert len(context_areas(app)) == 4


def test_without_a_context_the_page_says_that_there_is_no_game(page):
    app = page().run()
    app.text_area(TEXT).set_value("Anna in Paris").run()
    press(app, "editor", "analyse")

    assert "there is no game to play" in shown(app)
    assert "no image side" in shown(app)
    assert not app.error


def test_an_uploaded_photo_is_described_and_its_contexts_can_be_edited(page):
    app = page().run()
    app.text_area(TEXT).set_value("What a red!").run()
    app.file_uploader[0].upload("red.png", png(), "image/png").run()
    press(app, "editor", "analyse")

    assert record(app).post.image.width == 40
    assert record(app).contexts
    assert [area.value for area in context_areas(app)] == [c.text for c in record(app).contexts]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not an image"),
        (png()[:60], "damaged"),
    ],
)
def test_a_hostile_upload_gets_its_message_and_the_inputs_stay(page, data, message):
    app = open_sample(page)
    app.file_uploader[0].upload("photo.png", data, "image/png").run()

    assert not app.exception
    assert message in app.error[0].value
    assert len(context_areas(app)) == 3
    assert app.session_state[key("state")].photo.width == 640


@pytest.mark.parametrize("text", ["", "   \n", "\u200b"])
def test_a_sentence_without_words_is_refused_in_one_sentence(page, text):
    app = page().run()
    app.text_area(TEXT).set_value(text).run()
    press(app, "editor", "analyse")

    assert len(app.error) == 1
    assert "went wrong inside" not in app.error[0].value


def test_markup_in_sentence_and_contexts_is_shown_letter_by_letter(page):
    hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)>"
    app = page().run()
    app.text_area(TEXT).set_value(hostile).run()
    press(app, "context", "add")
    context_areas(app)[0].set_value(hostile).run()
    press(app, "editor", "analyse")

    assert record(app).contexts[0].text == hostile
    assert "<script" not in shown(app)
    assert "<img src=x" not in shown(app)
    assert "&lt;" in shown(app)


def test_a_missing_checkpoint_is_a_message_and_the_post_stays(page, monkeypatch):
    monkeypatch.setenv("SHAPCA_CHECKPOINT", "no-such-checkpoint")
    app = open_sample(page)

    assert "checkpoint" in app.error[0].value
    assert len(context_areas(app)) == 3


def test_a_fault_of_ours_is_admitted_without_a_traceback(page, monkeypatch, caplog):
    def broken(inputs, progress):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.services.analyse", broken)
    app = open_sample(page)

    assert "inside Shap" in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text


def test_attention_is_drawn_for_the_word_chosen(page):
    app = open_sample(page)
    app.segmented_control(key("result", "photo", "view")).set_value("Attention").run()
    app.selectbox(key("result", "photo", "word")).set_value(0).run()

    assert not app.exception
    assert "All regions add up to 1" in shown(app)


def test_the_photo_side_of_the_bank_can_be_chosen(page):
    app = open_sample(page)
    app.segmented_control(key("result", "bank", "side")).set_value("image").run()

    assert not app.exception
    assert len(app.get("plotly_chart")) == 3


def test_an_own_post_starts_empty_and_leaves_the_address(page):
    app = open_sample(page)
    press(app, "gallery", "blank")

    assert app.text_area(TEXT).value == ""
    assert context_areas(app) == []
    assert LINK not in app.query_params
    assert "Choose a sample above" in shown(app)


@pytest.mark.slow
def test_every_sample_can_be_shown(page):
    app = page().run()
    for sample in samples():
        press(app, "gallery", sample.id)
        assert not app.error, sample.id
        assert record(app).post.id == sample.id


def test_the_head_leads_to_every_page_and_keeps_the_post_and_the_game(page):
    app = page()
    app.query_params["e_post"] = "colosseum"
    app.run()
    links = {link.proto.label: link.proto for link in app.get("page_link")}

    assert set(links) == {"Explore", "Error analysis", "Compare", "Shapley lab", "Runs"}
    assert links["Shapley lab"].page == "lab"
