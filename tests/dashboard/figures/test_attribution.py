import re

import pytest

from dashboard.figures.attribution import (
    attribution_table,
    contexts_html,
    largest_share,
    sentence_html,
    totals,
)


def parts(drawn):
    return re.findall(r'sc-text (sc-\w+)" style="--sc-share:(\d+)%">(.*?)</span>', drawn)


def test_words_are_coloured_by_sign_and_by_their_share_of_the_largest(explained):
    record = explained()
    words = parts(sentence_html(record, record.attributions[0]))

    assert words[0] == ("sc-supports", "100", "Anna")
    assert words[1] == ("sc-opposes", "50", "sees")
    assert words[2][1] == "0"


def test_the_sign_is_written_as_well(explained):
    record = explained()
    drawn = sentence_html(record, record.attributions[0])

    assert '<span class="sc-sign">+0.50</span>' in drawn
    assert '<span class="sc-sign">−0.25</span>' in drawn


def test_only_the_words_of_the_entity_are_outlined(explained):
    record = explained()

    assert sentence_html(record, record.attributions[0]).count("sc-target") == 1


def test_every_context_that_was_read_has_its_words_and_their_sum(explained):
    record = explained(off=[1])
    drawn = contexts_html(record, record.attributions[0])

    assert drawn.count("<li>") == 2
    assert "Σ +0.12" in drawn
    assert "<b>2</b>" not in drawn


def test_the_shares_of_all_parts_are_added_up(explained):
    record = explained()

    assert totals(record.attributions[0]) == pytest.approx(
        {"sentence": 0.25, "contexts": 0.375, "photo": -0.3}
    )
    assert set(totals(explained(image=False, contexts=()).attributions[0])) == {"sentence"}


def test_the_table_has_a_row_for_every_word_and_region(explained):
    record = explained()
    table = attribution_table(record, record.attributions[0])

    assert len(table) == 6 + 3 + 9
    assert table["share"].sum() == pytest.approx(0.25 + 0.375 - 0.3)


def test_without_any_share_nothing_is_coloured(explained):
    record = explained()
    nothing = record.attributions[0].model_copy(update={"words": [0.0] * 6, "contexts": []})

    assert largest_share(nothing.words) == largest_share([]) == 0
    assert {share for _, share, _ in parts(sentence_html(record, nothing))} == {"0"}
    assert contexts_html(record, nothing) == ""


def test_markup_in_a_word_is_shown_letter_by_letter(explained):
    record = explained(text="<i>Anna</i> b c d e f")

    assert "&lt;i&gt;Anna" in sentence_html(record, record.attributions[0])
