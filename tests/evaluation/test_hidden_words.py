"""The share of hidden words told right, against models of which it is known."""

import pytest
import torch

from core.datasets.tokens import tokens_from_words
from core.evaluation.hidden_words import hidden_word_accuracy
from core.evaluation.scores import scores
from core.evaluation.tables import figures
from core.records import Example
from core.training.checkpoint import build_model


def posts(*sentences: list[str]) -> list[Example]:
    made = []
    for number, words in enumerate(sentences):
        text, tokens = tokens_from_words(words)
        made.append(Example(id=str(number), text=text, tokens=tokens))
    return made


@pytest.fixture(scope="module")
def config(make_config):
    made = make_config(hidden_words=0.9, hidden_capitals=0.9)
    source = made.data.sources[0].model_copy(update={"objectives": ("words",)})
    return made.model_copy(update={"data": made.data.model_copy(update={"sources": (source,)})})


@pytest.fixture
def reader(config):
    torch.manual_seed(0)
    return build_model(config, image_width=24)


def test_who_always_says_one_piece_is_right_where_it_stands(reader, config):
    model, tokenizer = reader
    piece = tokenizer.encode("a", add_special_tokens=False)[0]
    with torch.no_grad():
        model.word_head.bias[piece] = 1e6
    told = [
        hidden_word_accuracy(model, tokenizer, config, examples, [None] * len(examples))
        for examples in (posts(["a"] * 40), posts(["b"] * 40))
    ]
    assert told == [1.0, 0.0]


def test_the_same_words_are_hidden_every_time(reader, config):
    model, tokenizer = reader
    examples = posts(["a", "b", "c", "d"] * 10)
    arguments = (model, tokenizer, config, examples, [None])
    torch.manual_seed(1)
    one = hidden_word_accuracy(*arguments)
    torch.manual_seed(2)
    assert hidden_word_accuracy(*arguments) == one


def test_without_words_there_is_nothing_to_tell(reader, config):
    silent = Example(id="1", text="", tokens=())
    assert hidden_word_accuracy(*reader, config, [silent], [None]) is None
    assert "hidden_word_accuracy" not in scores(*reader, config, [silent], [None])


def test_it_stands_among_the_figures_of_models_that_learn_it(reader, config, make_config):
    examples = posts(["a", "b"])
    found = scores(*reader, config, examples, [None, None])
    named = dict(figures(found))
    told = named["share of hidden pieces of words that are told right"]
    assert told == found["hidden_word_accuracy"]
    other = build_model(make_config(), image_width=24)
    assert "hidden_word_accuracy" not in scores(*other, make_config(), examples, [None, None])
