import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.metrics import classification_report

from core.evaluation.classification import LabelReport, label_report, label_scores

LABELS = ("negative", "neutral", "positive")
GOLD = ["positive", "positive", "positive", "negative", "neutral"]
PREDICTED = ["positive", "positive", "negative", "negative", "positive"]


@st.composite
def two_labellings(draw):
    rows = draw(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1))
    return [gold for gold, _ in rows], [predicted for _, predicted in rows]


def test_counts_agree_with_counting_by_hand():
    report = label_report(GOLD, PREDICTED, LABELS)
    negative, neutral, positive = report.labels
    assert (report.accuracy, report.majority, report.posts) == (3 / 5, 3 / 5, 5)
    assert (negative.precision, negative.recall, negative.f1) == (1 / 2, 1, 2 / 3)
    assert (neutral.precision, neutral.recall, neutral.f1, neutral.support) == (0, 0, 0, 1)
    assert (positive.precision, positive.recall, positive.f1) == (2 / 3, 2 / 3, 2 / 3)
    assert report.f1 == report.macro_f1 == pytest.approx(4 / 9)
    assert (report.precision, report.recall) == pytest.approx((7 / 18, 5 / 9))


@given(two_labellings())
def test_scores_agree_with_scikit_learn(labellings):
    gold, predicted = labellings
    report = label_report(gold, predicted, LABELS)
    expected = classification_report(gold, predicted, output_dict=True, zero_division=0)
    accuracy, macro = expected.pop("accuracy"), expected.pop("macro avg")
    expected.pop("weighted avg")
    assert report.accuracy == pytest.approx(accuracy)
    assert report.precision == pytest.approx(macro["precision"])
    assert report.recall == pytest.approx(macro["recall"])
    assert report.f1 == pytest.approx(macro["f1-score"])
    assert [score.name for score in report.labels] == sorted(expected)
    for score in report.labels:
        theirs = expected[score.name]
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx(
            (theirs["precision"], theirs["recall"], theirs["f1-score"], theirs["support"])
        )


@given(two_labellings())
def test_the_majority_is_the_accuracy_of_always_saying_the_most_frequent_label(labellings):
    gold, predicted = labellings
    posts = [[0]] * len(gold)
    dummy = DummyClassifier(strategy="most_frequent").fit(posts, gold)
    report = label_report(gold, predicted, LABELS)
    assert report.majority == pytest.approx(dummy.score(posts, gold))


def test_labels_that_do_not_occur_are_left_out_of_the_average():
    report = label_report(["positive"], ["positive"], LABELS)
    assert (report.f1, [score.name for score in report.labels]) == (1, ["positive"])


def test_labels_are_reported_in_the_order_given():
    turned = label_report(GOLD, PREDICTED, LABELS[::-1])
    assert [score.name for score in turned.labels] == ["positive", "neutral", "negative"]


def test_no_posts_score_zero():
    report = label_report([], [], LABELS)
    assert (report.accuracy, report.majority, report.f1, report.posts) == (0, 0, 0, 0)


def test_labels_are_scored_in_their_order():
    report = label_report(GOLD, PREDICTED, LABELS)
    assert [score.name for score in report.labels] == [*LABELS]
    first = report.labels[0]
    assert (first.precision, first.recall, first.f1, first.support) == (1 / 2, 1, 2 / 3, 1)
    assert (report.f1, report.posts) == (pytest.approx(4 / 9), 5)


def test_scores_are_those_of_the_names_asked_for():
    (only,) = label_scores(GOLD, PREDICTED, ["negative"])
    assert (only.true_positives, only.false_positives, only.false_negatives) == (1, 1, 0)


def test_a_report_survives_json():
    report = label_report(GOLD, PREDICTED, LABELS)
    assert LabelReport.model_validate_json(report.model_dump_json()) == report


def test_labels_that_nobody_named_and_unequal_numbers_are_refused():
    with pytest.raises(ValueError, match="'odd' is none"):
        label_report(["odd"], ["positive"], LABELS)
    with pytest.raises(ValueError, match=r"shorter|longer"):
        label_report(["positive"], [], LABELS)
