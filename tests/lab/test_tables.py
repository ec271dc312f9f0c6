"""The report in a terminal: the numbers of the report, and no others."""

from core.lab.report import LabRequest, lab_report
from core.lab.tables import report_table, smallest_set_words


def test_every_player_stands_in_a_row_with_the_exact_and_the_sampled_value():
    report = lab_report(LabRequest(game="airport", players=4))
    lines = report_table(report).splitlines()
    for i, player in enumerate(report.players):
        (row,) = [line for line in lines if line.startswith(player)]
        assert f"{report.shapley_values[i]:.4f}" in row
        assert f"{report.estimate.values[i]:.4f} ± {report.estimate.standard_error[i]:.4f}" in row


def test_a_single_sample_has_an_unknown_error():
    report = lab_report(LabRequest(players=5, estimator="permutation", budget=9))
    assert report.estimate.standard_error is None
    assert "± unknown" in report_table(report)


def test_a_game_worth_nothing_has_no_smallest_set():
    report = lab_report(LabRequest(game="gloves", players=1))
    assert smallest_set_words(report).startswith("Everybody together is worth 0")
