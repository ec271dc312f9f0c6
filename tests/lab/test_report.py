"""One report: equal for equal requests, complete, and refused for what makes no game."""

import math

import pytest

from core.errors import InputError
from core.lab.converge import converge
from core.lab.games import lab_game
from core.lab.report import LabReport, LabRequest, lab_command, lab_report, typed_numbers


def test_the_report_of_three_gloves_is_the_textbook():
    report = lab_report(LabRequest(game="gloves", players=3, budget=60))
    assert report.shapley_values == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    assert report.banzhaf_values == pytest.approx([1 / 4, 1 / 4, 3 / 4])
    assert report.leave_one_out == [0, 0, 1]
    # The left gloves stand in for each other, each needs the right one.
    assert report.interactions[0] == pytest.approx([0, -1 / 2, 1 / 2])
    assert report.smallest_set.reached
    assert set(report.smallest_set.members) in ({0, 2}, {0, 1, 2})
    assert [axiom.holds for axiom in report.axioms] == [True] * 4


def test_equal_requests_give_equal_reports_and_json_keeps_everything():
    request = LabRequest(game="soft_match", players=6, estimator="kernel", seed=11)
    report = lab_report(request)
    assert lab_report(request) == report
    assert LabReport.model_validate_json(report.model_dump_json()) == report


def test_the_estimate_is_where_the_convergence_of_the_same_seed_ends():
    request = LabRequest()
    *_, last = converge(lab_game("best_match"), ["antithetic"], budget=200, seed=7)
    estimate = lab_report(request).estimate
    assert tuple(estimate.values) == last.values
    assert tuple(estimate.standard_error) == last.standard_error
    assert (estimate.rmse, estimate.evaluations) == (last.rmse, last.evaluations)


def test_contexts_of_a_post_are_named_or_numbered():
    report = lab_report(LabRequest(similarities=[0.5, 0.2], temperature=0.2))
    assert report.players == ["context 1", "context 2"]
    report = lab_report(LabRequest(similarities=[0.5, 0.2], labels=["a dog", "the sea"]))
    assert report.players == ["a dog", "the sea"]


@pytest.mark.parametrize(
    ("request_fields", "message"),
    [
        ({"game": "poker"}, "no game 'poker'"),
        ({"players": 0}, "1 to 8 players"),
        ({"players": 9}, "1 to 8 players"),
        ({"seed": -3}, "seed"),
        ({"estimator": "magic"}, "no estimator 'magic'"),
        ({"budget": 0}, "budget of 0"),
        ({"values": [0.0, 1.0, 2.0]}, "3 values make no game"),
        ({"values": [0.0, math.nan]}, "value 1 is nan"),
        ({"similarities": [0.1, math.inf]}, "infinity"),
        ({"similarities": []}, "1 to 8 players, got 0"),
        ({"similarities": [0.1], "labels": ["a", "b"]}, "2 labels name 1 similarities"),
        ({"similarities": [0.1], "values": [0.0, 1.0]}, "two different games"),
        ({"labels": ["a"]}, "labels name similarities"),
        ({"temperature": math.nan}, "temperature must be positive and finite"),
        ({"temperature": 0.0}, "temperature must be positive and finite"),
    ],
)
def test_a_request_that_makes_no_game_is_refused(request_fields, message):
    with pytest.raises(InputError, match=message):
        lab_report(LabRequest(**request_fields))


def test_typed_numbers_are_read():
    assert typed_numbers("0, 1,-2.5 , 1e-3") == [0.0, 1.0, -2.5, 0.001]


@pytest.mark.parametrize("text", ["", "0,,1", "0;1", "0,nan", "0,inf", "zero"])
def test_typed_text_that_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(InputError, match="is no finite number"):
        typed_numbers(text)


def test_the_command_quotes_what_a_shell_would_read():
    request = LabRequest(similarities=[0.1 + 0.2, 0.2], labels=["it's", "a|b"])
    assert lab_command(request) == (
        "python -m core lab --similarities 0.30000000000000004,0.2 --temperature 0.1 "
        """--label 'it'"'"'s' --label 'a|b' --estimator antithetic --budget 200 --seed 7"""
    )
    assert lab_command(LabRequest(values=[0.0, -1.0])).startswith(
        "python -m core lab --values 0.0,-1.0 "
    )
