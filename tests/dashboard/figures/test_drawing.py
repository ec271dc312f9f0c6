from dashboard.figures.drawing import number, plain, shorten


def test_numbers_carry_their_sign_and_two_places():
    assert [number(value) for value in (1.005, -0.5, 0.0)] == ["+1.00", "−0.50", "+0.00"]


def test_long_text_is_cut_at_a_word_and_never_longer_than_asked():
    assert shorten("a tall iron tower", 12) == "a tall iron…"
    assert shorten("short", 12) == "short"
    assert len(shorten("x" * 50, 12)) == 12


def test_markup_in_text_is_shown_letter_by_letter():
    assert plain("<b>1 & 2</b>") == "&lt;b&gt;1 &amp; 2&lt;/b&gt;"
