from dashboard.panels.coalitions import choose_row, tick_key


def test_a_row_of_the_table_puts_its_coalition_into_the_boxes(explained):
    game = explained(off=[0]).explanation.prediction
    session = {"x.table": {"selection": {"rows": [0b10]}}, tick_key("x", 1): True}
    choose_row(session, game, "x")

    assert (session[tick_key("x", 1)], session[tick_key("x", 2)]) == (False, True)


def test_a_row_let_go_leaves_the_boxes_as_they_are(explained):
    session = {"x.table": {"selection": {"rows": []}}, tick_key("x", 0): False}
    choose_row(session, explained().explanation.prediction, "x")

    assert session[tick_key("x", 0)] is False
