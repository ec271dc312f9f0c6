import pytest

from core.contexts.detector import Detection
from core.contexts.imagenet import Kind, Tag, TagSummary
from core.contexts.look import Look
from core.contexts.sentences import Evidence, describe, layout_sentence, tag_sentence, text_sentence

CAT = Kind("cat", "animal")
LEFT, RIGHT, EVERYWHERE = (0.0, 0.3, 0.3, 0.8), (0.7, 0.3, 1.0, 0.8), (0.0, 0.0, 1.0, 0.9)


def seen(label, box):
    return Detection(label, 0.8, box)


def text_of(sentence):
    return sentence.text if sentence else None


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        ([], None),
        ([seen("dog", LEFT)], "A dog is on the left."),
        ([seen("dog", LEFT)] * 2, "Two dogs are on the left."),
        ([seen("cat", EVERYWHERE)], "A cat fills most of the photo."),
        ([seen("dog", LEFT), seen("cat", LEFT)], "A dog and a cat are on the left."),
        (
            [seen("bed", EVERYWHERE), seen("cup", LEFT), seen("person", (0.8, 0.3, 1, 0.8))],
            "A bed fills most of the photo, a cup is on the left and a person is on the right.",
        ),
    ],
)
def test_layout_says_how_many_of_what_are_where(detections, expected):
    assert text_of(layout_sentence(detections)) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (None, None),
        (TagSummary(None, (Tag("espresso", 0.9),)), "The photo shows an espresso."),
        (
            TagSummary(None, (Tag("suit", 0.4), Tag("bridegroom", 0.3))),
            "The photo may show a suit or a bridegroom.",
        ),
        (
            TagSummary(Tag("cat", 0.8, CAT), (Tag("tabby cat", 0.4, CAT), Tag("lynx", 0.3))),
            "The photo shows a cat, perhaps a tabby cat.",
        ),
        (TagSummary(Tag("cat", 0.8, CAT), (Tag("tabby cat", 0.1, CAT),)), "The photo shows a cat."),
        (TagSummary(Tag("cat", 0.1, CAT), (Tag("tabby cat", 0.1, CAT),)), None),
        (TagSummary(Tag("cat", 0.8, CAT), (Tag("cat", 0.4, CAT),)), "The photo shows a cat."),
    ],
)
def test_tags_are_said_as_surely_as_they_are_believed(tags, expected):
    assert text_of(tag_sentence(tags)) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], None),
        (["EXIT"], "The word “EXIT” is written in the photo."),
        (["Sale ends", "Friday"], "The words “Sale ends Friday” are written in the photo."),
    ],
)
def test_text_is_quoted_as_one_word_or_several(lines, expected):
    assert text_of(text_sentence(lines)) == expected


def test_each_sentence_names_what_it_was_built_from():
    evidence = Evidence(
        detections=(seen("cat", LEFT),),
        tags=TagSummary(None, (Tag("tripod", 0.9),)),
        lines=("EXIT",),
        look=Look(is_monochrome=True),
    )

    assert [(s.text, s.sources) for s in describe(evidence)] == [
        ("A black and white photo of a cat with a tripod.", ("objects", "tags", "look")),
        ("A cat is on the left.", ("objects",)),
        ("The photo shows a tripod.", ("tags",)),
        ("The word “EXIT” is written in the photo.", ("text",)),
    ]


def test_a_bare_noun_is_called_a_photo():
    assert describe(Evidence(detections=(seen("cat", LEFT),)))[0].text == "A photo of a cat."


def test_a_plain_picture_gets_the_one_true_sentence():
    found = describe(Evidence(look=Look(plain_color="white")))

    assert [s.text for s in found] == ["The picture is plain white, with nothing to see in it."]
    assert found[0].sources == ("look",)


def test_no_evidence_gives_no_sentence():
    assert describe(Evidence()) == []
    assert describe(Evidence(look=Look(is_monochrome=True))) == []
