"""The worksheet: complete, and safe whatever a context holds."""

from core.lab.questions import cards
from core.lab.report import LabRequest, lab_report
from core.lab.worksheet import worksheet


def test_questions_come_before_solutions_and_all_data_is_there():
    report = lab_report(LabRequest(game="gloves", players=3, budget=60))
    dealt = cards(7)
    sheet = worksheet(report, dealt)
    questions, solutions = sheet.split("## Solutions")
    assert all(card.question in sheet for card in dealt[1:3])
    assert questions.count("- [ ]") == sum(len(card.options) for card in dealt)
    assert questions.count("\n| ") == (1 + 1 + 8) + (1 + 1 + 3) + (1 + 1 + 3)
    assert "0.6667" not in questions
    assert "| right glove 1 | 0.6667 | 0.7500 | 1.0000 |" in solutions
    assert "python -m core lab --game gloves --players 3" in questions


def test_a_context_cannot_break_the_table_or_add_markup():
    report = lab_report(
        LabRequest(similarities=[0.5, 0.2], labels=["a | b\n# c", "<b>*bold*</b> [x](y)"])
    )
    sheet = worksheet(report, [])
    assert "\n# c" not in sheet
    assert r"a \| b # c" in sheet
    assert r"\<b>\*bold\*\</b> \[x\](y)" in sheet


def test_one_player_makes_a_worksheet_too():
    assert "nobody" in worksheet(lab_report(LabRequest(players=1)), [])
