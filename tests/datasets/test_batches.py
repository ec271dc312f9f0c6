import itertools
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.datasets.batches import (
    CHARACTERS,
    CHARACTERS_PER_WORD,
    NO_GROUP,
    NO_LABEL,
    PADDING_CHARACTER,
    UNKNOWN_CHARACTER,
    character_ids,
    collate,
)
from core.datasets.labels import LabelMap, entities_from_tags
from core.datasets.relations import RelationMap
from core.datasets.sequence_labels import SequenceLabels
from core.datasets.tokens import tokens_from_words
from core.datasets.word_pairs import IGNORED, WordPairMap
from core.errors import InputError
from core.records import Context, Entity, Example, Pair

LABELS = LabelMap()


@dataclass
class Features:
    regions: Tensor
    pooled: Tensor


def post(words, tags=None, **known):
    text, tokens = tokens_from_words(words)
    entities = None if tags is None else entities_from_tags(tags, text, tokens)
    return Example(id="1", text=text, tokens=tokens, entities=entities, **known)


def contexts(*texts):
    return [Context(text=text, generator="typed") for text in texts]


ROCKY = post(["Rocky", "in", "New", "York"], ["B-PER", "O", "B-LOC", "I-LOC"])
DOG = post(["a", "dog"])
OWN = [contexts("a dog in the park", "new york"), contexts("a man")]


@pytest.fixture
def batch(tokenizer):
    return collate([ROCKY, DOG], tokenizer, LABELS, contexts=OWN)


def test_joint_input_is_text_then_contexts(batch, tokenizer):
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    expected = [cls]
    for part in (*(token.text for token in ROCKY.tokens), sep, *OWN[0]):
        if part == sep:
            expected.append(sep)
        elif isinstance(part, Context):
            expected += [*tokenizer.encode(part.text, add_special_tokens=False), sep]
        else:
            expected += tokenizer.encode(part, add_special_tokens=False)
    length = int(batch.attention_mask[0].sum())
    assert batch.input_ids[0, :length].tolist() == expected
    assert batch.token_type_ids[0, :length].tolist() == sorted(batch.token_type_ids[0].tolist())
    assert int((batch.token_type_ids[0] == 0).sum()) == expected.index(sep) + 1


def test_padding_is_masked(batch, tokenizer):
    padding = batch.attention_mask[1] == 0
    assert padding.any()
    assert (batch.input_ids[1][padding] == tokenizer.pad_token_id).all()
    assert (batch.token_type_ids[1][padding] == 0).all()


def test_words_begin_where_their_first_piece_lies(batch, tokenizer):
    for row, example in enumerate((ROCKY, DOG)):
        for word, token in enumerate(example.tokens):
            first = tokenizer.encode(token.text, add_special_tokens=False)[0]
            assert batch.input_ids[row, batch.word_starts[row, word]] == first
    assert batch.word_mask.tolist() == [[True] * 4, [True, True, False, False]]
    assert batch.word_starts[1, 2:].tolist() == [0, 0]


def test_tags_are_those_of_the_gold_entities(batch):
    names = [LABELS.names[tag] for tag in batch.gold[0]]
    assert names == ["B-PER", "O", "B-LOC", "I-LOC"]
    assert batch.gold[1].tolist() == [0, 0, 0, 0]
    assert batch.has_gold.tolist() == [True, False]


PAIR = Pair(head=(2, 4), tail=(0, 1))


def test_pairs_are_words_and_zeros_where_nothing_is_asked(tokenizer):
    asked = ROCKY.model_copy(update={"pair": PAIR})
    batch = collate([asked, DOG], tokenizer, LABELS, contexts=OWN)
    assert batch.pairs.tolist() == [[[2, 4], [0, 1]], [[0, 0], [0, 0]]]
    plain = collate([ROCKY, DOG], tokenizer, LABELS, contexts=OWN)
    assert not plain.pairs.any()
    assert batch.input_ids.shape[1] > plain.input_ids.shape[1]  # marks
    assert torch.equal(batch.word_mask, plain.word_mask)
    assert torch.equal(batch.char_ids, plain.char_ids)


