"""A worksheet to print: the game's table, questions with room to answer, and the solutions."""

from collections.abc import Sequence

from core.lab.questions import Card
from core.lab.report import LabReport, lab_command
from core.lab.small_game import one_line
from core.lab.tables import smallest_set_words


def worksheet(report: LabReport, cards: Sequence[Card]) -> str:
    """Return the worksheet as Markdown: the data first, the questions, the solutions last."""
    parts = [
        f"# {_cell(report.title)}",
        _cell(report.story),
        # Indented code: no character inside can end it.
        f"Made by\n\n    {lab_command(report.request)}",
        "## 1 The game",
        _coalition_table(report),
        "## 2 Your turn",
        _tasks(report),
        "## 3 Predict",
        *(_question(number, card) for number, card in enumerate(cards, start=1)),
        "## Solutions",
        _value_table(report),
        _cell(smallest_set_words(report)),
        "\n".join(f"- {axiom.name}: {_cell(axiom.words)}" for axiom in report.axioms),
        "Pairwise interactions: below 0 two players stand in for each other, above 0 they need "
        "each other.",
        _interaction_table(report),
        *(_solution(number, card) for number, card in enumerate(cards, start=1)),
    ]
    return "\n\n".join(parts) + "\n"


def _coalition_table(report: LabReport) -> str:
    names = [_cell(player) for player in report.players]
    rows = [
        [
            ", ".join(name for i, name in enumerate(names) if number >> i & 1) or "nobody",
            f"{value:.4g}",
        ]
        for number, value in enumerate(report.values)
    ]
    return _table(["coalition S", f"v(S), {report.unit}"], rows)


def _tasks(report: LabReport) -> str:
    names = [_cell(player) for player in report.players]
    blank = [["", ""] for _ in names]
    return "\n\n".join(
        [
            "Choose an order of arrival. What does each player add?",
            _table(["arrives", "adds"], blank),
            "Repeat it with other orders: the Shapley value is the mean over all of them. Your "
            "guess:",
            _table(["player", "guess of φ"], [[name, ""] for name in names]),
        ]
    )


def _question(number: int, card: Card) -> str:
    options = "\n".join(f"- [ ] {_cell(option)}" for option in card.options)
    return f"**{number}.** {_cell(card.question)}\n\n{options}"


def _solution(number: int, card: Card) -> str:
    columns = list(card.numbers[0])
    rows = [[_cell(str(row[column])) for column in columns] for row in card.numbers]
    answer = _cell(card.options[card.answer])
    return f"**{number}.** {answer}. {_cell(card.because)}\n\n{_table(columns, rows)}"


def _value_table(report: LabReport) -> str:
    columns = (report.shapley_values, report.banzhaf_values, report.leave_one_out)
    rows = [
        [_cell(player), *(f"{value + 0.0:.4f}" for value in values)]
        for player, *values in zip(report.players, *columns, strict=True)
    ]
    estimate = report.estimate
    errors = estimate.standard_error
    spreads = [f"{error:.4f}" for error in errors] if errors else ["?"] * len(rows)
    for row, value, spread in zip(rows, estimate.values, spreads, strict=True):
        row.append(f"{value:.4f} ± {spread}")
    sampled = f"φ by {estimate.method}, {estimate.evaluations} evaluations"
    return _table(["player", "φ exact", "Banzhaf", "lost if it leaves", sampled], rows)


def _interaction_table(report: LabReport) -> str:
    names = [_cell(player) for player in report.players]
    rows = [
        [name, *(f"{value + 0.0:.4f}" if i != j else "" for j, value in enumerate(row))]
        for i, (name, row) in enumerate(zip(names, report.interactions, strict=True))
    ]
    return _table(["", *names], rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """Return text that is only text in Markdown: a context may hold anything."""
    plain = one_line(text)
    for mark in ("\\", "|", "`", "*", "_", "[", "]", "<"):
        plain = plain.replace(mark, f"\\{mark}")
    return plain
