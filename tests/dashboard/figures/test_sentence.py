import re

from core.datasets.samples import SampleEntity
from dashboard.figures.sentence import MOST_WORDS, judge, sentence_html, sentence_table

TEXT = "Anna sees the Eiffel Tower !"


def gold(text, type):
    start = TEXT.index(text)
    return SampleEntity(text=text, type=type, start=start, end=start + len(text))


def test_every_word_is_shown_once_in_order(make_record):
    shown = re.findall(r'class="sc-text">([^<]*)<', sentence_html(make_record()))

    assert shown == TEXT.split()


def test_markup_in_the_sentence_is_shown_letter_by_letter(make_record):
    record = make_record("<script>alert(1)</script> & <b>bold</b>", entities=[(0, 1, "PER", None)])

    drawn = sentence_html(record)
    assert "<script" not in drawn
    assert "<b>bold" not in drawn
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn


def test_a_solid_line_stands_without_contexts_and_a_dashed_one_needs_them(make_record):
    drawn = sentence_html(make_record())

    assert re.search(r'sc-solid sc-PER"[^>]*found without contexts as well', drawn)
    assert re.search(r'sc-dashed sc-LOC"[^>]*found only with the contexts', drawn)


def test_each_word_has_its_gate_as_a_bar_and_without_an_image_none_has(make_record):
    record = make_record()

    widths = re.findall(r'sc-gate"><span style="width:(\d+)%', sentence_html(record))
    assert [int(width) for width in widths] == [round(100 * gate) for gate in record.gates.text]
    assert "sc-gate" not in sentence_html(make_record(image=False))


def test_words_that_touch_in_the_text_touch_on_the_page(make_record):
    apart = make_record("ab cd", entities=[])
    first, second = apart.post.tokens
    closer = second.model_copy(update={"start": first.end, "end": first.end + 2})
    post = apart.post.model_copy(update={"text": "abcd", "tokens": [first, closer]})

    assert "sc-joined" in sentence_html(apart.model_copy(update={"post": post}))
    assert "sc-joined" not in sentence_html(apart)


def test_the_browser_decides_the_direction_of_the_sentence(make_record):
    assert 'dir="auto"' in sentence_html(make_record("برج إيفل في باريس", entities=[]))


def test_a_very_long_sentence_says_how_many_words_are_not_drawn(make_record):
    drawn = sentence_html(make_record("word " * (MOST_WORDS + 1234), entities=[]))

    assert drawn.count("sc-text") == MOST_WORDS
    assert "1,234 more words" in drawn


def test_gold_marks_predictions_right_or_wrong(make_record):
    drawn = sentence_html(make_record(), [gold("Anna", "PER"), gold("Eiffel", "LOC")])

    assert drawn.count("✓") == 1
    assert drawn.count("✗") == 1


def test_predictions_are_judged_by_span_and_type(make_record):
    predicted = make_record().entities  # Anna PER, Eiffel Tower LOC

    found = judge(predicted, [gold("Anna", "ORG"), gold("Tower", "LOC"), gold("sees", "MISC")])
    assert [entity.outcome for entity in found] == ["wrong type", "wrong span", "missed"]
    assert [entity.outcome for entity in judge(predicted, [gold("Eiffel Tower", "LOC")])] == [
        "right",
        "not gold",
    ]
    assert judge([], []) == []


def test_the_table_has_a_row_for_each_word_with_its_entity(make_record):
    table = sentence_table(make_record())

    assert list(table["word"]) == TEXT.split()
    assert list(table["entity"]) == ["PER", "", "", "LOC", "LOC", ""]
    assert table["probability"][3] == 0.9
    assert sentence_table(make_record(image=False))["gate"].isna().all()