def test_marked_words_begin_where_their_first_piece_lies(tokenizer):
    asked = ROCKY.model_copy(update={"pair": PAIR})
    batch = collate([asked], tokenizer, LABELS, contexts=OWN[:1])
    for word, token in enumerate(ROCKY.tokens):
        first = tokenizer.encode(token.text, add_special_tokens=False)[0]
        assert batch.input_ids[0, batch.word_starts[0, word]] == first


def test_the_codec_says_what_gold_is(wordpiece):
    asked = ROCKY.model_copy(update={"pair": PAIR, "label": "live_in", "relations": ()})

    def gold(codec):
        batch = collate([asked, DOG], wordpiece, codec, contexts=OWN)
        return batch.gold.tolist(), batch.has_gold.tolist()

    assert gold(RelationMap(("None", "live_in"))) == ([1, 0], [True, False])
    assert gold(SequenceLabels(("live_in", "None"))) == ([0, 0], [True, False])
    squares, has_gold = gold(WordPairMap(("PER", "LOC"), ("peer",), directed=False))
    assert has_gold == [True, False]
    assert squares[0] == [
        [1, 0, 0, 0],
        [IGNORED, 0, 0, 0],
        [IGNORED, IGNORED, 2, 2],
        [IGNORED, IGNORED, IGNORED, 2],
    ]
    assert squares[1] == [[IGNORED] * 4] * 4


def test_gold_is_only_of_words_that_are_read(wordpiece):
    codec = WordPairMap(("PER", "LOC"), ("peer",), directed=True)
    known = ROCKY.model_copy(update={"relations": ()})
    batch = collate([known], wordpiece, codec, contexts=[[]], max_text_pieces=1)
    assert batch.word_mask.tolist() == [[True]]
    assert batch.gold.tolist() == [[[1]]]


def test_contexts_lie_at_their_spans(batch, tokenizer):
    for row, own in enumerate(OWN):
        for slot, context in enumerate(own):
            start, end = batch.context_spans[row, slot].tolist()
            expected = tokenizer.encode(context.text, add_special_tokens=False)
            assert batch.input_ids[row, start:end].tolist() == expected
    assert batch.context_spans[1, 1].tolist() == [0, 0]
    assert batch.has_context.tolist() == [[True, True], [True, False]]


def test_sentence_and_contexts_are_also_encoded_by_themselves(batch, tokenizer):
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    kept = batch.context_mask[1, 0].bool()
    expected = tokenizer.encode("a man", add_special_tokens=False)
    assert batch.context_ids[1, 0][kept].tolist() == [cls, *expected, sep]
    assert batch.context_mask[1, 1].sum() == 0
    text = batch.text_ids[0][batch.text_mask[0].bool()]
    length = len(text)
    assert text.tolist() == batch.input_ids[0, :length].tolist()


def test_the_text_is_never_cut_for_contexts(tokenizer):
    full = post(["park"] * 90)
    many = contexts(*["a man and a dog are playing football"] * 9)
    alone = collate([full], tokenizer, LABELS, contexts=[[]])
    crowded = collate([full], tokenizer, LABELS, contexts=[many])
    assert torch.equal(alone.word_mask, crowded.word_mask)
    assert torch.equal(alone.word_starts, crowded.word_starts)
    assert crowded.input_ids.shape[1] <= 96


