from dashboard.figures.errors.leaving_out import Step, leaving_out_chart

STEPS = [
    Step(0.0, 0, None, 0.0, 0.0, 0.0),
    Step(0.25, 10, -1.5, 0.012, -0.002, 0.03),
    Step(1.0, 40, 3.0, -0.04, -0.08, -0.01),
]


def test_the_line_lies_in_its_band_and_the_best_step_stands_out():
    drawing = leaving_out_chart(STEPS, best=1)
    low, high, line = drawing.figure.data
    assert list(line.x) == [0.0, 0.25, 1.0]
    assert all(a <= b <= c for a, b, c in zip(low.y, line.y, high.y, strict=True))
    assert list(line.marker.symbol) == ["circle", "diamond", "circle"]
    assert line.customdata[1] == [10, ", up to −1.5", "+0.012"]


def test_the_chart_is_told_in_words_and_in_numbers():
    drawing = leaving_out_chart(STEPS, best=1)
    assert "Best +0.012 at 25% of the posts; −0.040 at 100%." in drawing.alt
    assert list(drawing.table["posts"]) == [0, 10, 40]
