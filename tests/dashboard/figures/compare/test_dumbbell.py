from dashboard.figures.compare.dumbbell import TypeScores, dumbbell_chart

TYPES = [TypeScores("PER", 20, 0.8, 0.9, 0.02), TypeScores("LOC", 9, 0.7, 0.6, None)]


def test_a_hollow_mark_leads_to_a_full_one():
    drawing = dumbbell_chart(TYPES, "C")
    hollow, full = drawing.figure.data

    assert (hollow.name, full.name) == ("A", "C")
    assert "open" in hollow.marker.symbol
    assert list(hollow.x) == [0.8, 0.7]
    assert list(full.x) == [0.9, 0.6]
    better, worse = drawing.figure.layout.shapes
    assert (better.x0, better.x1) == (0.8, 0.9)
    assert better.line.color != worse.line.color


def test_a_type_without_a_score_is_said():
    drawing = dumbbell_chart([TypeScores("X", 0, None, 0.5, None)], "B")

    assert len(drawing.figure.data[0].x) == 0
    assert "X not scored" in drawing.alt


def test_the_axis_holds_the_lowest_score():
    assert dumbbell_chart(TYPES, "B").figure.layout.xaxis.range[0] < 0.6
    assert dumbbell_chart([], "B").figure.layout.xaxis.range[0] == 0


def test_words_and_table_hold_both_scores():
    drawing = dumbbell_chart(TYPES, "B")

    assert "PER 0.800 by A, 0.900 by B" in drawing.alt
    assert list(drawing.table["F1 of B"]) == [0.9, 0.6]