def test_contexts_without_room_have_empty_spans(wordpiece):
    full = post(["in"] * 94)
    batch = collate([full], wordpiece, LABELS, contexts=[contexts("a dog", "a man")])
    assert batch.input_ids.shape[1] == 96
    assert batch.context_spans[0, :, 0].tolist() == batch.context_spans[0, :, 1].tolist()
    assert batch.has_context.all()
    assert batch.context_mask.sum() > 0


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.sampled_from(["park", "zqx", "\ufe0f", "in", "\U0001f602"]), max_size=120),
            st.lists(st.sampled_from(["a", "a dog in the park " * 9]), max_size=12),
        ),
        min_size=1,
        max_size=3,
    ),
    text_pieces=st.integers(1, 200),
    context_pieces=st.integers(1, 200),
)
def test_any_batch_fits_the_encoder_and_counts_every_word(
    tokenizer, rows, text_pieces, context_pieces
):
    examples = [post(words) for words, _ in rows]
    batch = collate(
        examples,
        tokenizer,
        LABELS,
        contexts=[contexts(*texts) for _, texts in rows],
        max_text_pieces=text_pieces,
        max_context_pieces=context_pieces,
    )
    assert batch.input_ids.shape[1] <= 96
    assert batch.text_ids.shape[1] <= 96
    assert batch.context_ids.shape[2] <= 96
    words = torch.tensor([len(words) for words, _ in rows])
    assert torch.equal(batch.word_mask.sum(1) + batch.cut_words, words)
    assert (batch.context_spans[..., 1] - batch.context_spans[..., 0]).max() <= context_pieces
    # The first word is always read: a CRF needs it.
    assert batch.word_mask[words > 0, 0].all()


def test_cut_words_lose_their_tags(wordpiece):
    batch = collate([ROCKY], wordpiece, LABELS, contexts=[[]], max_text_pieces=1)
    assert batch.word_mask.tolist() == [[True]]
    assert batch.gold.tolist() == [[LABELS.ids["B-PER"]]]
    assert batch.cut_words.tolist() == [3]


def test_an_example_without_words_has_an_empty_sentence(tokenizer):
    batch = collate([post([])], tokenizer, LABELS, contexts=[contexts("a dog")])
    assert batch.word_mask.tolist() == [[False]]
    assert batch.text_ids.tolist() == [[tokenizer.cls_token_id, tokenizer.sep_token_id]]


def test_a_batch_without_contexts_has_one_empty_slot(tokenizer):
    batch = collate([DOG], tokenizer, LABELS, contexts=[[]])
    assert batch.has_context.tolist() == [[False]]
    assert batch.context_ids.shape == (1, 1, 0)
    assert batch.context_spans.tolist() == [[[0, 0]]]


def test_missing_images_are_zeros(tokenizer):
    features = Features(torch.rand(6, 4), torch.rand(4))
    batch = collate([ROCKY, DOG], tokenizer, LABELS, contexts=[[], []], features=[None, features])
    assert batch.has_image.tolist() == [False, True]
    assert torch.equal(batch.image_regions[1], features.regions)
    assert torch.equal(batch.image_pooled[1], features.pooled)
    assert not batch.image_regions[0].any()


def test_no_images_at_all_is_none(batch):
    assert batch.image_regions is batch.image_pooled is None
    assert batch.has_image.tolist() == [False, False]


def test_labels_are_numbered_and_unknown_ones_are_none(tokenizer):
    examples = [post(["a"], label=label) for label in ("good", "bad", "odd", None)]
    batch = collate(examples, tokenizer, LABELS, contexts=[[]] * 4, label_names=("bad", "good"))
    assert batch.labels.tolist() == [1, 0, NO_LABEL, NO_LABEL]


def share_a_group(groups, first, second):
    return bool(set(groups[first]) & set(groups[second]) - {NO_GROUP})


def test_examples_with_an_image_context_or_sentence_in_common_share_a_group(tokenizer):
    examples = [
        post(["one"], image=Path("x.jpg")),
        post(["two"]),
        post(["three"], image=Path("x.jpg")),
        post(["one"]),
        post(["five"]),
        post([]),
        post([]),
    ]
    own = [contexts("dog"), contexts("cat"), contexts("cat"), [], contexts("bird"), [], []]
    groups = collate(examples, tokenizer, LABELS, contexts=own).groups.tolist()
    sharing = {pair for pair in itertools.combinations(range(7), 2) if share_a_group(groups, *pair)}
    assert sharing == {(0, 2), (0, 3), (1, 2)}  # by image, by sentence, by context


