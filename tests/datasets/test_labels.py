import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from core.datasets.labels import LabelMap, Span, canonical_tag, entities_from_tags, spans
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.records import Entity, Example

TAGS = ["O"] + [f"{prefix}-{name}" for name in ("PER", "LOC", "MISC") for prefix in "BI"]


def entity(start: int, end: int, name: str = "PER") -> Entity:
    return Entity(text="x", type=name, start=0, end=1, token_start=start, token_end=end)


@given(st.lists(st.sampled_from(TAGS), max_size=12))
def test_spans_agree_with_seqeval_on_any_tag_sequence(tags):
    expected = [Span(name, first, last + 1) for name, first, last in get_entities(tags)]
    assert spans(tags) == expected


@given(st.lists(st.sampled_from(TAGS), max_size=12))
def test_tags_of_the_spans_of_any_tags_have_the_same_spans(tags):
    text, tokens = tokens_from_words(["word"] * len(tags))
    entities = entities_from_tags(tags, text, tokens)
    assert spans(LabelMap().tags(entities, len(tags))) == spans(tags)


def test_i_tag_without_b_opens_an_entity():
    assert spans(["O", "I-PER", "I-PER"]) == [Span("PER", 1, 3)]


def test_i_tag_of_another_type_opens_an_entity():
    assert spans(["B-PER", "I-LOC"]) == [Span("PER", 0, 1), Span("LOC", 1, 2)]


def test_b_tag_ends_the_entity_before_it():
    assert spans(["B-PER", "B-PER"]) == [Span("PER", 0, 1), Span("PER", 1, 2)]


def test_entity_text_lies_at_its_offsets():
    text, tokens = tokens_from_words(["in", "New", "York", "!"])
    (found,) = entities_from_tags(["O", "B-LOC", "I-LOC", "O"], text, tokens)
    assert found.text == text[found.start : found.end] == "New York"
    assert (found.token_start, found.token_end) == (1, 3)


def test_tags_are_numbered_from_outside_on():
    labels = LabelMap(("PER", "LOC"))
    assert labels.names == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    assert [labels.ids[name] for name in labels.names] == [0, 1, 2, 3, 4]
    assert len(labels) == 5


def test_spans_can_be_read_from_tag_numbers():
    assert LabelMap().spans([0, 1, 2, 3]) == [Span("PER", 1, 3), Span("LOC", 3, 4)]


def example(entities: list[Entity] | None) -> Example:
    text, tokens = tokens_from_words(["Ada", "saw", "New", "York"])
    return Example(id="1", text=text, tokens=tokens, entities=entities)


def test_gold_tags_are_padded_cut_to_what_is_read_and_known_or_not():
    ada, york = entity(0, 1), entity(2, 4, "LOC")
    posts = [example([ada, york]), example([ada, york]), example([]), example(None)]
    gold, has_gold = LabelMap().encode(posts, [4, 3, 4, 2])
    assert gold.tolist() == [[1, 0, 3, 4], [1, 0, 3, 0], [0] * 4, [0] * 4]
    assert has_gold.tolist() == [True, True, True, False]


def test_gold_of_a_post_without_words_is_one_tag_that_nobody_reads():
    empty = Example(id="1", text="", tokens=(), entities=())
    gold, has_gold = LabelMap().encode([empty], [0])
    assert (gold.tolist(), has_gold.tolist()) == ([[0]], [True])


def test_what_tags_say_of_a_post_ends_with_its_words():
    ids = torch.tensor([1, 0, 3, 4, 1, 1])  # longer than the post: padding of a batch
    outcome = LabelMap().outcome(example(None), ids)
    assert [(one.text, one.type) for one in outcome.entities] == [
        ("Ada", "PER"),
        ("New York", "LOC"),
    ]
    short = LabelMap().outcome(example(None), ids[:3])  # words beyond were not read
    assert [one.text for one in short.entities] == ["Ada", "New"]
    assert (outcome.relations, outcome.label) == ([], None)


def test_other_is_misc():
    assert canonical_tag("I-OTHER") == "I-MISC"
    assert LabelMap(("OTHER",)).names == ("O", "B-MISC", "I-MISC")
    assert LabelMap().tags([entity(0, 1, "OTHER")], 1) == ["B-MISC"]


@pytest.mark.parametrize("tag", ["", "PER", "X-PER", "B-", "B", "o", "B PER"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(InputError, match="no tag"):
        canonical_tag(tag)


def test_touching_entities_keep_their_border():
    assert LabelMap().tags([entity(2, 3), entity(0, 2)], 3) == ["B-PER", "I-PER", "B-PER"]


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([entity(0, 2), entity(1, 3)], "overlaps"),
        ([entity(0, 1, "ANIMAL")], "ANIMAL"),
        ([entity(2, 5)], "covers no words"),
        ([entity(1, 1)], "covers no words"),
    ],
)
def test_entities_that_cannot_be_tagged_are_refused(entities, message):
    with pytest.raises(InputError, match=message):
        LabelMap().tags(entities, 3)


def test_a_type_named_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        LabelMap(("MISC", "OTHER"))
