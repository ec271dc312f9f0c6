"""The section Why? without a browser: answers, empty states, failures."""

import re

import pytest

from core.errors import InputError
from dashboard.panels.why import COALITIONS, FAITHFUL, PAIRS, WHAT_IF, WORDS
from dashboard.state import LINK, TEXT, key

SAMPLE = "eiffel-tower"


def shown(app):
    bodies = [element.proto.body for element in app.get("html")]
    return " ".join(body for body in bodies if not body.startswith("<style"))


def plain(app):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown(app)))


def result(app):
    return app.session_state[key("state")].result


def ask(app, question):
    app.pills(key("why", "question")).set_value(question).run()
    assert not app.exception
    return app


@pytest.fixture
def sample(page):
    app = page()
    app.query_params[LINK] = SAMPLE
    app.run()
    # Another test may have had this very post explained, and the server remembers.
    bare = {"explanation": None, "attributions": []}
    app.session_state[key("state")].explain(result(app).record.model_copy(update=bare))
    return app


@pytest.fixture
def own(page):
    """Analyse a post of one's own."""

    def analyse(text, *contexts):
        app = page().run()
        app.text_area(TEXT).set_value(text).run()
        for words in contexts:
            app.button(key("context", "add")).click().run()
            app.text_area[-1].set_value(words).run()
        app.button(key("editor", "analyse")).click().run()
        assert result(app)
        return app

    return analyse


def widget(app, kind, ending):
    """The widget of the section whose key ends so."""
    found = [one for one in getattr(app, kind) if one.key.endswith(ending)]
    assert len(found) == 1, [one.key for one in getattr(app, kind)]
    return found[0]


def test_nothing_is_explained_before_it_is_asked(sample):
    assert "sc-questions" in shown(sample)
    assert result(sample).record.explanation is None


def test_ticking_a_context_off_looks_its_coalition_up(sample, monkeypatch):
    ask(sample, COALITIONS)
    game = result(sample).record.explanation.prediction
    monkeypatch.setattr("dashboard.services._ready", None)  # whoever asks the model now, fails
    widget(sample, "checkbox", "given.1").uncheck().run()

    assert not sample.exception
    assert "With contexts 1 + 3" in shown(sample)
    assert f"{game.coalitions[0b101].value:+.1f}".replace("-", "−")[:4] in plain(sample)
    widget(sample, "checkbox", "given.0").uncheck().run()
    widget(sample, "checkbox", "given.2").uncheck().run()
    assert "With no context" in shown(sample)


def test_each_answer_that_needs_the_explanation_is_drawn(sample):
    words = {
        PAIRS: "Shapley interaction of two contexts",
        FAITHFUL: "comprehensiveness",
        COALITIONS: "Does what aligns also help?",
    }
    for question, said in words.items():
        assert said in plain(ask(sample, question))
    assert result(sample).record.explanation


def test_the_download_holds_the_explanation_once_there_is_one(sample):
    ask(sample, PAIRS)

    assert result(sample).record.model_dump()["explanation"]


def test_without_contexts_each_question_says_why_there_is_no_answer(own):
    app = own("Anna in Paris")
    for question in (COALITIONS, PAIRS, FAITHFUL):
        assert "there is no game to play" in plain(ask(app, question))


def test_a_single_context_has_nobody_to_work_with_and_no_order(own):
    app = own("Anna in Paris", "A tower.")

    assert "nobody to work with" in plain(ask(app, PAIRS))
    assert "no order to be faithful to" in plain(ask(app, FAITHFUL))
    assert "With contexts 1" in plain(ask(app, COALITIONS))


def test_more_than_eight_contexts_say_what_to_do(own):
    app = own("Anna in Paris", *(f"Tower number {number}." for number in range(9)))

    assert "9 contexts have 512 coalitions" in plain(ask(app, COALITIONS))
    assert "Switch some off" in plain(ask(app, FAITHFUL))


def test_without_a_photo_the_image_side_is_not_played(own):
    app = own("Anna in Paris", "A tower.", "A park.")

    assert "Image side – not played" in plain(ask(app, COALITIONS))
    assert "Image side" not in plain(ask(app, PAIRS))


def test_without_an_entity_there_is_none_to_trace_back(sample):
    state = sample.session_state[key("state")]
    state.explain(state.result.record.model_copy(update={"entities": []}))

    assert "there is none to trace back" in plain(ask(sample, WORDS))


