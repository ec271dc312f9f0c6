from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.figures.lanes import Piece, in_lanes

WIDTH = 300.0


@st.composite
def pieces(draw):
    made = []
    for arc in range(draw(st.integers(0, 16))):
        left, right = sorted(draw(st.tuples(st.floats(0, WIDTH), st.floats(0, WIDTH))))
        ends = draw(st.sampled_from([(0, 1), (1, 0), (0, None), (None, 1), (None, None)]))
        name = draw(st.sampled_from([0.0, 20.0, 90.0, 400.0]))
        made.append(Piece(arc, draw(st.integers(0, 2)), left, right, ends, name))
    return made


@settings(max_examples=100)
@given(pieces())
def test_no_two_arcs_or_names_of_one_lane_touch(given_pieces):
    placed = in_lanes(given_pieces, WIDTH)

    assert sorted(piece.arc for piece in placed) == [piece.arc for piece in given_pieces]
    for one, other in combinations(placed, 2):
        if (one.line, one.lane) == (other.line, other.lane):
            for extent in (Piece.extent, Piece.name_range):
                (left, right), (low, high) = extent(one, WIDTH), extent(other, WIDTH)
                assert right <= low or high <= left


@settings(max_examples=100)
@given(pieces())
def test_lanes_are_filled_from_below(given_pieces):
    placed = in_lanes(given_pieces, WIDTH)

    for line in {piece.line for piece in placed}:
        lanes = {piece.lane for piece in placed if piece.line == line}
        assert lanes == set(range(len(lanes)))


def test_a_name_is_not_cut_by_the_leg_of_an_arc_above_where_that_can_be():
    short = Piece(0, 0, 100.0, 110.0, (0, 1), 60.0)  # its name reaches from 75 to 135
    long = Piece(1, 0, 120.0, 290.0, (0, 1), 40.0)
    lanes = {piece.arc: piece.lane for piece in in_lanes([short, long], WIDTH)}

    # The long one cannot be in lane 0, and in lane 1 its leg runs through the name: no better way.
    assert lanes == {0: 0, 1: 1}
    apart = Piece(1, 0, 140.0, 290.0, (0, 1), 40.0)
    assert {piece.lane for piece in in_lanes([short, apart], WIDTH)} == {0}


def test_a_name_at_the_edge_stays_inside():
    piece = Piece(0, 0, 0.0, 10.0, (0, 1), 80.0)

    assert piece.name_range(WIDTH) == (0.0, 80.0)
    assert piece.extent(WIDTH) == (0.0, 80.0)
    assert Piece(0, 0, 0.0, 10.0, (0, 1), 900.0).name_range(WIDTH) == (0.0, WIDTH)
