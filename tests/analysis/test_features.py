"""The catalogue names real columns, and outcomes by type match a loop over units."""

import pandas as pd
import pytest

from core.analysis.features import FEATURES, feature_of, with_type_outcomes
from core.annotations import units_table
from core.annotations.columns import SCHEMA


@pytest.mark.parametrize("column", FEATURES)
def test_every_feature_is_a_column_with_a_definition(column):
    feature = FEATURES[column]
    assert column in SCHEMA.names
    assert feature.column == column
    assert feature.definition.endswith(".")


def test_results_of_the_prediction_are_marked_as_such():
    assert {name for name, one in FEATURES.items() if one.is_result} == {"outcome", "effect"}
    assert feature_of("outcome of PER").is_result
    assert feature_of("record") is None


def test_outcomes_by_type_match_a_loop_over_units(random_table):
    table = random_table(80)
    units = units_table(table)
    found = with_type_outcomes(table, units)
    for name in ("PER", "LOC"):
        for row, outcome in found["outcome of " + name].items():
            own = units[units["row"] == row].to_dict("records")
            own = [
                u
                for u in own
                if any(u[s] is not pd.NA and u[s] == name for s in ("gold", "predicted"))
            ]
            right = all(unit["error"] == "correct" for unit in own)
            assert outcome == ("none" if not own else "right" if right else "wrong")


def test_outcomes_without_gold_answers_are_unknown(make_table, post, without_gold):
    table = make_table(post("1", "PER>"), without_gold("2"), post("3"))
    found = with_type_outcomes(table, units_table(table))
    assert found["outcome of PER"].tolist() == ["wrong", "unknown", "none"]
