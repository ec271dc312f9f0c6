from dashboard.figures.compare.changes import change_chart

COUNTS = {"fixed": 4, "broken": 2, "better": 1, "worse": 3, "same": 10}


def test_better_posts_lie_to_the_right_and_worse_to_the_left():
    traces = {bar.name: bar for bar in change_chart([("B", "full", COUNTS)]).figure.data}

    assert (traces["fixed"].x[0], traces["better"].x[0]) == (4, 1)
    assert (traces["broken"].x[0], traces["worse"].x[0]) == (-2, -3)
    assert traces["broken"].marker.pattern.shape == "/"
    assert traces["fixed"].marker.pattern.shape == ""


def test_both_sides_have_one_scale():
    low, high = change_chart([("B", "full", COUNTS), ("C", "x", {})]).figure.layout.xaxis.range

    assert low == -high
    assert high >= 5


def test_words_and_table_count_every_kind():
    drawing = change_chart([("B", "full", COUNTS)])

    assert "B (full): 4 fixed, 2 broken, 1 better, 3 worse, 10 same" in drawing.alt
    assert drawing.table.iloc[0]["same"] == 10


def test_nothing_changed_is_no_error():
    assert change_chart([("B", "full", {"same": 3})]).table.iloc[0]["fixed"] == 0
