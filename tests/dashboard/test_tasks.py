"""Explore with checkpoints of every task, without a browser."""

import html
import json
import re
import shlex

import pytest

from core.cli import main
from core.datasets.labels import entity_from_words
from core.errors import InputError
from core.records import Record, Relation
from dashboard import services
from dashboard.panels.why import COALITIONS, WHAT_IF, WORDS
from dashboard.state import LINK, TEXT, key

SAMPLE = "eiffel-tower"
MRE = {"e_model": "tiny-mre"}


def shown(app):
    bodies = [element.proto.body for element in app.get("html")]
    drawn = [element.value for element in app.markdown]
    return " ".join([*(body for body in bodies if not body.startswith("<style")), *drawn])


def plain(app):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown(app))))


def result(app):
    return app.session_state[key("state")].result


def ask(app, question):
    app.pills(key("why", "question")).set_value(question).run()
    assert not app.exception
    return plain(app)


def ending(widgets, end):
    """The widget of the section Why? whose key ends so."""
    (found,) = [one for one in widgets if one.key and one.key.endswith(end)]
    return found


def marked(app):
    """The two names marked, as the Record has them."""
    return [entity.text for entity in result(app).record.entities]


def gold_entities(app):
    """The gold entities of the sample on the page, as a model would find them."""
    post = result(app).record.post
    return [
        entity_from_words(
            post.text,
            post.tokens,
            min(place for place, one in enumerate(post.tokens) if one.end > gold.start),
            max(place for place, one in enumerate(post.tokens) if one.start < gold.end) + 1,
            gold.type,
        )
        for gold in result(app).sample.entities
    ]


def test_the_models_are_listed_with_task_and_fingerprint_the_servers_own_first(any_task):
    options = any_task().selectbox(key("model")).options

    assert [option.split(" · ")[:2] for option in options] == [
        ["tiny-mner", "entities"],
        ["damaged", "entities"],
        ["tiny-jmere", "entities and relations"],
        ["tiny-label", "label of the post"],
        ["tiny-mre", "relation of two names"],
    ]
    assert all(re.fullmatch("[0-9a-f]{7}", option.split(" · ")[2]) for option in options)


def test_another_model_analyses_the_same_post_and_a_damaged_one_says_so(any_task):
    app = any_task(e_post=SAMPLE)
    for name, task in (
        ("tiny-label", "classification"),
        ("tiny-jmere", "jmere"),
        ("damaged", "jmere"),  # the result before stays
        ("tiny-mre", "mre"),
        ("tiny-mner", "mner"),
    ):
        app.selectbox(key("model")).set_value(name).run()
        assert not app.exception
        assert (result(app).record.task, result(app).record.post.id) == (task, SAMPLE)
        assert bool(app.error) == (name == "damaged")
        assert app.query_params.get("e_model") == (None if name == "tiny-mner" else name)


def test_an_unknown_model_is_said_and_the_servers_own_takes_its_place(any_task):
    app = any_task(e_post=SAMPLE, e_model="tiny-mree")

    assert "no checkpoint called tiny" in app.info[0].value
    assert result(app).record.task == "mner"


def test_the_gold_pair_is_marked_at_first_and_its_relation_told(any_task):
    app = any_task(e_post=SAMPLE, **MRE)

    assert marked(app) == ["Paris", "Eiffel Tower"]
    label = result(app).record.label
    assert f"({label.probabilities[label.name]:.2f})" in plain(app)
    for variant in ("as it stands", "without contexts", "without the photo", "with neither"):
        assert variant in plain(app)
    assert "e_head" not in app.query_params


def test_names_are_marked_swapped_and_stand_in_the_address(any_task):
    app = any_task(e_post=SAMPLE, **MRE)
    app.selectbox(key("marking", "tail")).set_value((8, 10)).run()
    assert marked(app) == ["Paris", "blue day"]
    assert app.query_params["e_tail"] == "8-10"

    app.button(key("marking", "swap")).click().run()
    assert marked(app) == ["blue day", "Paris"]
    assert app.query_params["e_head"] == "8-10"

    app.button(key("gallery", "colosseum")).click().run()
    assert marked(app) == ["Rome", "Colosseum"]
    assert "e_head" not in app.query_params


def test_a_link_marks_its_names_and_one_that_cannot_be_followed_says_so(any_task):
    app = any_task(e_post=SAMPLE, e_head="2-3", e_tail="3-5", **MRE)
    assert marked(app) == ["The", "Eiffel Tower"]

    for words, said in (("90-91", "beyond the sentence"), ("two", "cannot be used")):
        app = any_task(e_post=SAMPLE, e_head=words, **MRE)
        assert said in app.info[0].value
        assert marked(app) == ["Paris", "Eiffel Tower"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"e_post": "charminar"}, "Mark the tail"),
        ({"e_post": SAMPLE, "e_head": "3-5", "e_tail": "3-5"}, "the same words"),
    ],
)
def test_a_missing_or_equal_pair_says_what_to_do_until_it_is_marked(any_task, address, said):
    app = any_task(**address, **MRE)
    assert said in plain(app)
    assert not app.error
    assert result(app) is None

    app.selectbox(key("marking", "tail")).set_value((1, 2)).run()
    assert result(app).record.label


