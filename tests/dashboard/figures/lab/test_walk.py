import pytest

from core.lab.games import typed_game
from core.lab.walk import walk
from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.lab.walk import walk_chart

GAME = typed_game([0, 4, 6, 8, 0, 2, 9, 7])  # C lowers what the others earn


def draw(arrived, order=(0, 1, 2)):
    return walk_chart(GAME.players, walk(GAME, order), arrived, GAME.values)


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_each_bar_begins_where_the_one_before_ended():
    bar = draw(3).figure.data[0]

    assert list(bar.base) == [0, 4, 8]
    assert list(bar.x) == [4, 4, -1]
    assert [base + x for base, x in zip(bar.base, bar.x, strict=True)] == [4, 8, 7]


def test_an_arrival_that_takes_away_is_orange_and_hatched():
    bar = draw(3).figure.data[0]

    assert list(bar.marker.color) == [SUPPORTS, SUPPORTS, OPPOSES]
    assert bar.marker.pattern.shape[2] == "/"
    assert "−1.00" in words(draw(3).figure)


def test_who_has_not_arrived_is_not_named():
    figure = draw(1, order=(2, 0, 1)).figure

    assert "<b>3</b>  C" in words(figure)
    assert "<b>1</b>  A" not in words(figure)
    assert words(figure).count("not here yet") == 2


@pytest.mark.parametrize("arrived", [0, 1, 3])
def test_the_scale_never_moves(arrived):
    assert draw(arrived).figure.layout.xaxis.range == draw(2).figure.layout.xaxis.range
    assert draw(arrived).figure.layout.height == draw(2).figure.layout.height


def test_before_the_first_arrival_the_words_say_so():
    assert "Nobody has arrived" in draw(0).alt
    assert draw(0).table.empty


def test_the_table_holds_the_arrivals_and_ends_at_the_value_of_everybody():
    table = draw(3).table

    assert list(table["player"]) == ["A", "B", "C"]
    assert table["v after"].iloc[-1] == GAME.grand
    assert table["adds"].sum() == GAME.grand
