import re

import pytest

from core.records import Label, Outcome, Relation
from dashboard.figures.verdict import method_line, verdict_html


def words(record):
    return re.sub(r"<[^>]+>", "", verdict_html(record))


def test_contexts_are_named_with_their_verdicts(make_record):
    assert words(make_record()).startswith(
        "Contexts 1 and 3 belong to this post; context 2 is misaligned."
    )


@pytest.mark.parametrize(
    ("contexts", "start"),
    [
        (["one"], "The only context belongs to this post."),
        (["one", "two"], "Both contexts belong to this post."),
        (["one", "two", "three"], "All 3 contexts belong to this post."),
    ],
)
def test_contexts_of_one_mind_are_counted(make_record, contexts, start):
    assert words(make_record(contexts=contexts, values=[1.0])).startswith(start)


def test_the_share_of_misaligned_contexts_in_the_bridge_is_told(make_record):
    record = make_record()
    assert "still takes 33% of its bridge from it." in words(record)

    ignored = record.gates.model_copy(update={"contexts": [0.5, 0.0, 0.5]})
    assert "takes nothing from it." in words(record.model_copy(update={"gates": ignored}))


def test_entities_that_need_the_contexts_are_named_escaped(make_record):
    record = make_record("<i> sees Rome", entities=[(0, 1, "PER", True)])

    assert "<q>&lt;i&gt;</q> is found only with the contexts." in verdict_html(record)


def test_many_entities_are_cut_to_three_and_a_count(make_record):
    record = make_record(entities=[(place, place + 1, "LOC", True) for place in range(5)])

    assert "and 2 more are found only with the contexts." in words(record)


def test_no_entity_is_said_plainly(make_record):
    assert words(make_record(entities=[])).endswith("No entity is found in the sentence.")


def test_a_missing_image_is_said_with_the_reason_of_the_record(make_record):
    assert "The post has no image, so it has no image side." in words(make_record(image=False))


def test_no_game_says_only_why(make_record):
    record = make_record(contexts=(), entities=[(0, 1, "PER", False)])

    assert words(record) == "No context was given, so there is no game to play."
    assert method_line(record).startswith("No game was played")


def test_the_relation_of_a_pair_comes_first_and_what_it_is_without_contexts(make_record):
    label = Label(name="/per/loc/place_of_residence", probabilities={"None": 0.2})
    label.probabilities["/per/loc/place_of_residence"] = 0.8
    marked = make_record(entities=[(0, 1, "", None), (3, 5, "", None)])
    record = marked.model_copy(update={"task": "mre", "label": label})

    assert words(record).startswith(
        "From Anna to Eiffel Tower: place of residence (0.80). Contexts"
    )
    bare = record.model_copy(update={"without_contexts": Outcome(label="None")})
    assert "place of residence (0.80); without the contexts None." in words(bare)
    alike = record.model_copy(update={"without_contexts": Outcome(label=label.name)})
    assert "(0.80), without the contexts as well." in words(alike)


def test_the_label_of_a_post_comes_first(make_record):
    label = Label(name="<good>", probabilities={"<good>": 0.75, "bad": 0.25})
    record = make_record(entities=[]).model_copy(update={"task": "classification", "label": label})

    assert verdict_html(record).startswith("The post is <b>&lt;good&gt;</b> (0.75). Contexts")
    assert "No entity" not in words(record)


def test_relations_that_need_the_contexts_are_named(make_record):
    relation = Relation(head=0, tail=1, type="place_of_residence")
    record = make_record().model_copy(update={"task": "jmere", "relations": [relation]})
    bare = record.model_copy(update={"without_contexts": Outcome(entities=record.entities)})

    assert words(bare).endswith(
        "Place of residence of Anna and Eiffel Tower is found only with the contexts."
    )


def test_the_method_line_counts_players_and_gives_the_residual(make_record):
    assert method_line(make_record()) == (
        "φ exact (quadrature, 3 own + 6 reference contexts) · Σφ = v(N), residual 2e-08 · 0.30 s"
    )
    assert "sampled, with standard errors" in method_line(make_record(standard_error=0.01))
