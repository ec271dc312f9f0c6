"""Reliability and risk against loops over units and posts, and scikit-learn."""

from statistics import NormalDist

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from core.analysis.calibration import reliability, risk_coverage
from core.annotations import units_table
from core.errors import InputError


def test_bins_match_scikit_learn(random_table):
    units = units_table(random_table(150))
    predicted = units[units["predicted"].notna()]
    right = (predicted["error"] == "correct").to_numpy(dtype=bool)
    scores = predicted["score"].to_numpy(dtype=float)
    found = reliability(units)
    shares, means = calibration_curve(right, scores, n_bins=10)
    filled = [one for one in found.bins if one.units]
    assert [one.right for one in filled] == pytest.approx(shares.tolist())
    assert [one.score for one in filled] == pytest.approx(means.tolist())
    assert found.units == len(predicted)


def test_the_calibration_error_is_counted_by_hand(make_table, post):
    table = make_table(post("1", "PER>PER@0.95", "PER>LOC@0.95", "LOC>LOC@0.35"), post("2", "PER>"))
    found = reliability(units_table(table), bins=10)
    assert found.error == pytest.approx((2 * abs(0.95 - 0.5) + abs(0.35 - 1)) / 3)
    assert [one.units for one in found.bins] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 2]
    assert found.bins[0].right is None


def test_a_score_of_one_lies_in_the_last_bin(make_table, post):
    found = reliability(units_table(make_table(post("1", "PER>PER@1.0", ">LOC@0.0"))))
    assert (found.bins[-1].units, found.bins[0].units) == (1, 1)


def test_the_interval_of_a_bin_is_wilsons(make_table, post):
    found = reliability(
        units_table(make_table(post("1", *["PER>PER@0.5"] * 7, *["PER>LOC@0.5"] * 3)))
    )
    z, share, n = NormalDist().inv_cdf(0.975), 0.7, 10
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert found.bins[5].right_low == pytest.approx(centre - half)
    assert found.bins[5].right_high == pytest.approx(centre + half)


def test_kinds_are_calibrated_apart(make_table, post):
    table = make_table(post("1", "PER>PER@0.9"), post("2", "a>b@0.4", kind="relation"))
    assert reliability(units_table(table), kind="relation").units == 1


def test_units_without_a_score_leave_nothing_to_calibrate(make_table, post):
    with pytest.raises(InputError, match="nothing to calibrate"):
        reliability(units_table(make_table(post("1", "PER>PER", "PER>"))))


def test_the_risk_at_every_threshold_matches_a_loop(random_table):
    table = random_table(120)
    table["margin_image"] = table["margin_image"].round(1)  # so that some are equal
    found = risk_coverage(table, "margin_image")
    rows = [row for row in table.to_dict("records") if isinstance(row["margin_image"], float)]
    assert found.unknown == 120 - len(rows)
    assert found.curve["threshold"].is_monotonic_decreasing
    for point in found.curve.to_dict("records"):
        kept = [row for row in rows if row["margin_image"] >= point["threshold"]]
        correct, spurious, missed = (
            sum(row[c] for row in kept) for c in ("correct", "spurious", "missed")
        )
        assert point["posts"] == len(kept)
        assert point["coverage"] == pytest.approx(len(kept) / len(rows))
        assert point["risk"] == pytest.approx(1 - 2 * correct / (2 * correct + spurious + missed))
    assert found.curve["coverage"].iloc[-1] == 1
    assert found.risk == pytest.approx(found.curve["risk"].iloc[-1])


def test_the_area_is_the_mean_risk_over_posts(make_table, post):
    table = make_table(
        post("1", "PER>PER", confidence=0.9),
        post("2", "PER>PER", confidence=0.8),
        post("3", "PER>", confidence=0.1),
    )
    found = risk_coverage(table, "confidence")
    assert found.curve["risk"].tolist() == pytest.approx([0, 0, 1 - 4 / 5])
    assert found.area == pytest.approx((0 + 0 + 0.2) / 3)
    assert found.area < found.risk


def test_a_score_that_no_post_has_is_refused(make_table, post):
    with pytest.raises(InputError, match="reject by another score"):
        risk_coverage(make_table(post("1", "PER>")), "margin_image")


def test_posts_without_gold_answers_are_no_risk(make_table, post, without_gold):
    table = make_table(post("1", "PER>PER", confidence=0.9), without_gold("2", confidence=0.2))
    assert risk_coverage(table, "confidence").curve["posts"].tolist() == [1]
