import pytest

from core.contexts.caption import caption
from core.contexts.detector import Detection
from core.contexts.imagenet import Kind, Tag, TagSummary

BUILDING = Kind("building", "place")
CLOTHING = Kind("clothing", "worn")
DOG = Kind("dog", "animal")
LEFT, MIDDLE, RIGHT = (0.0, 0.2, 0.3, 0.9), (0.35, 0.2, 0.6, 0.9), (0.7, 0.2, 1.0, 0.9)


def seen(label, box=MIDDLE):
    return Detection(label, 0.8, box)


def believed(*tags, kind=None):
    return TagSummary(kind, tags)


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        ([seen("person")], "a person"),
        ([seen("person", LEFT), seen("person", RIGHT)], "two people"),
        ([seen("person", LEFT), seen("car", RIGHT)], "a person near a car"),
        (
            [seen("person"), seen("tie", (0.45, 0.3, 0.5, 0.5)), seen("horse", (0.2, 0.5, 0.7, 1))],
            "a person wearing a tie on a horse",
        ),
        ([seen("person")] * 4, "a group of people"),
        ([seen("person")] * 9, "a crowd of people"),
        ([seen("dog", LEFT), seen("cat", (0.7, 0.2, 0.9, 0.9))], "a dog and a cat"),
        ([seen("sheep", LEFT)] * 5, "several sheep"),
    ],
)
def test_objects_are_put_into_a_caption(detections, expected):
    assert caption(detections, None) == (expected, ("objects",))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (believed(Tag("castle", 0.7, BUILDING)), "a person near a castle"),
        (believed(Tag("castle", 0.3, BUILDING)), "a person near what may be a castle"),
        (believed(Tag("suit", 0.8, CLOTHING)), "a person wearing a suit"),
        (believed(Tag("tripod", 0.8)), "a person with a tripod"),
        (believed(Tag("web page", 0.8, Kind("page of text", "page"))), "a person on a web page"),
        (
            believed(
                Tag("castle", 0.1, BUILDING), kind=Tag("landscape", 0.6, Kind("landscape", "place"))
            ),
            "a person in a landscape",
        ),
    ],
)
def test_a_tag_joins_the_objects_by_its_role(tags, expected):
    assert caption([seen("person")], tags) == (expected, ("objects", "tags"))


@pytest.mark.parametrize(
    "tags",
    [
        believed(Tag("castle", 0.15, BUILDING)),
        believed(Tag("tripod", 0.4)),
        believed(Tag("person", 0.9)),
        believed(Tag("suit", 0.1, CLOTHING), kind=Tag("clothing", 0.9, CLOTHING)),
    ],
)
def test_a_doubtful_or_repeated_tag_is_left_out(tags):
    assert caption([seen("person")], tags) == ("a person", ("objects",))


def test_an_animal_that_the_detector_named_is_not_named_again_by_its_breed():
    assert caption([seen("cat")], believed(Tag("beagle", 0.9, DOG)))[0] == "a cat"


def test_tags_alone_make_a_caption_of_the_kind_and_its_likely_members():
    tags = believed(
        Tag("palace", 0.4, BUILDING),
        Tag("dam", 0.15),
        Tag("castle", 0.15, BUILDING),
        kind=Tag("building", 0.7, BUILDING),
    )

    assert caption([], tags) == ("a building that looks like a palace or a castle", ("tags",))


def test_nothing_recognised_makes_no_caption():
    assert caption([], None) == ("", ())
    assert caption([], believed(Tag("castle", 0.1, BUILDING))) == ("", ())
