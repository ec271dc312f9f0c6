from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.errors.intervals import Bar, interval_chart

BARS = [
    Bar("words < 5", 0.5, 0.4, 0.7, "30 posts"),
    Bar("<b>long</b>", 0.9, 0.85, 0.95, "70 posts"),
    Bar("empty", None, None, None, "0 posts"),
]


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_bars_below_the_whole_are_orange_and_hatched_the_others_blue():
    (trace,) = interval_chart(BARS[:2], whole=0.8, score="F1").figure.data

    assert list(trace.marker.color) == [OPPOSES, SUPPORTS]
    assert list(trace.marker.pattern.shape) == ["/", ""]


def test_without_a_whole_there_is_no_line_and_nothing_is_below_it():
    figure = interval_chart(BARS[:2], whole=None, score="F1").figure

    assert not figure.layout.shapes
    assert set(figure.data[0].marker.color) == {SUPPORTS}


def test_whiskers_reach_from_low_to_high():
    (trace,) = interval_chart(BARS[:1], whole=0.8, score="F1").figure.data

    assert trace.error_x.array[0] == 0.7 - 0.5
    assert trace.error_x.arrayminus[0] == 0.5 - 0.4


def test_a_group_without_a_score_says_so_and_every_name_is_written_as_it_is():
    drawing = interval_chart(BARS, whole=0.8, score="F1", chosen=1)

    assert "–" in words(drawing.figure)
    assert "&lt;b&gt;long" in words(drawing.figure)
    assert "▸" in words(drawing.figure)
    assert "empty (0 posts) no score" in drawing.alt
    assert list(drawing.table["support"]) == ["30 posts", "70 posts", "0 posts"]


def test_a_click_on_a_bar_tells_its_place():
    (trace,) = interval_chart(BARS, whole=None, score="F1").figure.data

    assert [data[0] for data in trace.customdata] == [0, 1, 2]