def test_a_group_has_the_same_number_in_every_batch(tokenizer):
    first, second = post(["one"], image=Path("x.jpg")), post(["two"], image=Path("x.jpg"))
    own = [contexts("dog"), contexts("cat")]
    together = collate([first, second], tokenizer, LABELS, contexts=own).groups
    alone = collate([second], tokenizer, LABELS, contexts=own[1:]).groups
    assert torch.equal(together[1:], alone)
    assert together[0, 0] == alone[0, 0] >= 0


def test_what_is_said_by_a_sentence_and_by_a_context_are_two_groups(tokenizer):
    groups = collate(
        [post(["dog"]), post(["cat"])], tokenizer, LABELS, contexts=[[], contexts("dog")]
    ).groups
    assert not share_a_group(groups.tolist(), 0, 1)


def test_moving_a_batch_keeps_everything(batch):
    moved = batch.to("meta")
    assert len(moved) == len(batch) == 2
    kept = [getattr(moved, item.name) for item in fields(moved)]
    assert {tensor.device.type for tensor in kept if tensor is not None} == {"meta"}
    assert moved.pairs.shape == (2, 2, 2)
    assert moved.image_regions is None


def test_overlapping_gold_entities_are_refused(wordpiece):
    text, tokens = tokens_from_words(["New", "York"])
    loc = Entity(text="New York", type="LOC", start=0, end=8, token_start=0, token_end=2)
    twice = Example(id="1", text=text, tokens=tokens, entities=(loc, loc))
    with pytest.raises(InputError, match="overlaps"):
        collate([twice], wordpiece, LABELS, contexts=[[]])


def test_characters_keep_their_case():
    upper, lower = character_ids("NASA"), character_ids("nasa")
    assert upper != lower
    assert [CHARACTERS[number - 2] for number in upper[:4]] == list("NASA")
    assert set(upper[4:]) == {PADDING_CHARACTER}


def test_other_scripts_are_unknown_characters():
    assert character_ids("aé東")[1:3] == [UNKNOWN_CHARACTER, UNKNOWN_CHARACTER]


def test_a_long_word_keeps_both_ends():
    word = "a" * 10 + "b" * 30 + "c" * 10
    assert character_ids(word) == character_ids("a" * 10 + "c" * 10)
    assert len(character_ids(word)) == CHARACTERS_PER_WORD


def test_characters_of_a_batch_are_those_of_its_words(batch):
    assert batch.char_ids.shape == (2, 4, CHARACTERS_PER_WORD)
    assert batch.char_ids[0, 0].tolist() == character_ids("Rocky")
    assert batch.char_ids[1, 3].tolist() == [PADDING_CHARACTER] * CHARACTERS_PER_WORD


def test_one_example_is_repeated_without_being_copied(tokenizer):
    features = Features(torch.ones(4, 3), torch.ones(3))
    asked = post(["Rocky", "runs"], pair=Pair(head=(0, 1), tail=(1, 2)))
    one = collate([asked], tokenizer, LABELS, contexts=[contexts("dog")], features=[features])
    three = one.repeated(3)
    assert len(three) == 3
    for item in fields(one):
        single, repeated = getattr(one, item.name), getattr(three, item.name)
        assert torch.equal(repeated, single.repeat(3, *[1] * (single.dim() - 1)))
        assert repeated.data_ptr() == single.data_ptr()


def test_a_post_without_an_image_is_repeated_without_one(tokenizer):
    one = collate([post(["Rocky"])], tokenizer, LABELS, contexts=[[]])
    assert one.repeated(2).image_regions is None


def test_several_examples_cannot_be_repeated(batch):
    with pytest.raises(ValueError, match="not 2"):
        batch.repeated(3)
