import numpy as np
import pytest

from core.errors import InputError
from dashboard.errors.runs import RunFile, open_run
from dashboard.errors.selection import (
    MOST_CORNERS,
    area_link,
    cell_link,
    cell_of,
    everything,
    inside,
    select,
    slice_link,
    type_link,
)

ZERO = (0.0, 0.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory, write_annotated):
    path = write_annotated(tmp_path_factory.mktemp("runs") / "run.parquet")
    return open_run(RunFile.at(path, "run.parquet"))


def test_no_link_selects_every_post(run):
    assert everything(run).is_all
    assert len(everything(run)) == len(run)


def test_a_selection_is_made_once_so_that_what_is_known_of_it_is_kept(run):
    assert select(run, "verdict=misaligned", ZERO) is select(run, "verdict=misaligned", ZERO)


def test_a_box_drawn_in_any_direction_is_a_slice_of_both_margins(run):
    link = area_link({"points": [1], "box": [{"x": [-2.0, 0.0], "y": [2.0, -2.0]}]})

    assert link == "margin_text:-2..0,margin_image:-2..2"
    assert [run.id(row) for row in select(run, link, ZERO).rows][:3] == [
        "post-0",
        "post-3",
        "post-6",
    ]


def test_a_box_on_a_single_side_is_a_slice_of_one_margin():
    assert area_link({"box": [{"x": [1, 0.5], "y": [0, 9]}]}, ("image",)) == "margin_image:0.5..1"


def test_a_lasso_holds_the_posts_inside_it_and_none_without_a_game(run):
    link = area_link({"lasso": [{"x": [0.0, 2.0, 2.0, 0.0], "y": [0.0, 0.0, 2.0, 2.0]}]})

    assert link == "@lasso:0,0,2,0,2,2,0,2"
    chosen = select(run, link, ZERO).chosen
    expected = (run.margin("text") > 0) & (run.margin("image") > 0)
    assert np.array_equal(chosen, expected)


def test_a_lasso_of_very_many_corners_keeps_its_shape():
    turn = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    link = area_link({"lasso": [{"x": np.cos(turn).tolist(), "y": np.sin(turn).tolist()}]})
    corners = np.array([float(part) for part in link.removeprefix("@lasso:").split(",")])

    assert corners.size == 2 * MOST_CORNERS
    points = np.array([[0.9, 0.0], [0.0, -0.9], [0.8, 0.8], [np.nan, 0.0]])
    assert inside(corners.reshape(-1, 2), points).tolist() == [True, True, False, False]


def test_a_mark_alone_draws_no_area():
    assert area_link({"points": [{"customdata": ["post-1"]}], "box": [], "lasso": []}) == ""


def test_points_are_inside_a_concave_area_as_counted_by_eye():
    horseshoe = np.array([[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]], float)
    points = np.array([[0.5, 2], [1.5, 2], [2.5, 2], [1.5, 0.5], [4, 1]])

    assert inside(horseshoe, points).tolist() == [True, False, True, True, False]


def test_a_cell_keeps_labels_with_any_signs():
    link = cell_link("relation", {"points": [{"customdata": ["/per/per: a,b%", "(none)", 3]}]})

    assert link.count(":") == 3
    assert cell_of(link) == ("relation", "/per/per: a,b%", "(none)")
    assert cell_of("words:5..9") is None
    assert cell_of("@cell:entity:PER") is None


def test_a_bar_of_the_overview_selects_its_posts(run):
    assert select(run, slice_link("effect", "no change"), ZERO).words == "context effect: no change"
    wrong = select(run, type_link("LOC"), ZERO)

    assert {row % 4 for row in wrong.rows} == {1, 2}
    assert wrong.words == "outcome of LOC: wrong"


def test_a_cell_selects_the_posts_behind_it(run):
    selected = select(run, "@cell:entity:LOC:ORG", ZERO)

    assert selected.words == "gold LOC → predicted ORG"
    assert all(row % 4 == 1 for row in selected.rows)
    assert len(selected) == 10


def test_a_quadrant_depends_on_the_thresholds(run):
    counts = [len(select(run, "@quadrant:fits both", (tau, 0.0))) for tau in (-1.0, 0.0, 2.0)]

    assert counts == [20, 13, 0]


def test_scores_select_posts_by_their_predicted_units(run):
    selected = select(run, "@score:entity:0.85:1", ZERO)

    assert set(selected.rows % 5) == {4}


def test_a_list_keeps_the_worst_first(run):
    selected = select(run, "@list:better-without", ZERO)

    assert sorted(selected.rows) == list(range(1, 40, 4))
    assert selected.chosen.sum() == len(selected.rows)


def test_a_name_takes_the_place_of_the_words(run):
    assert select(run, "words:5..9", ZERO, "short ones").words == "short ones"


@pytest.mark.parametrize(
    "link",
    [
        "nonsense",
        "words:9",
        "@cell:entity",
        "@lasso:1,2,3",
        "@lasso:1,2,inf,4,5,6",
        "@quadrant:nowhere",
        "@list:none",
        "@score:entity:a:b",
    ],
)
def test_a_broken_link_is_refused_in_words(run, link):
    with pytest.raises(InputError, match=r"address|quadrant|list"):
        select(run, link, ZERO)
