"""Character features: what they see, and what they must not."""

import pytest
import torch

from core.datasets.batches import CHARACTERS, character_ids
from core.encoders.characters import CharacterEncoder

WIDTH = 6


@pytest.fixture
def encoder() -> CharacterEncoder:
    torch.manual_seed(0)
    return CharacterEncoder(len(CHARACTERS) + 2, WIDTH, embedding_width=4)


def ids(*words: str) -> torch.Tensor:
    return torch.tensor([[character_ids(word) for word in words]])  # (1, L, C)


def test_every_word_has_its_features(encoder):
    assert encoder(ids("Ada", "in", "Oslo")).shape == (1, 3, WIDTH)
    assert encoder(ids("Ada", "in", "Oslo").expand(4, -1, -1)).shape == (4, 3, WIDTH)


def test_capital_letters_matter(encoder):
    upper, lower = encoder(ids("Rose", "rose"))[0]
    assert not torch.allclose(upper, lower)


def test_the_order_of_letters_matters(encoder):
    first, second = encoder(ids("abcd", "dcba"))[0]
    assert not torch.allclose(first, second)


def test_a_word_is_read_by_itself(encoder):
    alone = encoder(ids("Oslo"))[0, 0]
    torch.testing.assert_close(encoder(ids("Ada", "Oslo", "!"))[0, 1], alone)


def test_features_are_the_largest_response_over_the_letters(encoder):
    word = ids("Ada")
    letters = torch.nn.functional.pad(encoder.embedding(word)[0, 0], (0, 0, 1, 1))  # (C+2, E)
    kernel, bias = encoder.convolution.weight, encoder.convolution.bias
    responses = [
        torch.einsum("oek,ke->o", kernel, letters[place : place + 3]) + bias
        for place in range(word.shape[-1])
    ]
    expected = torch.stack(responses).clamp(min=0).amax(0)
    torch.testing.assert_close(encoder(word)[0, 0], expected)


def test_more_padding_changes_nothing(encoder):
    word = ids("Ada")
    longer = torch.nn.functional.pad(word, (0, 7))
    torch.testing.assert_close(encoder(longer), encoder(word))
    assert (encoder.embedding(torch.tensor(0)) == 0).all()


def test_gradients_reach_the_letters_of_the_word_and_no_padding(encoder):
    encoder(ids("Ada")).sum().backward()
    touched = encoder.embedding.weight.grad.abs().sum(1).nonzero().flatten().tolist()
    assert set(touched) <= {*character_ids("Ada")} - {0}
    assert touched
    assert encoder.convolution.weight.grad.abs().sum() > 0
