"""The label of a post, or the relation of its marked pair, among all its rivals."""

from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from core.records import Label
from dashboard.figures.drawing import OUTLINE, SUPPORTS, Drawing, layout, name_row, write
from dashboard.figures.findings import between, plain_name

NO_RELATION = "None"  # as the relations name it
MOST_SHOWN = 6
ROW_PIXELS = 42
BAR_OFFSET = 0.22  # bars lie under their name


class Rival(NamedTuple):
    """A label, or several together, with their probability."""

    name: str
    probability: float
    labels: int = 1


def rivals(label: Label) -> list[Rival]:
    """Return the likeliest labels, "None" always among them, then all others as one."""
    ranked = sorted(label.probabilities.items(), key=lambda item: -item[1])
    shown = ranked[:MOST_SHOWN]
    if NO_RELATION in label.probabilities and NO_RELATION not in dict(shown):
        shown[-1] = (NO_RELATION, label.probabilities[NO_RELATION])
    rest = [value for name, value in ranked if name not in dict(shown)]
    made = [Rival(name, value) for name, value in shown]
    return [*made, Rival(f"{len(rest)} others", sum(rest), len(rest))] if rest else made


def label_chart(label: Label) -> Drawing:
    """Draw how probable the likeliest labels are; the table has all of them."""
    shown = rivals(label)
    figure = go.Figure(
        go.Bar(
            x=[rival.probability for rival in shown],
            y=[row + BAR_OFFSET for row in range(len(shown))],
            orientation="h",
            width=0.3,
            marker={
                "color": [SUPPORTS if rival.name == label.name else OUTLINE for rival in shown],
                "cornerradius": 3,
            },
            hoverinfo="skip",
        )
    )
    for row, rival in enumerate(shown):
        name_row(figure, row - 0.2, plain_name(rival.name), between(rival.name))
        write(figure, 1, row - 0.2, f"{rival.probability:.2f}")
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(range=[len(shown) - 0.45, -0.55], visible=False, fixedrange=True)
    figure.update_layout(**layout(height=16 + ROW_PIXELS * len(shown)))
    said = ", ".join(f"{plain_name(rival.name)} {rival.probability:.2f}" for rival in shown)
    return Drawing(figure, f"Probability of each label: {said}.", label_table(label))


def label_table(label: Label) -> pd.DataFrame:
    """Return one row per label with its probability, the likeliest first."""
    ranked = sorted(label.probabilities.items(), key=lambda item: -item[1])
    rows = [[plain_name(name), between(name), value] for name, value in ranked]
    return pd.DataFrame(rows, columns=["label", "joins", "probability"])
