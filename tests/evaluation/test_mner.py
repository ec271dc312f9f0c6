import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import classification_report

from core.datasets.labels import entities_from_tags
from core.datasets.tokens import tokens_from_words
from core.evaluation.mner import MnerReport, entity_report

TAGS = ["O"] + [f"{prefix}-{name}" for name in ("PER", "LOC", "MISC") for prefix in "BI"]

GOLD = [
    ["B-PER", "I-PER", "O", "B-LOC"],
    ["B-ORG", "O", "I-LOC", "I-LOC"],
    ["O", "O"],
]
PREDICTED = [
    ["B-PER", "I-PER", "O", "B-ORG"],  # PER found; LOC taken for ORG
    ["B-ORG", "O", "B-LOC", "O"],  # ORG found; LOC with one word missing
    ["B-PER", "O"],  # nothing there
]


def entities(tags):
    text, tokens = tokens_from_words(["word"] * len(tags))
    return entities_from_tags(tags, text, tokens)


def report_of(gold, predicted):
    """Score BIO tags by the entities that they mark."""
    return entity_report(list(map(entities, gold)), list(map(entities, predicted)))


@st.composite
def two_taggings(draw):
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    return tuple(
        [draw(st.lists(st.sampled_from(TAGS), min_size=n, max_size=n)) for n in lengths]
        for _ in range(2)
    )


def test_counts_agree_with_counting_by_hand():
    report = report_of(GOLD, PREDICTED)
    overall = report.overall
    assert (overall.true_positives, overall.false_positives, overall.false_negatives) == (2, 3, 2)
    assert (report.precision, report.recall, report.f1) == (2 / 5, 2 / 4, 4 / 9)
    assert overall.support == 4
    assert report.sentences == 3


def test_types_are_scored_apart():
    scores = {score.name: score for score in report_of(GOLD, PREDICTED).types}
    assert list(scores) == ["LOC", "ORG", "PER"]
    assert (scores["LOC"].precision, scores["LOC"].recall, scores["LOC"].support) == (0, 0, 2)
    assert (scores["ORG"].precision, scores["ORG"].recall, scores["ORG"].f1) == (0.5, 1, 2 / 3)
    assert (scores["PER"].true_positives, scores["PER"].false_positives) == (1, 1)


@given(two_taggings())
def test_scores_agree_with_seqeval(taggings):
    gold, predicted = taggings
    report = report_of(gold, predicted)
    if not report.types:
        return  # seqeval cannot report on no entities
    expected = classification_report(gold, predicted, output_dict=True, zero_division=0)
    for score in report.types:
        theirs = expected[score.name]
        assert score.precision == pytest.approx(theirs["precision"])
        assert score.recall == pytest.approx(theirs["recall"])
        assert score.f1 == pytest.approx(theirs["f1-score"])
        assert score.support == theirs["support"]
    overall = expected["micro avg"]
    assert report.precision == pytest.approx(overall["precision"])
    assert report.recall == pytest.approx(overall["recall"])
    assert report.f1 == pytest.approx(overall["f1-score"])


def test_no_entities_score_zero():
    report = report_of([["O", "O"]], [["O", "O"]])
    assert (report.precision, report.recall, report.f1) == (0, 0, 0)
    assert report.types == ()


def test_an_entity_named_twice_counts_once():
    (found,) = entities(["B-PER"])
    assert entity_report([[found]], [[found, found]]).f1 == 1


def test_other_scores_as_misc():
    (gold,) = entities(["B-MISC"])
    other = gold.model_copy(update={"type": "OTHER"})
    assert entity_report([[gold]], [[other]]).f1 == 1


def test_each_type_is_scored_in_order_of_its_name():
    report = report_of(GOLD, PREDICTED)
    assert [score.name for score in report.types] == ["LOC", "ORG", "PER"]
    found = (report.precision, report.recall, report.f1, report.overall.support)
    assert found == (2 / 5, 2 / 4, 4 / 9, 4)


def test_a_report_survives_json():
    report = report_of(GOLD, PREDICTED)
    assert MnerReport.model_validate_json(report.model_dump_json()) == report


def test_sentences_of_unequal_number_are_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        entity_report([[]], [])
