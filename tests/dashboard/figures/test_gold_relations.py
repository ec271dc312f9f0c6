import pytest

from core.records import Relation
from dashboard.figures.gold_relations import judge_relations


@pytest.fixture
def record(make_record):
    relation = Relation(head=0, tail=1, type="/per/loc/place_of_residence", score=0.83)
    return make_record().model_copy(update={"relations": [relation]})


def test_gold_relations_are_right_retyped_missed_or_not_gold(record):
    gold = record.entities

    def outcomes(*relations, directed=True):
        judged = judge_relations(record, gold, relations, directed=directed)
        return [one.outcome for one in judged]

    assert outcomes(Relation(head=0, tail=1, type="place_of_residence")) == ["right"]
    assert outcomes(Relation(head=0, tail=1, type="peer")) == ["wrong type"]
    assert outcomes() == ["not gold"]
    swapped = Relation(head=1, tail=0, type="place_of_residence")
    assert outcomes(swapped) == ["missed", "not gold"]
    assert outcomes(swapped, directed=False) == ["right"]
