import re
import xml.etree.ElementTree as ET

import pytest

from core.records import Outcome, Relation
from dashboard.figures.relations import relation_arcs, relation_list, relation_table

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def record(make_record):
    relation = Relation(head=0, tail=1, type="/per/loc/place_of_residence", score=0.83)
    return make_record().model_copy(update={"relations": [relation]})


def parts(svg, tag):
    """Elements of a drawing, which has to be well-formed to be parsed."""
    return list(ET.fromstring(svg).iter(SVG + tag))


def test_the_drawing_has_every_word_the_types_and_the_relation(record):
    drawn = relation_arcs(record, directed=True)
    texts = ["".join(text.itertext()) for text in parts(drawn.svg, "text")]

    assert texts[:6] == record.post.text.split()
    assert texts[6:] == ["PER", "LOC", "place of residence 0.83"]


def test_an_arrow_leads_to_the_tail_and_a_plain_line_has_none(record):
    def tips(drawn):
        return [one for one in parts(drawn.svg, "path") if one.get("class") == "sc-tip"]

    (tip,) = tips(relation_arcs(record, directed=True))
    back = record.relations[0].model_copy(update={"head": 1, "tail": 0})
    (other,) = tips(relation_arcs(record.model_copy(update={"relations": [back]}), directed=True))
    x = [float(re.match(r"M([\d.]+)", one.get("d"))[1]) for one in (tip, other)]
    assert x[0] > x[1]
    assert tips(relation_arcs(record, directed=False)) == []


def test_a_relation_that_needs_the_contexts_is_dashed(record):
    def is_dashed(without):
        drawn = relation_arcs(
            record.model_copy(update={"without_contexts": without}), directed=True
        )
        return "sc-dashed" in drawn.svg

    alike = Outcome(entities=record.entities, relations=record.relations)
    assert not is_dashed(None)
    assert not is_dashed(alike)
    assert is_dashed(alike.model_copy(update={"relations": []}))


def test_words_in_alt_and_table_say_the_same(record):
    drawn = relation_arcs(record, directed=True)

    assert drawn.alt == (
        "Relations in the sentence. Anna to Eiffel Tower: place of residence, probability 0.83."
    )
    assert drawn.table.iloc[0].tolist() == [
        "Anna", "Eiffel Tower", "place of residence", "per → loc", 0.83, "–",
    ]  # fmt: skip
    assert list(relation_table(record, directed=False).columns[:2]) == ["one name", "other name"]


def test_markup_is_shown_letter_by_letter(make_record):
    text = '<script>alert(1)</script> & "quoted" *bold* $x$'
    record = make_record(text, entities=[(0, 1, "PER", None), (2, 3, "LOC", None)])
    relation = Relation(head=0, tail=1, type="<b>of</b>")
    record = record.model_copy(update={"relations": [relation]})
    drawn, listed = (
        relation_arcs(record, directed=True).svg,
        relation_list(record, directed=True),
    )

    texts = ["".join(text.itertext()) for text in parts(drawn, "text")]
    assert texts[:5] == text.split()
    assert "<script" not in drawn + listed
    assert "<b>of" not in drawn + listed


def test_a_drawing_is_one_line_so_that_markdown_leaves_it_alone(record):
    assert "\n" not in relation_arcs(record, directed=True).svg


def test_a_sentence_from_the_right_begins_at_the_right(make_record):
    record = make_record("برج إيفل في باريس", entities=[(0, 2, "LOC", None), (3, 4, "LOC", None)])
    relation = Relation(head=0, tail=1, type="locate_at")
    drawn = relation_arcs(record.model_copy(update={"relations": [relation]}), directed=True)
    places = [float(text.get("x")) for text in parts(drawn.svg, "text")][:4]

    assert places == sorted(places, reverse=True)


def test_marked_names_are_called_head_and_tail_and_may_share_words(make_record):
    record = make_record(entities=[(2, 5, "", None), (3, 5, "", None)])
    record = record.model_copy(update={"relations": [Relation(head=0, tail=1, type="part_of")]})
    texts = [
        "".join(text.itertext()) for text in parts(relation_arcs(record, directed=True).svg, "text")
    ]

    assert texts[6:8] == ["head", "tail"]


def test_the_list_says_each_relation(record):
    said = re.sub(r"<[^>]+>", "", relation_list(record, directed=True))
    assert said == "Anna → Eiffel Tower place of residence 0.83"
    assert "Anna – Eiffel" in re.sub(r"<[^>]+>", "", relation_list(record, directed=False))
