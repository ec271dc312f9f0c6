"""The four parts of the map, and shares of misaligned posts, counted by hand."""

import pytest

from core.analysis.intervals import micro_scores
from core.analysis.misalignment import (
    QUADRANTS,
    misaligned_share,
    quadrant_table,
    quadrants,
)


def test_thresholds_cut_the_map_into_four(make_table, post):
    margins = [(0.2, 0.1), (0.0, -0.1), (-0.1, 0.0), (-0.1, -0.3), (0.2, None), (None, 0.2)]
    table = make_table(
        *(post(str(i), margin_text=t, margin_image=p) for i, (t, p) in enumerate(margins))
    )
    assert quadrants(table).tolist() == [*QUADRANTS, "unknown", "unknown"]
    strict = quadrants(table, text_threshold=0.1, image_threshold=0.2)
    assert strict.tolist()[:4] == [QUADRANTS[1], QUADRANTS[3], QUADRANTS[3], QUADRANTS[3]]


def test_every_post_is_counted_once_and_scored_with_its_part(random_table):
    table = random_table(120)
    parts = quadrants(table, text_threshold=0.3)
    found = quadrant_table(table, text_threshold=0.3, draws=100)
    assert found["posts"].sum() == 120
    assert found["share"].sum() == pytest.approx(1)
    for name in found.index:
        own = table[parts == name]
        assert found.loc[name, "posts"] == len(own)
        assert found.loc[name, "f1"] == micro_scores(own, draws=100).f1
        for effect in ("helped", "no change", "hurt", "unknown"):
            assert found.loc[name, f"effect {effect}"] == (own["effect"] == effect).sum()


def test_a_map_without_gold_answers_has_unknown_scores(make_table, without_gold):
    table = make_table(without_gold("1", margin_text=0.1, margin_image=0.1))
    found = quadrant_table(table)
    assert str(found.loc["fits both", "f1"]) == "unknown"
    assert found.loc["fits neither", "posts"] == 0


def test_an_empty_selection_is_an_empty_map(make_table, post):
    nobody = make_table(post("1", margin_text=0.1, margin_image=0.1))[:0]
    assert quadrants(nobody).empty
    assert quadrant_table(nobody)["posts"].sum() == 0
    assert str(misaligned_share(nobody).share) == "unknown"


def test_the_share_of_misaligned_posts_leaves_out_the_unknown(make_table, post):
    verdicts = ["misaligned", "aligned", "uncertain", "misaligned", "unknown"]
    found = misaligned_share(make_table(*(post(str(i), verdict=v) for i, v in enumerate(verdicts))))
    assert (found.misaligned, found.judged, found.unknown) == (2, 4, 1)
    assert found.share.value == pytest.approx(0.5)


def test_no_game_at_all_leaves_the_share_unknown(make_table, post):
    found = misaligned_share(make_table(post("1")))
    assert (str(found.share), found.judged) == ("unknown", 0)
