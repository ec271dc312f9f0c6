import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from core.evaluation.mre import MreReport, relation_report

NAMES = ["None", "peer", "part_of", "member_of"]
GOLD = ["peer", "peer", "None", "None", "part_of", "member_of"]
PREDICTED = ["peer", "part_of", "None", "peer", "None", "member_of"]


@st.composite
def two_labellings(draw):
    rows = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1))
    return [gold for gold, _ in rows], [predicted for _, predicted in rows]


def test_counts_agree_with_counting_by_hand():
    report = relation_report(GOLD, PREDICTED)
    overall = report.overall
    # Right: one peer, member_of. Said besides: part_of, peer. Not found: one peer, part_of.
    assert (overall.true_positives, overall.false_positives, overall.false_negatives) == (2, 2, 2)
    assert (report.precision, report.recall, report.f1) == (0.5, 0.5, 0.5)
    assert (overall.support, report.pairs) == (4, 6)


def test_none_counts_for_accuracy_only():
    report = relation_report(GOLD, PREDICTED)
    assert report.accuracy == 3 / 6
    assert relation_report([*GOLD, "None"], [*PREDICTED, "None"]).overall == report.overall
    assert [score.name for score in report.relations] == ["member_of", "part_of", "peer"]


def test_relations_are_scored_apart():
    scores = {score.name: score for score in relation_report(GOLD, PREDICTED).relations}
    assert (scores["peer"].precision, scores["peer"].recall, scores["peer"].support) == (
        0.5,
        0.5,
        2,
    )
    assert (scores["part_of"].f1, scores["part_of"].false_positives) == (0, 1)
    assert scores["member_of"].f1 == 1


@given(two_labellings())
def test_scores_agree_with_scikit_learn(labellings):
    gold, predicted = labellings
    report = relation_report(gold, predicted)
    *found, _ = precision_recall_fscore_support(
        gold, predicted, labels=NAMES[1:], average="micro", zero_division=0
    )
    assert [report.precision, report.recall, report.f1] == pytest.approx(found)
    assert report.accuracy == pytest.approx(accuracy_score(gold, predicted))
    names = [score.name for score in report.relations]
    if names:
        each = precision_recall_fscore_support(gold, predicted, labels=names, zero_division=0)
        for score, *theirs in zip(report.relations, *each, strict=True):
            ours = [score.precision, score.recall, score.f1, score.support]
            assert ours == pytest.approx(theirs)


def test_nothing_but_none_scores_zero_with_full_accuracy():
    report = relation_report(["None"] * 3, ["None"] * 3)
    assert (report.precision, report.recall, report.f1, report.accuracy) == (0, 0, 0, 1)
    assert report.relations == ()


def test_no_pairs_score_zero():
    report = relation_report([], [])
    assert (report.f1, report.accuracy, report.pairs) == (0, 0, 0)


def test_each_relation_is_scored_in_order_of_its_name():
    report = relation_report(GOLD, PREDICTED)
    assert [score.name for score in report.relations] == ["member_of", "part_of", "peer"]
    found = (report.precision, report.recall, report.f1, report.overall.support)
    assert found == (0.5, 0.5, 0.5, 4)


def test_a_report_survives_json():
    report = relation_report(GOLD, PREDICTED)
    assert MreReport.model_validate_json(report.model_dump_json()) == report


def test_pairs_of_unequal_number_are_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        relation_report(["None"], [])
