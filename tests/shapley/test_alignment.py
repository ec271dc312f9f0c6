"""The loss of a batch: which sides each objective pairs, and how the parts add up."""

import typing

import pytest
import torch

from core.config import AlignmentConfig
from core.errors import InputError
from core.shapley import LossSettings, PostFeatures, alignment_loss
from core.shapley.alignment import OBJECTIVES
from core.shapley.alternatives import info_nce, triplet
from core.shapley.contrastive import shapley_contrast

THROUGH_CONTEXTS = ["shapley", "infonce", "triplet"]
FUNCTIONS = {"shapley": shapley_contrast, "infonce": info_nce, "triplet": triplet}


@pytest.fixture
def features(cosines):
    return [cosines(6, 4, seed) for seed in range(3)]


def test_a_config_may_name_every_objective_and_no_other():
    field = AlignmentConfig.model_fields["objective"]
    assert set(typing.get_args(field.annotation)) == set(OBJECTIVES)
    assert alignment_loss.__defaults__ == (field.default,)


@pytest.mark.parametrize("objective", THROUGH_CONTEXTS)
def test_four_directions_go_through_contexts(features, objective):
    posts = PostFeatures(*features)
    found = alignment_loss(posts, objective, text_weight=0.3, image_weight=2.0)
    of_texts, of_images = (
        FUNCTIONS[objective](posts.pairs("context", side), LossSettings())
        for side in ("text", "image")
    )
    expected = {
        "context_to_text": of_texts[0],
        "text_to_context": of_texts[1],
        "context_to_image": of_images[0],
        "image_to_context": of_images[1],
    }
    assert found.parts == expected
    total = 0.3 * sum(of_texts) / 2 + 2.0 * sum(of_images) / 2
    torch.testing.assert_close(found.total, total)


def test_the_direct_objective_pairs_text_and_image_and_never_looks_at_contexts(features):
    nobody = torch.zeros(6, dtype=torch.bool)
    posts = PostFeatures(*features, has_context=nobody)
    found = alignment_loss(posts, "direct", text_weight=0.0, image_weight=3.0)
    assert set(found.parts) == {"text_to_image", "image_to_text"}
    there, back = info_nce(posts.pairs("text", "image"), LossSettings())
    torch.testing.assert_close(found.total, 3.0 * (there + back) / 2)


def test_no_objective_costs_nothing_and_is_part_of_the_graph(features):
    context = features[0].requires_grad_()
    found = alignment_loss(PostFeatures(*features), "none")
    assert found.parts == {}
    found.total.backward()
    assert found.total.item() == 0
    assert torch.equal(context.grad, torch.zeros_like(context))


@pytest.mark.parametrize("objective", [*THROUGH_CONTEXTS, "direct"])
@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_pairs_cost_nothing_but_keep_the_graph(features, objective, count):
    leaves = [f[:count].clone().requires_grad_() for f in features]
    found = alignment_loss(PostFeatures(*leaves), objective)
    found.total.backward()
    assert found.total.item() == 0
    assert all(part.item() == 0 and part.requires_grad for part in found.parts.values())
    played = leaves[1:] if objective == "direct" else leaves
    assert all(torch.equal(leaf.grad, torch.zeros_like(leaf)) for leaf in played)


@pytest.mark.parametrize("objective", THROUGH_CONTEXTS)
def test_rows_that_lack_a_side_take_no_part_in_its_directions(features, objective):
    context, text, image = features
    has_context = torch.tensor([1, 1, 1, 1, 1, 0]).bool()
    has_text = torch.tensor([1, 1, 1, 0, 1, 1]).bool()
    has_image = torch.tensor([1, 0, 1, 1, 0, 1]).bool()
    groups = torch.tensor([0, 0, 1, 2, 3, 4])
    found = alignment_loss(
        PostFeatures(context, text, image, has_context, has_text, has_image, groups), objective
    )
    with_text, with_image = [0, 1, 2, 4], [0, 2, 3]
    of_texts = alignment_loss(
        PostFeatures(*(f[with_text] for f in features), groups=groups[with_text]),
        objective,
        image_weight=0,
    )
    of_images = alignment_loss(
        PostFeatures(*(f[with_image] for f in features)), objective, text_weight=0
    )
    torch.testing.assert_close(found.total, of_texts.total + of_images.total)


def test_settings_reach_the_loss(features):
    posts, settings = PostFeatures(*features), LossSettings(form="difference", temperature=1.0)
    found = alignment_loss(posts, settings=settings).parts["context_to_text"]
    expected, default = (
        shapley_contrast(posts.pairs("context", "text"), chosen)[0]
        for chosen in (settings, LossSettings())
    )
    assert found == expected != default


@pytest.mark.parametrize("objective", [*THROUGH_CONTEXTS, "direct"])
def test_identical_posts_give_a_finite_gradient(objective):
    leaves = [torch.ones(5, 3, requires_grad=True) for _ in range(3)]
    alignment_loss(PostFeatures(*leaves), objective).total.backward()
    assert all(leaf.grad is None or leaf.grad.isfinite().all() for leaf in leaves)


def test_an_unknown_objective_is_refused(features):
    with pytest.raises(InputError, match="unknown alignment objective 'clip'; the known ones are"):
        alignment_loss(PostFeatures(*features), "clip")
