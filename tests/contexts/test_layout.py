import pytest

from core.contexts.detector import Detection
from core.contexts.layout import by_label, place_of, relation_of

PERSON = Detection("person", 0.9, (0.3, 0.1, 0.6, 0.9))


def thing(label, *box):
    return Detection(label, 0.8, box)


def test_groups_come_in_the_order_of_the_share_of_the_photo_they_cover():
    small, large = thing("cup", 0, 0, 0.1, 0.1), thing("dog", 0, 0, 0.5, 0.5)

    assert by_label([small, large, small]) == [[large], [small, small]]


@pytest.mark.parametrize(
    ("boxes", "place"),
    [
        ([(0.0, 0.2, 0.3, 0.6)], "on the left"),
        ([(0.4, 0.2, 0.6, 0.6)], "in the middle"),
        ([(0.7, 0.2, 0.9, 0.6)], "on the right"),
        ([(0.0, 0.0, 1.0, 0.9)], ""),
        ([(0.0, 0.2, 0.2, 0.6), (0.8, 0.2, 1.0, 0.6)], "across the photo"),
        ([(0.0, 0.2, 0.2, 0.6), (0.2, 0.2, 0.4, 0.6)], "on the left"),
    ],
)
def test_place_is_read_off_the_boxes(boxes, place):
    assert place_of([thing("dog", *box) for box in boxes]) == place


@pytest.mark.parametrize(
    ("other", "relation"),
    [
        (thing("tie", 0.42, 0.3, 0.48, 0.5), "wearing"),
        (thing("cell phone", 0.5, 0.3, 0.58, 0.4), "with"),
        (thing("cell phone", 0.8, 0.3, 0.9, 0.4), "near"),
        (thing("horse", 0.2, 0.5, 0.7, 1.0), "on"),
        (thing("horse", 0.7, 0.5, 1.0, 1.0), "near"),
        (thing("car", 0.35, 0.4, 0.55, 0.6), "near"),
        (thing("chair", 0.35, 0.2, 0.55, 0.4), "near"),
    ],
)
def test_relation_follows_from_where_the_thing_is(other, relation):
    assert relation_of(other, [PERSON]) == relation
