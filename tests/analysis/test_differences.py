"""Differences by type, and agreement of values."""

import itertools

import numpy as np
import pytest

from core.analysis.comparison import holm
from core.analysis.differences import phi_agreement, type_differences
from core.analysis.intervals import scores_by_type
from core.analysis.pairing import pair
from core.annotations import units_table


def test_types_differ_by_their_own_f1_with_adjusted_p(random_table):
    a, b = random_table(150, seed=1), random_table(150, seed=2)
    units_a, units_b = units_table(a), units_table(b)
    found = type_differences(pair(a, b), units_a, units_b)
    alone = [
        {one.name: one for one in scores_by_type(t, u)} for t, u in ((a, units_a), (b, units_b))
    ]
    assert [one.name for one in found] == ["LOC", "PER"]
    for one in found:
        first, second = (scores[one.name] for scores in alone)
        assert one.support == first.support == second.support
        assert one.difference.difference == pytest.approx(second.f1.value - first.f1.value)
    raw = [one.difference.p for one in found]
    assert [one.p_adjusted for one in found] == pytest.approx(holm(raw))


def test_a_type_that_one_system_never_names_still_counts(make_table, post):
    a, b = make_table(post("1", "PER>PER")), make_table(post("1", "PER>PER", ">LOC"))
    found = type_differences(pair(a, b), units_table(a), units_table(b))
    assert [(one.name, one.difference.f1_a, one.difference.f1_b) for one in found] == [
        ("LOC", None, 0.0),
        ("PER", 1.0, 1.0),
    ]
    assert found[0].p_adjusted is None


def test_kendall_tau_counts_pairs_in_the_same_order(make_table, post):
    first, second = [0.1, 0.4, -0.2, 0.9, None], [0.3, 0.2, -0.5, 0.7, 0.1]
    a = make_table(*(post(str(i), phi_text=value) for i, value in enumerate(first)))
    b = make_table(*(post(str(i), phi_text=value) for i, value in enumerate(second)))
    found = phi_agreement(pair(a, b), "text")
    signs = [
        np.sign((first[i] - first[j]) * (second[i] - second[j]))
        for i, j in itertools.combinations(range(4), 2)
    ]
    assert found.kendall_tau == pytest.approx(sum(signs) / 6)
    assert found.posts["id"].tolist() == ["0", "1", "2", "3"]
    assert found.difference.value == pytest.approx(np.mean(np.subtract(second[:4], first[:4])))


def test_values_that_do_not_differ_have_no_order(make_table, post):
    table = make_table(post("1", phi_text=0.5), post("2", phi_text=0.5))
    assert phi_agreement(pair(table, table), "text").kendall_tau is None
    nobody = phi_agreement(pair(table, table), "image")
    assert (nobody.kendall_tau, nobody.difference.value, len(nobody.posts)) == (None, None, 0)
