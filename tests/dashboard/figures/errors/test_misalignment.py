import numpy as np
import pandas as pd
import pytest

from dashboard.figures.errors.misalignment import (
    BRIGHT,
    CORNERS,
    DIMMED,
    MOST_DRAWN,
    misalignment_map,
    sample,
)

COUNTS = {"fits both": 1, "fits the text only": 1, "fits the photo only": 0, "fits neither": 1}


def posts(number=3):
    outcomes = ["right", "wrong", "right"]
    return pd.DataFrame(
        {
            "id": [f"post-{place}" for place in range(number)],
            "margin_text": np.linspace(-1, 2, number),
            "margin_image": np.linspace(-2, 2, number)[::-1],
            "outcome": [outcomes[place % 3] for place in range(number)],
            "gate": [0.0, 1.0, None][:number] if number == 3 else [0.5] * number,
        }
    )


def test_the_page_and_the_analysis_name_the_same_quadrants():
    from core.analysis.misalignment import QUADRANTS

    assert tuple(CORNERS) == QUADRANTS


def test_each_outcome_has_its_colour_and_its_symbol():
    figure = misalignment_map(posts(), thresholds=(0, 0), quadrants=COUNTS).figure
    right, wrong = figure.data

    assert (right.name, wrong.name) == ("● right", "✕ wrong")
    assert right.marker.symbol != wrong.marker.symbol
    assert [data[0] for data in right.customdata] == ["post-0", "post-2"]


def test_a_wider_gate_is_a_larger_mark_and_an_unknown_one_lies_between():
    right, wrong = misalignment_map(posts(), thresholds=(0, 0), quadrants=COUNTS).figure.data

    assert right.marker.size[0] < right.marker.size[1] < wrong.marker.size[0]


def test_thresholds_are_dashed_and_always_within_the_axes():
    figure = misalignment_map(posts(), thresholds=(5, -6), quadrants=COUNTS).figure

    assert [shape.line.dash for shape in figure.layout.shapes] == ["dash", "dash"]
    assert figure.layout.xaxis.range[1] > 5
    assert figure.layout.yaxis.range[0] < -6


def test_quadrants_carry_their_counts_in_words_and_as_a_table():
    drawing = misalignment_map(posts(), thresholds=(0, 0), quadrants=COUNTS)

    assert "<b>fits both</b> 1" in [a.text for a in drawing.figure.layout.annotations]
    assert "fits neither: 1" in drawing.alt
    assert list(drawing.table["posts"]) == [1, 1, 0, 1]
    assert drawing.table["share"].sum() == pytest.approx(1)


def test_what_is_not_selected_is_dimmed():
    chosen = np.array([True, False, False])
    right, wrong = misalignment_map(
        posts(), thresholds=(0, 0), quadrants=COUNTS, chosen=chosen
    ).figure.data

    assert right.marker.opacity == pytest.approx([BRIGHT, DIMMED])
    assert wrong.marker.opacity == pytest.approx([DIMMED])


def test_of_very_many_posts_a_part_is_drawn_every_outcome_alike():
    many = posts(30_000)
    drawn = sample(many, MOST_DRAWN)
    shares = many["outcome"].iloc[drawn].value_counts(normalize=True)

    assert len(drawn) == pytest.approx(MOST_DRAWN, abs=2)
    assert len(set(drawn)) == len(drawn)
    assert shares["right"] == pytest.approx(2 / 3, abs=0.01)


def test_a_rare_outcome_is_never_left_out():
    many = posts(30_000)
    many.loc[7, "outcome"] = "partly"

    assert 7 in sample(many, 100)


def test_few_posts_are_all_drawn():
    assert sample(posts(), 10).tolist() == [0, 1, 2]
