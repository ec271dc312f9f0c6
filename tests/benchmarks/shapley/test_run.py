import pytest
import torch

from benchmarks.shapley.bouts import Extent
from benchmarks.shapley.report import ShapleyReport, print_report
from benchmarks.shapley.run import THREADS, run_benchmark
from core.cli import main

TINY = Extent(
    players=(3,),
    exact_players=(5,),
    temperatures=(0.1,),
    rounds=1,
    rival_rounds=1,
    draws=8,
    exactness_players=(3,),
    exactness_temperatures=(1.0,),
)


@pytest.fixture(scope="module")
def report():
    return run_benchmark(TINY)


def test_plain_sampling_is_what_times_are_divided_by(report):
    plain = [row for row in report.rows if row.family == "plain"]
    assert {row.game for row in plain} == {"softmax_mean", "cosine_mean"}
    assert all(row.forward_ratio == row.both_ratio == 1 for row in plain)


def test_exact_rows_have_no_error_to_speak_of_and_value_no_coalition_by_formula(report):
    exact = [row for row in report.rows if row.family == "exact"]
    assert {row.game for row in exact} == {
        "softmax_mean",
        "cosine_mean",
        "sum",
        "mean",
        "max",
        "log_sum_exp",
    }
    assert all(row.nmse < 1e-6 for row in exact)
    assert all(row.evaluations == 0 for row in exact if row.game != "cosine_mean")


def test_every_row_of_ours_has_a_bound_and_a_gradient(report):
    for row in report.rows:
        assert row.forward_seconds > 0
        assert row.bound_seconds
        assert row.bound_by in {"memory", "products", "exponentials", "dispatch"}
        assert row.both_seconds


def test_every_problem_says_what_its_errors_were_measured_against(report):
    played = {(row.game, row.players, row.temperature) for row in report.rows}
    notes = [(note.game, note.players, note.temperature) for note in report.references]
    assert set(notes) == played
    assert len(notes) == len(played)


def test_one_thread_is_set_stated_and_put_back():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    assert run_benchmark(TINY).machine.threads == THREADS == 1
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_a_picture_with_another_ending_is_refused_before_anything_is_measured(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "shapley", "--plot", "picture.svg"])
    assert ended.value.code == 2
    assert ".png" in capsys.readouterr().err


def test_the_report_survives_json(report):
    assert ShapleyReport.model_validate_json(report.model_dump_json()) == report


def test_the_report_is_printed_with_what_is_missing_and_how_busy_the_machine_was(report, capsys):
    busy = report.machine.model_copy(update={"load": 3.0})
    print_report(report.model_copy(update={"machine": busy, "missing": ["shap is not installed"]}))
    printed = capsys.readouterr().out
    for expected in (
        "softmax_mean, n = T = 3, temperature 0.1",
        "threads: 1",
        "not measured",
        "shap is not installed",
        "load average was 3.0",
    ):
        assert expected in printed
