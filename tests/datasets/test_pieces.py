import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from core.datasets.pieces import (
    context_offsets,
    cut_points,
    encode_contexts,
    encode_sentences,
    joint_budget,
    longest_input,
    special_pieces,
)
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.records import Context, Example, Pair

WORDS = ["Rocky", "runs", "in", "New", "York", "!"]


def post(words, pair=None):
    text, tokens = tokens_from_words(words)
    return Example(id="1", text=text, tokens=tokens, pair=pair)


def context(text):
    return Context(text=text, generator="typed")


def test_pieces_are_those_of_the_words_in_turn(tokenizer):
    (sentence,) = encode_sentences([post(WORDS)], tokenizer, 128)
    expected, starts = [], []
    for word in WORDS:
        starts.append(len(expected))
        expected += tokenizer.encode(word, add_special_tokens=False)
    assert sentence.ids == tuple(expected)
    assert sentence.starts == tuple(starts)
    assert sentence.cut_words == 0


def test_words_are_split_as_when_the_tokenizer_is_given_all_of_them(tokenizer):
    (sentence,) = encode_sentences([post(WORDS)], tokenizer, 128)
    whole = tokenizer(WORDS, is_split_into_words=True, add_special_tokens=False)
    assert list(sentence.ids) == whole["input_ids"]


@pytest.mark.parametrize("word", ["\ufe0f", "\u200b", "\u200d", "\U0001f602", "\xad", "東", "\x92"])
def test_every_word_has_a_first_piece(tokenizer, word):
    (sentence,) = encode_sentences([post(["in", word, "york"])], tokenizer, 128)
    assert len(sentence.starts) == 3
    assert len(set(sentence.starts)) == 3


def test_a_word_without_pieces_is_the_unknown_piece(wordpiece):
    assert wordpiece.encode("\ufe0f", add_special_tokens=False) == []
    (sentence,) = encode_sentences([post(["\ufe0f"])], wordpiece, 128)
    assert sentence.ids == (wordpiece.unk_token_id,)


def test_words_beyond_the_budget_are_cut_and_counted(wordpiece):
    (sentence,) = encode_sentences([post(["in", "the", "park", "!"])], wordpiece, 2)
    assert (len(sentence.ids), len(sentence.starts), sentence.cut_words) == (2, 2, 2)


def test_a_word_longer_than_the_budget_keeps_its_beginning(tokenizer):
    (sentence,) = encode_sentences([post(["zq" * 40, "in"])], tokenizer, 1)
    assert (len(sentence.ids), sentence.starts, sentence.cut_words) == (1, (0,), 1)


def test_a_sentence_never_exceeds_what_the_encoder_reads(tokenizer):
    (sentence,) = encode_sentences([post(["park"] * 300)], tokenizer, 10_000)
    assert len(sentence.ids) == longest_input(tokenizer) - 2


def test_an_example_without_words_has_no_pieces(tokenizer):
    (sentence,) = encode_sentences([post([])], tokenizer, 128)
    assert (sentence.ids, sentence.starts, sentence.cut_words) == ((), (), 0)


PAIRS = [
    # Words of head and tail; what is read, marks and words in their order.
    ((0, 1), (3, 5), "« Rocky » runs in { New York } !"),
    ((3, 5), (0, 1), "{ Rocky } runs in « New York » !"),
    ((0, 1), (1, 2), "« Rocky » { runs } in New York !"),  # they touch
    ((4, 5), (5, 6), "Rocky runs in New « York » { ! }"),  # the last words
    ((0, 6), (0, 6), "« { Rocky runs in New York ! } »"),  # the same, and everything
    ((3, 5), (4, 5), "Rocky runs in « New { York } » !"),  # one in the other
    ((2, 5), (3, 4), "Rocky runs « in { New } York » !"),
    ((1, 4), (3, 5), "Rocky « runs in { New » York } !"),  # they overlap
]


@pytest.mark.parametrize(("head", "tail", "expected"), PAIRS)
def test_marks_stand_around_the_words_of_a_pair_and_are_no_words(tokenizer, head, tail, expected):
    (sentence,) = encode_sentences([post(WORDS, Pair(head=head, tail=tail))], tokenizer, 128)
    pieces, starts = [], []
    for part in expected.split():
        if part in WORDS:
            starts.append(len(pieces))
        pieces += tokenizer.encode(part, add_special_tokens=False) or [tokenizer.unk_token_id]
    assert sentence.ids == tuple(pieces)
    assert sentence.starts == tuple(starts)
    assert sentence.cut_words == 0


