import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.evaluation.jmere import JmereReport, joint_report
from core.records import Outcome, Relation

TEXT, TOKENS = tokens_from_words([f"w{number}" for number in range(8)])


def outcome(entities=(), relations=()):
    return Outcome(
        entities=[entity_from_words(TEXT, TOKENS, *entity) for entity in entities],
        relations=[Relation(head=h, tail=t, type=name) for h, t, name in relations],
    )


PER, ORG, LOC = (0, 2, "PER"), (3, 4, "ORG"), (5, 7, "LOC")
GOLD = [
    outcome([PER, ORG, LOC], [(0, 1, "member_of"), (1, 2, "locate_at")]),
    outcome([PER, LOC], [(0, 1, "residence")]),
    outcome([ORG]),
]
PREDICTED = [
    # one right, one turned round
    outcome([PER, ORG, LOC], [(0, 1, "member_of"), (2, 1, "locate_at")]),
    # the place one word short; the relation is right all the same
    outcome([PER, (5, 6, "LOC")], [(0, 1, "residence")]),
    # a relation where there is none
    outcome([ORG, LOC], [(0, 1, "locate_at")]),
]


def counts(score):
    return score.true_positives, score.false_positives, score.false_negatives


def test_directed_counts_agree_with_counting_by_hand():
    report = joint_report(GOLD, PREDICTED, directed=True)
    assert counts(report.overall) == (1, 3, 2)
    assert (report.precision, report.recall, report.f1) == (1 / 4, 1 / 3, 2 / 7)
    assert report.directed


def test_undirected_counts_agree_with_counting_by_hand():
    report = joint_report(GOLD, PREDICTED, directed=False)
    assert counts(report.overall) == (2, 2, 1)
    assert (report.precision, report.recall, report.f1) == (2 / 4, 2 / 3, 4 / 7)


def test_relations_are_scored_apart():
    report = joint_report(GOLD, PREDICTED, directed=False)
    scores = {score.name: score for score in report.relations}
    assert list(scores) == ["locate_at", "member_of", "residence"]
    assert counts(scores["locate_at"]) == (1, 1, 0)
    assert counts(scores["member_of"]) == (1, 0, 0)
    assert counts(scores["residence"]) == (0, 1, 1)


def test_entities_are_scored_over_the_same_posts():
    entities = joint_report(GOLD, PREDICTED, directed=False).entities
    assert counts(entities.overall) == (5, 2, 1)
    assert entities.sentences == 3


@pytest.mark.parametrize(
    "wrong",
    [
        outcome([PER, (3, 5, "ORG")], [(0, 1, "member_of")]),
        outcome([PER, (3, 4, "LOC")], [(0, 1, "member_of")]),
        outcome([PER, ORG], [(0, 1, "peer")]),
        outcome([PER, ORG]),
    ],
    ids=["words", "type", "relation", "none"],
)
def test_a_quintuple_is_wrong_when_any_part_is(wrong):
    gold = [outcome([PER, ORG], [(0, 1, "member_of")])]
    assert joint_report(gold, gold, directed=True).f1 == 1
    assert joint_report(gold, [wrong], directed=True).f1 == 0


def test_the_order_of_entities_does_not_matter():
    gold = [outcome([PER, ORG], [(0, 1, "member_of")])]
    swapped = [outcome([ORG, PER], [(1, 0, "member_of")])]
    assert joint_report(gold, swapped, directed=True).f1 == 1


def test_a_relation_said_twice_counts_once():
    gold = [outcome([PER, ORG], [(0, 1, "peer")])]
    twice = [outcome([PER, ORG], [(0, 1, "peer"), (0, 1, "peer"), (1, 0, "peer")])]
    assert counts(joint_report(gold, twice, directed=False).overall) == (1, 0, 0)
    assert counts(joint_report(gold, twice, directed=True).overall) == (1, 1, 0)


def test_equal_quintuples_of_different_posts_are_different():
    post = outcome([PER, ORG], [(0, 1, "peer")])
    assert counts(joint_report([post, outcome()], [outcome(), post], directed=True).overall) == (
        0,
        1,
        1,
    )


@st.composite
def outcomes(draw):
    spans = st.tuples(st.integers(0, 2), st.integers(3, 4), st.sampled_from(["PER", "LOC"]))
    entities = draw(st.lists(spans, unique=True, max_size=4))
    numbers = range(len(entities))
    pairs = [(a, b) for a in numbers for b in numbers if a != b]
    names = st.sampled_from(["peer", "contain"])
    chosen = draw(st.lists(st.tuples(st.sampled_from(pairs), names), max_size=5)) if pairs else []
    return outcome(entities, [(*pair, name) for pair, name in chosen])


def every_quintuple(posts, *, both_ways):
    """All quintuples of all posts in one set, in both orders where EEGA enters both."""
    found = set()
    for number, post in enumerate(posts):
        for relation in post.relations:
            ends = [post.entities[relation.head], post.entities[relation.tail]]
            parts = [f"{e.type} {e.token_start} {e.token_end}" for e in ends]
            found.add((number, *parts, relation.type))
            if both_ways:
                found.add((number, *parts[::-1], relation.type))
    return found


@given(st.lists(st.tuples(outcomes(), outcomes()), min_size=1, max_size=4), st.booleans())
def test_scores_are_those_of_sets_that_hold_both_orders_where_undirected(pairs, directed):
    gold, predicted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    wanted = every_quintuple(gold, both_ways=not directed)
    found = every_quintuple(predicted, both_ways=not directed)
    report = joint_report(gold, predicted, directed=directed)
    precision = len(wanted & found) / len(found) if found else 0
    recall = len(wanted & found) / len(wanted) if wanted else 0
    assert report.precision == pytest.approx(precision)
    assert report.recall == pytest.approx(recall)
    both = precision + recall
    assert report.f1 == pytest.approx(2 * precision * recall / both if both else 0)


def test_each_relation_is_scored_in_order_of_its_name():
    report = joint_report(GOLD, PREDICTED, directed=True)
    assert [score.name for score in report.relations] == ["locate_at", "member_of", "residence"]
    found = (report.precision, report.recall, report.f1, report.overall.support)
    assert found == (1 / 4, 1 / 3, 2 / 7, 3)


def test_a_report_survives_json():
    report = joint_report(GOLD, PREDICTED, directed=False)
    assert JmereReport.model_validate_json(report.model_dump_json()) == report


def test_posts_of_unequal_number_are_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        joint_report(GOLD, PREDICTED[:2], directed=True)