def test_an_entity_is_traced_back_when_it_is_chosen(sample, monkeypatch):
    ask(sample, WORDS)
    assert "Choose an entity" in plain(sample)
    assert result(sample).record.attributions == []

    widget(sample, "pills", "words.entity").set_value(0).run()
    assert not sample.exception
    assert "completeness gap" in plain(sample)
    assert "sc-target" in shown(sample)
    assert [one.entity for one in result(sample).record.attributions] == [0]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("The photo is gone."), "The photo is gone"),
        (RuntimeError("secret"), "inside Sh"),
    ],
)
@pytest.mark.parametrize("question", [COALITIONS, PAIRS, FAITHFUL])
def test_what_cannot_be_explained_says_so_and_the_result_stays(
    sample, monkeypatch, question, error, said
):
    def fail(inputs, progress):
        raise error

    monkeypatch.setattr("dashboard.services.explain", fail)
    ask(sample, question)

    assert said in sample.error[0].value
    assert "secret" not in sample.error[0].value
    assert "sc-verdict" in shown(sample)


def test_an_entity_that_cannot_be_traced_back_says_so(sample, monkeypatch):
    def fail(inputs, entity, progress):
        raise RuntimeError("secret")

    monkeypatch.setattr("dashboard.services.attribute", fail)
    ask(sample, WORDS)
    widget(sample, "pills", "words.entity").set_value(0).run()

    assert "inside Shap" in sample.error[0].value


def try_it(app):
    widget(app, "button", ".try").click().run()
    assert not app.exception


def trials(app):
    return app.session_state[key("trials")]


def test_leaving_out_a_context_puts_the_new_result_beside_the_old(sample):
    before = result(sample).record
    ask(sample, WHAT_IF)
    assert "Nothing is changed yet" in plain(sample)
    try_it(sample)

    after = trials(sample).now.record
    assert [context.included for context in after.contexts] == [False, True, True]
    assert "without context 1" in plain(sample)
    assert "→ off" in plain(sample)
    assert result(sample).record == before  # the post itself stays


def test_undo_pin_and_start_over(sample):
    ask(sample, WHAT_IF)
    try_it(sample)
    first = trials(sample).now
    widget(sample, "button", ".pin").click().run()
    widget(sample, "selectbox", ".context").set_value(1).run()
    try_it(sample)
    assert trials(sample).before is first
    assert len(trials(sample).steps) == 2

    widget(sample, "button", ".undo").click().run()
    assert trials(sample).now is first
    widget(sample, "button", ".unpin").click().run()
    widget(sample, "button", ".reset").click().run()
    assert trials(sample).steps == []
    assert "Nothing is changed yet" in plain(sample)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Borrow a context", "a context of"),
        ("Change the photo", "without the photo"),
        ("Rewrite the sentence", "sentence rewritten"),
        ("Rewrite a context", "context 1 rewritten"),
    ],
)
def test_every_kind_of_change_can_be_tried(sample, kind, said):
    ask(sample, WHAT_IF)
    widget(sample, "segmented_control", ".kind").set_value(kind).run()
    try_it(sample)

    assert said in plain(sample)
    assert len(trials(sample).steps) == 1


def test_another_samples_photo_can_be_put_in(sample):
    ask(sample, WHAT_IF)
    widget(sample, "segmented_control", ".kind").set_value("Change the photo").run()
    widget(sample, "selectbox", ".photo").set_value("colosseum").run()
    try_it(sample)

    now = trials(sample).now
    assert now.change == "photo of colosseum"
    assert now.record.post.image.sha256 != result(sample).record.post.image.sha256


def test_a_change_that_makes_no_post_is_refused_and_what_was_tried_stays(sample):
    ask(sample, WHAT_IF)
    try_it(sample)
    widget(sample, "segmented_control", ".kind").set_value("Rewrite the sentence").run()
    widget(sample, "text_input", ".sentence").set_value(" ").run()
    try_it(sample)

    assert sample.error
    assert "inside Shap" not in sample.error[0].value
    assert len(trials(sample).steps) == 1


def test_without_contexts_only_what_is_there_can_be_changed(own):
    app = ask(own("Anna in Paris"), WHAT_IF)

    kinds = widget(app, "segmented_control", ".kind").options
    assert "Leave out a context" not in kinds
    assert "Borrow a context" in kinds
