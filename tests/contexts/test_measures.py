import pytest

from core.contexts.measures import MEASURES
from core.contexts.record_quality import QualityRow


def test_every_measure_is_a_number_of_a_context():
    assert set(MEASURES) <= set(QualityRow.model_fields)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=str)
def test_definition_and_limit_are_one_sentence_each(measure):
    for sentence in (measure.definition, measure.limit):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) <= 90
    assert measure.label == measure.label.strip()
