import pytest
import torch

from core.datasets.relations import RelationMap
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.records import Entity, Example, Pair, Relation

RELATIONS = RelationMap(("None", "member_of", "part_of"))
PAIR = Pair(head=(4, 6), tail=(0, 2))


def post(label=None, pair=PAIR):
    text, tokens = tokens_from_words(["Ada", "Lovelace", "visits", "the", "Royal", "Society"])
    return Example(id="7", text=text, tokens=tokens, pair=pair, label=label)


def test_relations_are_numbered_in_their_order_and_none_is_one_of_them():
    gold, has_gold = RELATIONS.encode([post("part_of"), post("None")], [6, 6])
    assert gold.tolist() == [2, 0]
    assert (gold.dtype, has_gold.dtype) == (torch.long, torch.bool)
    assert has_gold.all()
    assert len(RELATIONS) == 3


def test_without_a_pair_or_a_known_relation_there_is_no_gold():
    posts = [post(), post("friends"), post("part_of", pair=None), post("part_of")]
    gold, has_gold = RELATIONS.encode(posts, [6] * 4)
    assert has_gold.tolist() == [False, False, False, True]
    assert ((gold >= 0) & (gold < 3)).all()


def test_a_pair_that_is_not_read_keeps_its_relation():
    gold, has_gold = RELATIONS.encode([post("part_of")], [1])
    assert (gold.tolist(), has_gold.tolist()) == ([2], [True])


def test_the_outcome_holds_head_then_tail_and_their_relation():
    outcome = RELATIONS.outcome(post(), torch.tensor(1))
    head, tail = outcome.entities
    assert head == Entity(
        text="Royal Society", type="", start=24, end=37, token_start=4, token_end=6
    )
    assert (tail.text, tail.token_start, tail.token_end) == ("Ada Lovelace", 0, 2)
    assert outcome.relations == [Relation(head=0, tail=1, type="member_of")]
    assert outcome.label == "member_of"


def test_none_is_a_label_but_no_relation():
    outcome = RELATIONS.outcome(post(), torch.tensor(0))
    assert len(outcome.entities) == 2
    assert (outcome.relations, outcome.label) == ([], "None")


@pytest.mark.parametrize("name", RELATIONS.names)
def test_what_was_encoded_is_what_comes_out(name):
    gold, _ = RELATIONS.encode([post(name)], [6])
    assert RELATIONS.outcome(post(name), gold[0]).label == name


@pytest.mark.parametrize(
    ("pair", "reason"),
    [(None, "no marked pair"), (Pair(head=(0, 1), tail=(5, 7)), "sentence of 6")],
)
def test_a_post_without_a_pair_in_it_has_no_outcome(pair, reason):
    with pytest.raises(InputError, match=f"post 7.*{reason}"):
        RELATIONS.outcome(post(pair=pair), torch.tensor(1))
