import pandas as pd

from dashboard.figures.compare.agreement import MOST_MARKS, agreement_chart


def posts(count):
    values = [float(place) for place in range(count)]
    return pd.DataFrame({"id": map(str, range(count)), "a": values, "b": [1 - v for v in values]})


def drawing(count):
    return agreement_chart(posts(count), "B", pd.Series(["<i>text</i>"] * count))


def test_each_post_is_a_mark_with_its_text_escaped():
    marks = drawing(3).figure.data[1]

    assert list(marks.x) == [0, 1, 2]
    assert list(marks.y) == [1, 0, -1]
    assert marks.customdata[0][1] == "&lt;i&gt;text&lt;/i&gt;"


def test_both_axes_have_one_scale_with_the_line_of_equal_values():
    figure = drawing(5).figure

    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert list(figure.data[0].x) == list(figure.data[0].y)


def test_a_crowd_is_thinned_and_its_table_is_not():
    found = drawing(5 * MOST_MARKS)

    assert len(found.figure.data[1].x) == MOST_MARKS
    assert len(found.table) == 5 * MOST_MARKS


def test_the_words_count_both_halves_and_nothing_is_said_to_be_nothing():
    assert "3 posts by A and by B: 1 are larger by B, 2 are not" in drawing(3).alt
    assert "No post" in drawing(0).alt
