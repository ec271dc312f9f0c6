import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.tokens import tokenize
from dashboard.figures.arcs import place_arcs, place_words

WIDTH = 400.0
TEXT = "Anna and Bruno met the mayor of Paris in a small café near Gare du Nord , then left " * 2


def drawn(seed, arcs):
    """Arcs between words of a long sentence, chosen by chance."""
    tokens, choose = tokenize(TEXT), random.Random(seed)
    starts = sorted(choose.sample(range(0, len(tokens) - 2, 2), 10))
    spans = [(start, start + choose.choice((1, 2))) for start in starts]
    ends = [tuple(choose.sample(spans, 2)) for _ in range(arcs)]
    names = ["x" * choose.randrange(1, 24) for _ in ends]
    boxes = place_words(tokens, spans, WIDTH)
    return boxes, ends, place_arcs(ends, names, boxes, WIDTH)


many = settings(max_examples=60)


@many
@given(seed=st.integers(0, 10_000), arcs=st.integers(1, 14))
def test_every_arc_is_named_once_and_comes_down_to_head_and_tail(seed, arcs):
    boxes, ends, pieces = drawn(seed, arcs)

    for arc, spans in enumerate(ends):
        own = [piece for piece in pieces if piece.arc == arc]
        assert sum(piece.name_width > 0 for piece in own) == 1
        feet = {
            end: (piece.line, x)
            for piece in own
            for x, end in zip((piece.left, piece.right), piece.ends, strict=True)
            if end is not None
        }
        for end in (0, 1):
            line, x = feet[end]
            words = [boxes[word] for word in range(*spans[end]) if boxes[word].line == line]
            assert words[0].left <= x <= words[-1].right


@many
@given(seed=st.integers(0, 10_000), arcs=st.integers(1, 14))
def test_names_stay_inside_the_drawing_and_arcs_go_to_the_right(seed, arcs):
    _, _, pieces = drawn(seed, arcs)

    for piece in pieces:
        low, high = piece.extent(WIDTH)
        assert 0 <= low <= high <= WIDTH
        assert piece.left <= piece.right


def test_words_follow_one_another_and_no_line_is_too_long():
    tokens = tokenize(TEXT + "Donaudampfschifffahrtsgesellschaft" * 4)
    boxes = place_words(tokens, [(0, 1), (9, 12)], WIDTH)

    for one, other in pairwise(boxes):
        assert (other.line, other.left) >= (one.line, one.right) or other.line == one.line + 1
    assert all(box.right <= WIDTH + 1e-6 for box in boxes)
    assert boxes[-1].line >= 2


def test_what_touches_in_the_text_is_not_broken():
    tokens = tokenize("word " * 12 + "#travel " * 6)
    boxes = place_words(tokens, [], WIDTH)

    for place, token in enumerate(tokens):
        if token.text == "#":
            assert boxes[place].line == boxes[place + 1].line


def test_an_arc_between_lines_leaves_one_and_enters_the_other():
    tokens = tokenize("Anna " + "word " * 40 + "Paris")
    boxes = place_words(tokens, [(0, 1), (41, 42)], WIDTH)
    pieces = place_arcs([((0, 1), (41, 42))], ["lives in"], boxes, WIDTH)

    assert [piece.line for piece in sorted(pieces, key=lambda one: one.line)] == list(
        range(boxes[-1].line + 1)
    )
    first, *_, last = sorted(pieces, key=lambda one: one.line)
    assert (first.ends, first.right) == ((0, None), WIDTH)
    assert (last.ends, last.left) == ((None, 1), 0.0)


def test_arcs_side_by_side_share_a_lane_and_nested_ones_do_not():
    tokens = tokenize("Anna meets Bruno in Paris with Clara")
    spans = [(0, 1), (2, 3), (4, 5), (6, 7)]
    boxes = place_words(tokens, spans, 4 * WIDTH)
    ends = [(spans[0], spans[1]), (spans[2], spans[3]), (spans[0], spans[3])]
    lanes = {piece.arc: piece.lane for piece in place_arcs(ends, ["a"] * 3, boxes, 4 * WIDTH)}

    assert lanes == {0: 0, 1: 0, 2: 1}
