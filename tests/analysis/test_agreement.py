"""Cohen's kappa against counting by hand."""

import pytest

from core.analysis.agreement import agreement_between, agreement_with_model
from core.analysis.reviews import add_review, read_folder

MODEL = ["aligned", "aligned", "misaligned", "uncertain", "aligned", "misaligned", "unknown"]
SAID = ["aligned", "partly", "hallucinated", "partly", "aligned", "gold wrong", "aligned"]


@pytest.fixture
def table(make_table, post):
    return make_table(*(post(f"p{i}", verdict=verdict) for i, verdict in enumerate(MODEL)))


@pytest.fixture
def reviewers(tmp_path):
    for place, opinion in enumerate(SAID):
        add_review(tmp_path, "Ada", f"p{place}", opinion)
    for place, opinion in enumerate(["aligned", "misaligned", "hallucinated"]):
        add_review(tmp_path, "Bob", f"p{place}", opinion)
    add_review(tmp_path, "Cy", "p99", "aligned")
    return read_folder(tmp_path)


def test_agreement_with_the_model_by_hand(reviewers, table):
    found = agreement_with_model("Ada", reviewers["Ada"], table)
    # p0 to p4 count: aligned-aligned, uncertain-aligned, misaligned-misaligned,
    # uncertain-uncertain, aligned-aligned. By chance: (2*3 + 2*1 + 1*1) / 25.
    assert found.posts == 5
    assert found.agreed == pytest.approx(4 / 5)
    assert found.kappa == pytest.approx((4 / 5 - 9 / 25) / (1 - 9 / 25))
    assert found.counts.loc["uncertain", "aligned"] == 1
    assert found.counts.to_numpy().sum() == 5


def test_agreement_of_two_people_is_over_posts_both_judged(reviewers):
    found = {(one.first, one.second): one for one in agreement_between(reviewers)}
    assert set(found) == {("Ada", "Bob"), ("Ada", "Cy"), ("Bob", "Cy")}
    both = found["Ada", "Bob"]
    assert (both.posts, both.agreed) == (3, pytest.approx(2 / 3))
    assert both.kappa == pytest.approx((2 / 3 - 2 / 9) / (1 - 2 / 9))


def test_judges_without_a_common_post_have_no_agreement(reviewers):
    found = agreement_between(reviewers)[1]
    assert (found.posts, found.agreed, found.kappa) == (0, None, None)
    assert found.counts.to_numpy().sum() == 0


def test_one_word_for_every_post_leaves_kappa_undefined(tmp_path, table):
    add_review(tmp_path, "Ada", "p0", "aligned")
    add_review(tmp_path, "Ada", "p1", "aligned")
    found = agreement_with_model("Ada", read_folder(tmp_path)["Ada"], table)
    assert (found.posts, found.agreed, found.kappa) == (2, 1.0, None)
