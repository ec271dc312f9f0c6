import re

from dashboard.panels.contexts import standing_html


def rows(record):
    body = standing_html(record).partition("<tbody>")[2]
    return [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]


def test_each_context_has_a_row_with_verdict_rank_margin_and_share(make_record):
    first, second, _ = rows(make_record())

    assert "aligned" in first
    assert re.search(r"1\s+of 7", first)  # six of the bank and itself
    assert "+2.00" in first  # 2.50 minus the best of the bank, 0.50
    assert "33%" in first
    assert "misaligned" in second
    assert "−1.25" in second


def test_a_context_that_is_off_has_a_row_without_numbers(make_record):
    off = rows(make_record(off=[1]))[1]

    assert "Switched off: takes no part." in off
    assert re.findall(r"\d", off) == ["2"]  # only its own number


def test_a_side_that_was_not_played_has_dashes(make_record):
    first = rows(make_record(image=False))[0]

    assert first.count("–") == 3  # image rank, image margin, share


def test_markup_in_contexts_and_reasons_is_shown_letter_by_letter(make_record):
    drawn = standing_html(make_record(contexts=["<b>x</b>"]))

    assert "&lt;b&gt;x&lt;/b&gt;" in drawn
    assert "&lt;it&gt;" in drawn
