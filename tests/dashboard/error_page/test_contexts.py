"""Which contexts help, on the error page."""

from dashboard.errors.state import key
from tests.dashboard.error_page.reading import press, shown


def test_what_contexts_are_like_is_held_against_what_they_repaired(visit, run):
    app = visit(x_view="contexts")

    # Ten posts of forty were helped by one unit, ten hurt by two: spurious and missed.
    assert "F1 changes by" in shown(app)
    assert "40 posts count" in shown(app)
    assert "p is adjusted" in shown(app)
    table = app.dataframe[0].value.set_index("measure")
    assert table.loc["contexts", "counted"] == "it is the same for all 40 posts"
    assert table.loc["φ, text side", "counted"] == "40 posts"


def test_a_third_of_a_measure_is_selected_and_its_posts_are_shown(visit, run):
    app = visit(x_view="contexts", x_measure="phi_text")
    assert app.selectbox(key("set", "measure")).value == "phi_text"
    press(app, "contexts", "third", 0)

    assert "<b>14</b> of 40 posts" in shown(app)  # every third post, which has −1
    assert "post-3" in set(app.dataframe[-1].value["post"])


def test_what_contexts_make_up_is_a_measure_with_its_meaning_and_limit(visit, run):
    app = visit(x_view="contexts", x_measure="made_up")

    table = app.dataframe[0].value.set_index("measure")
    assert table.loc["said, not seen", "counted"] == "40 posts"
    assert table.loc["seen, not said", "counted"] == "no post has it"
    assert table.loc["log likelihood", "counted"] == "no post has it"
    assert "the detector finds unlikely: possibly made up. Only 80 everyday kinds" in shown(app)
    # Of four posts the first is never and the second always hurt; in turn, all is made up or none.
    press(app, "contexts", "third", 0)
    assert "<b>20</b> of 40 posts" in shown(app)


def test_a_measure_is_chosen_and_kept_in_the_address(visit, run):
    app = visit(x_view="contexts", x_measure="nothing")
    app.selectbox(key("set", "measure")).set_value("gate_text").run()

    assert app.query_params["x_measure"] == "gate_text"
    assert "Not cut into thirds: it is the same for all 40 posts" in shown(app)


def test_a_run_that_tells_nothing_of_contexts_says_why(visit, runs, write_annotated, tmp_path):
    from core.annotations import read_annotations, read_record, write_annotations

    asked = write_annotated(tmp_path / "asked.parquet", posts=3)
    records = [read_record(asked, row) for row in range(3)]
    not_asked = (record.model_copy(update={"without_contexts": None}) for record in records)
    write_annotations(runs / "some.parquet", not_asked, about=read_annotations(asked).about)
    app = visit(x_view="contexts")

    assert not app.error
    assert "No post tells what its contexts did (3 not predicted without" in shown(app)


def test_what_leaving_out_badly_fitting_contexts_would_have_done_is_drawn(visit, run):
    app = visit(x_view="contexts", x_measure="phi_text")

    assert "What if contexts had been left out?" in shown(app)
    steps = next(one.value for one in app.dataframe if "difference" in one.value)
    assert steps.iloc[0]["posts"] == 0
    assert steps.iloc[0]["difference"] == 0
    assert steps.iloc[-1]["posts"] == 40
    # Forty posts: 50 units right, 30 spurious, 30 missed with contexts.
    assert "Found on one half and scored on the other" in shown(app)


def test_a_measure_that_is_the_same_everywhere_cannot_be_left_out_by(visit, run):
    app = visit(x_view="contexts", x_measure="contexts")

    assert "same for all posts that have it; choose another measure" in shown(app)
