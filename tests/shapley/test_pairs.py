"""Who takes part in a loss, as whose negative, and which settings have a meaning."""

import pytest
import torch

from core.errors import InputError
from core.shapley.pairs import (
    NO_GROUP,
    LossSettings,
    Pairs,
    PostFeatures,
    cross_entropy,
    find_duplicates,
)


@pytest.fixture
def features(cosines):
    return [cosines(6, 4, seed) for seed in range(3)]


def test_similarities_are_cosines_of_posts_that_have_both_sides(features):
    has_text, has_image = torch.tensor([[1, 1, 0, 1, 1, 1], [1, 0, 1, 1, 1, 0]]).bool()
    posts = PostFeatures(*features, has_text=has_text, has_image=has_image)
    found = posts.pairs("text", "image").similarity
    rows = [0, 3, 4]
    expected = torch.nn.functional.cosine_similarity(
        features[1][rows, None], features[2][None, rows], dim=2
    )
    torch.testing.assert_close(found, expected)
    assert len(posts.pairs("context", "text").similarity) == 5


def test_what_an_absent_side_holds_is_not_read(features):
    context, text, image = (f.clone() for f in features)
    has_text = torch.tensor([1, 1, 1, 0, 1, 1]).bool()
    text[3] = torch.nan
    text.requires_grad_()
    posts = PostFeatures(context, text, image, has_text=has_text)
    posts.pairs("context", "text").similarity.square().sum().backward()
    assert torch.equal(text.grad[3], torch.zeros(4).double())
    assert text.grad.isfinite().all()


def test_features_that_are_no_numbers_are_refused(features):
    features[1][2, 0] = torch.inf
    with pytest.raises(InputError, match="context or text features hold NaN or infinity"):
        PostFeatures(*features).pairs("context", "text")


def test_posts_with_a_group_in_common_are_duplicates():
    groups = torch.tensor([[5, 8], [9, NO_GROUP], [8, 9], [NO_GROUP, NO_GROUP]])
    found = find_duplicates(groups).nonzero().tolist()
    assert found == [[0, 2], [1, 2], [2, 0], [2, 1]]


def test_without_groups_no_two_posts_belong_together(features):
    assert not PostFeatures(*features).pairs("context", "text").is_duplicate.any()


def test_a_single_id_per_post_is_a_group(features):
    posts = PostFeatures(*features, groups=torch.tensor([0, 0, 1, 2, 3, NO_GROUP]))
    found = posts.pairs("context", "image").is_duplicate.nonzero().tolist()
    assert found == [[0, 1], [1, 0]]


def test_half_precision_features_under_autocast_are_compared_in_float32(features):
    half = [f.bfloat16() for f in features]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = PostFeatures(*half).pairs("context", "image").similarity
    assert found.dtype == torch.float32
    exact = PostFeatures(*(f.float() for f in half)).pairs("context", "image").similarity
    torch.testing.assert_close(found, exact)


def test_pairs_turn_round(cosines):
    pairs = Pairs(cosines(3, 3), find_duplicates(torch.tensor([[0], [0], [1]])))
    assert torch.equal(pairs.reversed.similarity, pairs.similarity.T)
    assert torch.equal(pairs.reversed.is_duplicate, pairs.is_duplicate)


def test_a_cross_entropy_of_one_candidate_is_zero():
    scores = torch.tensor([[3.0, 1.0], [2.0, 4.0]])
    everybody_else = ~torch.eye(2, dtype=torch.bool)
    assert cross_entropy(scores, everybody_else, 0.1).item() == 0


def test_features_of_different_shapes_are_refused(features):
    context, text, image = features
    with pytest.raises(InputError, match="one shape"):
        PostFeatures(context, text, image[:, :3])
    with pytest.raises(InputError, match="one shape"):
        PostFeatures(context[0], text[0], image[0])


@pytest.mark.parametrize("name", ["has_context", "has_text", "has_image", "groups"])
def test_facts_about_another_number_of_posts_are_refused(features, name):
    with pytest.raises(InputError, match=f"{name} must have a row for each of 6 posts"):
        PostFeatures(*features, **{name: torch.ones(5, dtype=torch.bool)})


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"form": "hinge"}, "unknown form 'hinge'; the known ones are: softmax, difference"),
        ({"temperature": 0.0}, "temperature must be positive and finite, got 0.0"),
        ({"contrast_temperature": -1.0}, "contrast_temperature must be positive"),
        ({"margin": float("nan")}, "margin must be positive and finite, got nan"),
        ({"temperature": float("inf")}, "temperature must be positive and finite, got inf"),
        ({"permutations": 0}, "permutations must be positive"),
    ],
)
def test_settings_without_meaning_are_refused(setting, message):
    with pytest.raises(InputError, match=message):
        LossSettings(**setting)
