from dashboard.figures.changes import context_changes
from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.movement import movement_chart


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_each_context_has_a_dot_before_and_one_after_on_both_sides(make_record):
    changes = context_changes(make_record(), make_record(values=(2.0, -0.75, 1.5)))
    figure = movement_chart(changes).figure
    before, after, *_ = figure.data

    assert (before.name, after.name) == ("before", "after")
    assert list(before.x) == [2.5, -0.75, 1.25]
    assert list(after.x) == [2.0, -0.75, 1.5]
    assert len(figure.data) == 4


def test_the_way_between_them_is_blue_when_it_rises_and_orange_when_it_falls(make_record):
    changes = context_changes(make_record(), make_record(values=(2.0, -0.75, 1.5)))
    figure = movement_chart(changes).figure

    colours = [shape.line.color for shape in figure.layout.shapes]
    assert colours[:3] == [OPPOSES, SUPPORTS, SUPPORTS]
    assert "−0.50" in words(figure)
    assert "+0.25" in words(figure)


def test_what_cannot_be_compared_says_why(make_record):
    before = make_record(contexts=["A tower.", "A park."])
    after = make_record(contexts=["A tower.", "A park.", "<b>A</b> plate."], off=[0])
    drawing = movement_chart(context_changes(before, after))

    assert "off" in words(drawing.figure)
    assert "new" in words(drawing.figure)
    assert "&lt;b&gt;" in words(drawing.figure)
    assert "context 1: cannot be compared" in drawing.alt


def test_one_scale_holds_every_dot(make_record):
    figure = movement_chart(context_changes(make_record(), make_record())).figure

    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert figure.layout.xaxis.range[0] < -0.75
    assert figure.layout.xaxis.range[1] > 2.5


def test_a_side_that_lost_its_photo_is_not_played(make_record):
    changes = context_changes(make_record(), make_record(image=False))

    assert words(movement_chart(changes).figure).count("not played") == 3
