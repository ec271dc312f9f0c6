import pytest
import torch

from core.datasets.sequence_labels import SequenceLabels
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.records import Example, Outcome

MOODS = SequenceLabels(("negative", "neutral", "positive"))


def post(label):
    text, tokens = tokens_from_words(["what", "a", "day"])
    return Example(id="1", text=text, tokens=tokens, label=label)


def test_labels_are_numbered_in_their_order():
    gold, has_gold = MOODS.encode([post("positive"), post("negative"), post("neutral")], [3] * 3)
    assert gold.tolist() == [2, 0, 1]
    assert (gold.dtype, has_gold.dtype) == (torch.long, torch.bool)
    assert has_gold.all()
    assert len(MOODS) == 3


def test_a_post_without_a_known_label_has_no_gold_but_a_valid_number():
    gold, has_gold = MOODS.encode([post(None), post("odd"), post("neutral")], [3] * 3)
    assert has_gold.tolist() == [False, False, True]
    assert gold.tolist() == [0, 0, 1]


def test_an_empty_label_is_a_name_like_any_other():
    labels = SequenceLabels(("", "good"))
    assert labels.encode([post(None), post("")], [3, 3])[1].tolist() == [False, True]


def test_the_outcome_is_the_label_alone():
    assert MOODS.outcome(post(None), torch.tensor(2)) == Outcome(label="positive")


@pytest.mark.parametrize("name", MOODS.names)
def test_what_was_encoded_is_what_comes_out(name):
    gold, _ = MOODS.encode([post(name)], [3])
    assert MOODS.outcome(post(name), gold[0]).label == name


@pytest.mark.parametrize(("names", "reason"), [((), "no labels"), (("a", "b", "a"), "twice")])
def test_names_that_cannot_be_told_apart_are_refused(names, reason):
    with pytest.raises(InputError, match=reason):
        SequenceLabels(names)