def test_only_the_post_that_has_a_pair_is_marked(wordpiece):
    pair = Pair(head=(0, 1), tail=(2, 3))
    plain = post(["in", "the", "park"])
    alone, together, marked = encode_sentences(
        [plain, plain, plain.model_copy(update={"pair": pair})], wordpiece, 128
    )
    assert alone == together
    assert len(marked.ids) == len(alone.ids) + 4


@pytest.mark.parametrize(
    ("budget", "starts"),
    [(8, (1, 3, 5, 7)), (7, (1, 3, 5)), (6, (1, 3, 5)), (5, (1, 3)), (4, (1, 3)), (2, (1,))],
)
def test_marks_take_room_that_the_words_after_them_lack(wordpiece, budget, starts):
    words = ["in", "the", "a", "in"]  # one piece each
    pair = Pair(head=(0, 1), tail=(2, 3))  # « in » the { a } in
    (sentence,) = encode_sentences([post(words, pair)], wordpiece, budget)
    assert len(sentence.ids) == budget
    assert sentence.starts == starts
    assert sentence.cut_words == 4 - len(starts)


def test_a_pair_whose_words_are_not_read_leaves_no_mark(wordpiece):
    words = ["in", "the", "park", "!"]
    (cut,) = encode_sentences([post(words, Pair(head=(2, 3), tail=(3, 4)))], wordpiece, 2)
    (plain,) = encode_sentences([post(words)], wordpiece, 2)
    assert cut == plain


def test_marks_leave_less_room_for_contexts(wordpiece):
    long = post(["in"] * 88, Pair(head=(0, 1), tail=(2, 3)))
    told = [context("a dog in the park")]
    (cut,), (less,) = (
        cut_points(example, told, wordpiece)
        for example in (long.model_copy(update={"pair": None}), long)
    )
    assert less < cut


def test_contexts_are_cut_to_their_budget(tokenizer):
    own, none = encode_contexts([[context("a dog in the park"), context("a")], []], tokenizer, 3)
    assert len(own[0]) == 3
    assert own[0] == tokenizer.encode("a dog in the park", add_special_tokens=False)[:3]
    assert none == []


@pytest.mark.parametrize(("text", "contexts", "budget"), [(20, 2, 64), (94, 1, 64), (94, 9, 64)])
def test_sentence_and_contexts_together_fit(tokenizer, text, contexts, budget):
    share = joint_budget(text, contexts, tokenizer, budget)
    used = 2 + text + (contexts * (share + 1) if share else 0)
    assert used <= longest_input(tokenizer) == 96
    assert used + contexts > 96 or share == budget or not share


def test_a_limit_that_the_tokenizer_does_not_state_is_512():
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0})))
    assert longest_input(tokenizer) == 512


def test_a_whole_context_has_no_cut_point(tokenizer):
    assert cut_points(post(WORDS), [context("a dog")], tokenizer) == [None]
    assert cut_points(post(WORDS), [], tokenizer) == []


def test_only_the_text_up_to_the_cut_point_is_read(tokenizer):
    long = context("a man and a dog are playing football in the park")
    cut, whole = cut_points(post(WORDS), [long, context("a")], tokenizer, max_context_pieces=4)
    assert whole is None
    read = tokenizer.encode(long.text[:cut], add_special_tokens=False)
    assert read == tokenizer.encode(long.text, add_special_tokens=False)[:4]


def test_a_context_without_room_is_cut_at_its_beginning(wordpiece):
    full = post(["in"] * 94)
    assert cut_points(full, [context("a dog")], wordpiece) == [0]


def test_a_tokenizer_without_special_pieces_is_refused():
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0})))
    with pytest.raises(InputError, match="cls, sep, pad, unk"):
        special_pieces(tokenizer)


def test_every_piece_of_a_context_knows_its_characters(wordpiece):
    texts = ["in the park", "new york"]
    found = context_offsets([context(text) for text in texts], wordpiece)
    for text, offsets in zip(texts, found, strict=True):
        pieces = wordpiece.tokenize(text)
        assert len(offsets) == len(pieces)
        for (start, end), piece in zip(offsets, pieces, strict=True):
            assert piece in ("[UNK]", "##" + text[start:end], text[start:end])
