import pytest

from core.records import Label
from dashboard.figures.labels import label_chart, rivals


@pytest.fixture
def relation():
    shares = {f"/per/per/r{number}": (20 - number) / 200 for number in range(19)}
    shares["None"] = 1 - sum(shares.values())
    return Label(name="/per/per/r0", probabilities=shares)


def test_few_labels_are_all_shown_likeliest_first():
    label = Label(name="good", probabilities={"bad": 0.2, "good": 0.7, "so": 0.1})

    assert [rival.name for rival in rivals(label)] == ["good", "bad", "so"]


def test_none_is_shown_however_unlikely_and_the_rest_is_one_bar(relation):
    shown = rivals(relation)

    assert [rival.name for rival in shown] == [
        "/per/per/r0", "/per/per/r1", "/per/per/r2", "/per/per/r3", "/per/per/r4", "None",
        "14 others",
    ]  # fmt: skip
    assert sum(rival.probability for rival in shown) == pytest.approx(1)
    assert sum(rival.labels for rival in shown) == 20


def test_the_figure_and_its_words_say_the_same_and_the_table_has_all(relation):
    drawing = label_chart(relation)

    assert list(drawing.figure.data[0].x) == [rival.probability for rival in rivals(relation)]
    assert "r0 0.10" in drawing.alt
    assert "14 others" in drawing.alt
    assert len(drawing.table) == 20
    assert drawing.table["probability"].sum() == pytest.approx(1)


def test_only_the_label_given_is_in_colour(relation):
    colours = label_chart(relation).figure.data[0].marker.color

    assert colours[0] != colours[1]
    assert len(set(colours[1:])) == 1
