"""Words are hidden whole, in sentences only, as often as it is asked, and mostly by the mask."""

import pytest
import torch
from torch import Tensor
from transformers import AutoTokenizer

from core.datasets.batches import Batch, collate
from core.datasets.hidden_words import Hidden, hide_words
from core.datasets.labels import LabelMap
from core.datasets.tokens import tokens_from_words
from core.records import Context, Example, Pair

MASK, VOCABULARY = 4, 1000
SENTENCES = (["Ada", "visits", "Oslo", "again", "2"], ["Rain"], ["a", "Bergen", "b"])


@pytest.fixture(scope="module")
def tokenizer(tiny_text_model):
    return AutoTokenizer.from_pretrained(tiny_text_model, add_prefix_space=True)


@pytest.fixture(scope="module")
def read(tokenizer):
    def make(*sentences: list[str], pair: Pair | None = None) -> Batch:
        examples = []
        for words in sentences:
            text, tokens = tokens_from_words(words)
            examples.append(Example(id=text, text=text, tokens=tokens, pair=pair))
        contexts = [[Context(text="Ada in Oslo", generator="typed")]] * len(examples)
        return collate(examples, tokenizer, LabelMap(), contexts=contexts)

    return make


def hide(batch: Batch, words: float = 0.5, capitals: float = 0.5, seed: int = 0) -> Hidden:
    generator = torch.Generator().manual_seed(seed)
    rates = {"words": words, "capitals": capitals}
    return hide_words(batch, **rates, mask=MASK, vocabulary=VOCABULARY, generator=generator)


def words_of(batch: Batch, tokenizer, where: Tensor) -> list[list[str]]:
    """Return the pieces that are hidden, as text, post by post."""
    return [
        tokenizer.convert_ids_to_tokens(ids[row].tolist())
        for ids, row in zip(batch.input_ids, where, strict=True)
    ]


def word_places(batch: Batch, row: int) -> list[list[int]]:
    """Return the places of each word's pieces by the tokenizer's own marks of continuation."""
    starts = batch.word_starts[row][batch.word_mask[row]].tolist()
    last = int(((batch.token_type_ids[row] == 0) & (batch.attention_mask[row] == 1)).sum()) - 1
    return [list(range(a, b)) for a, b in zip(starts, [*starts[1:], last], strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_a_word_is_hidden_with_all_its_pieces_or_not_at_all(read, seed):
    batch = read(*SENTENCES)
    where = hide(batch, seed=seed).where
    for row in range(len(SENTENCES)):
        for places in word_places(batch, row):
            assert len(set(where[row, places].tolist())) == 1


def test_everything_that_is_hidden_at_once_is_the_sentence_and_nothing_else(read, tokenizer):
    batch = read(*SENTENCES)
    where = hide(batch, 0.999999, 0.999999).where
    hidden = [" ".join(pieces) for pieces in words_of(batch, tokenizer, where)]
    expected = [" ".join(tokenizer.tokenize(" ".join(words))) for words in SENTENCES]
    assert hidden == expected


def test_what_is_not_hidden_stands_as_it_was(read):
    batch = read(*SENTENCES)
    made = hide(batch)
    assert torch.equal(made.input_ids[~made.where], batch.input_ids[~made.where])
    assert (made.input_ids[made.where] == MASK).any()


def test_nothing_is_hidden_before_the_first_word_of_a_marked_pair(read):
    batch = read(["Ada", "likes", "Oslo"], pair=Pair(head=(0, 1), tail=(2, 3)))
    first = int(batch.word_starts[0, 0])
    assert first > 1  # the mark stands before it
    assert not hide(batch, 0.999999, 0.999999).where[0, :first].any()


@pytest.mark.parametrize(("words", "capitals"), [(0.15, 0.6), (0.5, 0.1)])
def test_words_and_capitals_have_rates_of_their_own(read, words, capitals):
    batch = read(*[["Ada", "sees", "the", "ice", "2"]] * 4000)
    starts = batch.word_starts
    hidden = hide(batch, words, capitals).where.gather(1, starts).float().mean(0)
    expected = [capitals, words, words, words, words]
    assert hidden.tolist() == pytest.approx(expected, abs=0.03)  # four standard deviations


def test_eight_of_ten_are_masked_one_is_another_and_one_stays(read):
    batch = read(*[["sees"]] * 6000)
    made = hide(batch, 0.999999, 0.5)
    given, gold = made.input_ids[made.where], batch.input_ids[made.where]
    shares = [
        (given == MASK).float().mean(),
        ((given != MASK) & (given != gold)).float().mean(),
        (given == gold).float().mean(),
    ]
    assert torch.tensor(shares).tolist() == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_the_generator_decides(read):
    batch = read(*SENTENCES, *SENTENCES)
    one, same, other = hide(batch), hide(batch), hide(batch, seed=1)
    assert torch.equal(one.input_ids, same.input_ids)
    assert not torch.equal(one.where, other.where)
