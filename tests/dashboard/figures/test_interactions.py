import pytest

from dashboard.figures.interactions import Pairs, all_pairs, interaction_chart, strongest


def pairs(matrix, contexts=(0, 1, 2)):
    return Pairs("prediction", list(contexts), matrix)


MATRIX = [[0, 0.2, -0.3], [0.2, 0, 0.05], [-0.3, 0.05, 0]]


def test_there_is_a_map_for_each_game_played(explained):
    assert [one.game for one in all_pairs(explained().explanation)] == [
        "prediction",
        "text side",
        "image side",
    ]
    assert [one.game for one in all_pairs(explained(image=False).explanation)] == [
        "prediction",
        "text side",
    ]
    assert all_pairs(explained(contexts=()).explanation) == []


def test_the_map_is_symmetric_about_an_empty_diagonal_with_zero_in_the_middle():
    (trace,) = interaction_chart(pairs(MATRIX)).figure.data

    assert [trace.z[k][k] for k in range(3)] == [None] * 3
    assert trace.z[0][2] == trace.z[2][0] == -0.3
    assert trace.zmax == -trace.zmin == pytest.approx(0.3)


def test_small_maps_carry_their_numbers_and_large_ones_do_not():
    small = interaction_chart(pairs(MATRIX)).figure
    large = interaction_chart(pairs([[0.0] * 7] * 7, range(7))).figure

    assert [a.text for a in small.layout.annotations][:2] == ["+0.20", "−0.30"]
    assert not large.layout.annotations


def test_the_strongest_synergy_and_redundancy_are_named_by_their_contexts():
    said = strongest(pairs(MATRIX, (0, 2, 3)))

    assert "Contexts 1 and 3 help each other most" in said
    assert "0.20 more" in said
    assert "Contexts 1 and 4 repeat each other most" in said
    assert "0.30 less" in said


def test_only_what_is_there_is_named():
    assert "help" not in strongest(pairs([[0, -0.3], [-0.3, 0]], (0, 1)))
    assert strongest(pairs([[0, 0], [0, 0]], (0, 1))).startswith("No two contexts interact")


def test_context_numbers_are_those_of_the_record(explained):
    game = all_pairs(explained(off=[0]).explanation)[0]

    assert list(interaction_chart(game).table.columns) == ["2", "3"]