def test_marked_names_follow_their_words_into_an_edited_sentence(any_task):
    app = any_task(e_post=SAMPLE, e_head="3-5", e_tail="2-3", **MRE)
    app.text_area(TEXT).set_value("So there is the Eiffel Tower !").run()
    assert (app.query_params["e_head"], app.query_params["e_tail"]) == ("4-6", "3-4")

    app.text_area(TEXT).set_value("Nothing of this , Anna and Bruno").run()
    assert "e_head" not in app.query_params


def test_an_empty_sentence_is_refused_for_a_pair_as_well(any_task):
    app = any_task(**MRE)
    app.button(key("editor", "analyse")).click().run()

    assert "no visible words" in app.error[0].value


def test_entities_and_relations_are_drawn_beside_their_gold(any_task):
    app = any_task(e_post=SAMPLE, e_model="tiny-jmere")
    assert "No relation is found" in plain(app)
    assert "Gold ✗ Paris – Eiffel Tower contain missed" in plain(app)

    tower, paris = gold_entities(app)
    relation = Relation(head=1, tail=0, type="contain", score=0.75)
    found = {"entities": [tower, paris], "relations": [relation]}
    app.session_state[key("state")].explain(result(app).record.model_copy(update=found))
    app.run()
    assert 'class="sc-arcs"' in shown(app)
    assert "contain 0.75" in plain(app)
    assert "arrow: from head to tail" in plain(app)
    assert "Gold ✓ Paris – Eiffel Tower contain found" in plain(app)


def test_the_label_of_a_post_is_said_and_nothing_of_entities(any_task):
    app = any_task(e_post=SAMPLE, e_model="tiny-label")

    assert f"The post is {result(app).record.label.name}" in plain(app)
    for words in ("entities found", "No entity", "found only with them"):
        assert words not in plain(app)


@pytest.mark.parametrize(
    ("model", "changed"),
    [("tiny-mre", "Relation"), ("tiny-jmere", "Relations"), ("tiny-label", "Label")],
)
def test_each_question_has_an_answer_for_each_task(any_task, model, changed):
    app = any_task(e_post=SAMPLE, e_model=model)
    assert "What the model makes of them" in ask(app, COALITIONS)
    ending(app.checkbox, "given.0").uncheck().run()
    assert not app.exception
    assert "With contexts 2 + 3" in plain(app)

    assert "Choose a model that finds entities" in ask(app, WORDS)
    ask(app, WHAT_IF)
    ending(app.button, ".try").click().run()
    assert not app.exception
    assert re.search(rf"{changed}:? (. )?(none|kept|changed|lost|gained|retyped)", plain(app))


def test_a_rewritten_sentence_keeps_the_marked_names_or_is_refused(any_task):
    app = any_task(e_post=SAMPLE, **MRE)
    ask(app, WHAT_IF)
    ending(app.segmented_control, ".kind").set_value("Rewrite the sentence").run()
    for text in ("In Paris : the Eiffel Tower", "Nothing in Paris"):
        ending(app.text_input, ".sentence").set_value(text).run()
        ending(app.button, ".try").click().run()
        assert not app.exception
        assert bool(app.error) == (text == "Nothing in Paris")
    assert "no longer has" in app.error[0].value


@pytest.mark.parametrize("model", ["tiny-mner", "tiny-mre", "tiny-jmere", "tiny-label"])
def test_the_command_on_the_page_writes_the_same_bytes(any_task, tmp_path, model):
    app = any_task(e_post=SAMPLE, e_model=model)
    ask(app, COALITIONS)  # the Record on the page holds its explanation from now on
    said, file = shlex.split(app.code[0].value), tmp_path / "record.json"
    assert said[-1] == "--explain"
    with pytest.raises(SystemExit) as ended:
        main([*said[said.index("analyse") :], "--json", str(file)])

    assert ended.value.code == 0
    record = result(app).record.model_dump_json(indent=2) + "\n"
    assert without_seconds(file.read_text(encoding="utf-8")) == without_seconds(record)


def without_seconds(written):
    """A Record's JSON as it stands, but for its timings."""
    assert Record.model_validate(json.loads(written)).timings
    return re.sub(r'"timings": {[^}]*}|"seconds": [\d.e-]+', "", written)


def test_an_own_post_has_a_command_too(any_task):
    app = any_task(**MRE)
    app.text_area(TEXT).set_value("it's Anna , with Bruno").run()
    app.button(key("context", "add")).click().run()
    app.text_area[-1].set_value("A $5 tower.").run()
    app.button(key("editor", "analyse")).click().run()

    assert shlex.split(app.code[0].value) == [
        *("python", "-m", "core", "analyse", "--checkpoint", "tiny-mre"),
        *("--text", "it's Anna , with Bruno", "--context", "A $5 tower."),
        *("--head", "3:4", "--tail", "6:7"),
    ]
    assert "contexts count as typed" in plain(app)


def test_what_cannot_be_read_again_leaves_the_label_alone(any_task, monkeypatch):
    real = services.analyse

    def without_photo_refused(inputs, progress):
        if inputs.photo is None:
            raise InputError("No.")
        return real(inputs, progress)

    monkeypatch.setattr("dashboard.services.analyse", without_photo_refused)
    app = any_task(e_post=SAMPLE, e_model="tiny-label")

    assert result(app).record.label
    assert "sc-verdict" in shown(app)


def test_the_way_to_other_pages_and_back_keeps_post_and_model(any_task):
    app = any_task(e_post=SAMPLE, e_model="tiny-label")

    assert app.session_state[key("state")].address == {LINK: SAMPLE, "e_model": "tiny-label"}
