"""The alignment loss against numbers worked out by hand, and who takes part in it."""

import math

import pytest
import torch

from core.errors import InputError
from core.shapley import alignment_loss, four_direction_loss, shapley_values
from core.shapley.contrastive import FORMS


def two_player_values(own, other, temperature):
    """Shapley values of two players: half of what each is worth alone, half of what it adds."""
    a, b = math.exp(own / temperature), math.exp(other / temperature)
    both = (a * own + b * other) / (a + b)
    return (own + both - other) / 2, (other + both - own) / 2


def test_both_forms_equal_the_loss_worked_out_by_hand():
    similarity = torch.tensor([[0.6, 0.1], [0.3, 0.5]], dtype=torch.float64)
    games = {
        "context_to_target": [(0.6, 0.3), (0.5, 0.1)],  # columns, the true player first
        "target_to_context": [(0.6, 0.1), (0.5, 0.3)],  # rows
    }
    softmax = alignment_loss(
        similarity, temperature=0.2, contrast_temperature=0.05, tolerance=1e-11
    )
    difference = alignment_loss(similarity, form="difference", temperature=0.2, tolerance=1e-11)
    for direction, pairs in games.items():
        values = [two_player_values(*pair, 0.2) for pair in pairs]
        entropy = sum(math.log1p(math.exp((other - own) / 0.05)) for own, other in values) / 2
        assert getattr(softmax, direction).item() == pytest.approx(entropy, abs=1e-9)
        gap = sum(other - own for own, other in values) / 2
        assert getattr(difference, direction).item() == pytest.approx(gap, abs=1e-9)


def test_the_directions_play_columns_and_rows(cosines):
    similarity = cosines(6, 6)
    loss = alignment_loss(similarity, method="enumeration")
    mirrored = alignment_loss(similarity.T, method="enumeration")
    torch.testing.assert_close(loss.context_to_target, mirrored.target_to_context)
    values = shapley_values(similarity, method="enumeration").values
    expected = torch.nn.functional.cross_entropy(values.T / 0.1, torch.arange(6))
    torch.testing.assert_close(loss.context_to_target, expected)
    torch.testing.assert_close(loss.mean, (expected + loss.target_to_context) / 2)


def test_the_difference_is_the_grand_coalition_less_the_true_player_twice(cosines, grand_value):
    similarity = cosines(7, 7)
    loss = alignment_loss(similarity, form="difference", method="enumeration")
    own = shapley_values(similarity, method="enumeration").values.diagonal()
    expected = (grand_value(similarity, 0.1) - 2 * own).mean()
    torch.testing.assert_close(loss.context_to_target, expected)


@pytest.mark.parametrize("form", FORMS)
def test_members_of_the_same_group_are_no_negatives(cosines, form):
    similarity = cosines(4, 4)
    groups = torch.tensor([7, 3, 7, 1])
    loss = alignment_loss(similarity, groups=groups, form=form, method="enumeration")
    values = shapley_values(similarity, method="enumeration").values
    games = []
    for target in range(4):
        rivals = [k for k in range(4) if groups[k] != groups[target]]
        own = values[target, target]
        if form == "softmax":
            logits = torch.stack([own, *values[rivals, target]]) / 0.1
            games.append(logits.logsumexp(dim=0) - own / 0.1)
        else:
            games.append(values[rivals, target].sum() - own)
    torch.testing.assert_close(loss.context_to_target, torch.stack(games).mean())


@pytest.mark.parametrize("form", FORMS)
def test_groups_of_one_change_nothing(cosines, form):
    similarity = cosines(5, 5)
    plain = alignment_loss(similarity, form=form)
    grouped = alignment_loss(similarity, form=form, groups=torch.arange(5))
    assert torch.equal(plain.mean, grouped.mean)


def test_a_batch_of_one_group_has_nothing_to_tell_apart(cosines):
    similarity = cosines(3, 3).requires_grad_()
    loss = alignment_loss(similarity, groups=torch.zeros(3, dtype=torch.long)).mean
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(similarity.grad, torch.zeros_like(similarity))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["quadrature", "enumeration"])
def test_the_gradient_pulls_every_true_pair_up_and_the_others_down_together(cosines, form, method):
    for seed in range(20):
        similarity = (cosines(6, 6, seed) * 0.5).requires_grad_()
        loss = alignment_loss(similarity, form=form, method=method, temperature=0.3)
        (gradient,) = torch.autograd.grad(loss.mean, similarity)
        assert (gradient.diagonal() < 0).all()
        if form == "softmax":
            assert gradient.sum() - gradient.diagonal().sum() > 0


def test_gradcheck_passes_through_the_loss(cosines):
    similarity = cosines(4, 4).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: alignment_loss(s, tolerance=1e-11).mean, (similarity,), atol=1e-6
    )


@pytest.mark.parametrize("pairs", [0, 1])
def test_fewer_than_two_pairs_cost_nothing_but_keep_the_graph(pairs):
    similarity = torch.rand(pairs, pairs, requires_grad=True)
    loss = alignment_loss(similarity)
    loss.mean.backward()
    assert loss.mean.item() == 0
    assert torch.equal(similarity.grad, torch.zeros(pairs, pairs))


def test_sampling_is_seeded(cosines):
    first, again = (
        alignment_loss(
            cosines(5, 5), method="permutation", generator=torch.Generator().manual_seed(4)
        )
        for _ in range(2)
    )
    assert torch.equal(first.mean, again.mean)


@pytest.mark.parametrize(
    ("shape", "arguments", "message"),
    [
        ((2, 3), {}, "must be square"),
        ((4,), {}, "must be square"),
        (
            (2, 2),
            {"form": "hinge"},
            "unknown form 'hinge'; the known ones are: softmax, difference",
        ),
        ((2, 2), {"contrast_temperature": 0.0}, "contrast_temperature must be positive"),
        ((2, 2), {"groups": torch.zeros(3)}, "one id for each of 2 pairs"),
        ((2, 2), {"method": "magic"}, "unknown method"),
    ],
)
def test_pairs_or_settings_without_meaning_are_refused(shape, arguments, message):
    with pytest.raises(InputError, match=message):
        alignment_loss(torch.zeros(shape), **arguments)


@pytest.fixture
def features(cosines):
    return [cosines(6, 4, seed) for seed in range(3)]


def test_four_directions_are_two_alignments_of_cosines(features):
    context, text, image = (f / f.norm(dim=1, keepdim=True) for f in features)
    found = four_direction_loss(*features, text_weight=0.3, image_weight=2.0, tolerance=1e-9)
    texts, images = (alignment_loss(context @ f.T, tolerance=1e-9) for f in (text, image))
    expected = {
        "context_to_text": texts.context_to_target,
        "text_to_context": texts.target_to_context,
        "context_to_image": images.context_to_target,
        "image_to_context": images.target_to_context,
    }
    assert found.parts.keys() == expected.keys()
    for name, part in expected.items():
        torch.testing.assert_close(found.parts[name], part)
    torch.testing.assert_close(found.total, 0.3 * texts.mean + 2 * images.mean)


def test_rows_that_lack_a_side_take_no_part_and_are_not_read(features):
    context, text, image = (f.clone() for f in features)
    has_context = torch.tensor([1, 1, 1, 1, 1, 0]).bool()
    has_text = torch.tensor([1, 1, 1, 0, 1, 1]).bool()
    has_image = torch.tensor([1, 0, 1, 1, 0, 1]).bool()
    groups = torch.tensor([0, 0, 1, 2, 3, 4])
    for values, present in ((context, has_context), (text, has_text), (image, has_image)):
        values[~present] = torch.nan
        values.requires_grad_()
    found = four_direction_loss(
        context, text, image, has_text, has_image, has_context=has_context, groups=groups
    )
    with_text, with_image = [0, 1, 2, 4], [0, 2, 3]
    of_texts = four_direction_loss(
        *(f[with_text] for f in features), groups=groups[with_text], image_weight=0
    )
    of_images = four_direction_loss(*(f[with_image] for f in features), text_weight=0)
    torch.testing.assert_close(found.total, of_texts.total + of_images.total)
    found.total.backward()
    assert all(f.grad.isfinite().all() for f in (context, text, image))
    assert torch.equal(text.grad[~has_text], torch.zeros(1, 4).double())


def test_a_batch_without_images_trains_on_texts_alone(features):
    nobody = torch.zeros(6, dtype=torch.bool)
    found = four_direction_loss(*features, has_image=nobody)
    assert found.parts["context_to_image"].item() == 0
    torch.testing.assert_close(found.total, four_direction_loss(*features, image_weight=0).total)


def test_settings_reach_the_games(features):
    found = four_direction_loss(*features, form="difference", temperature=1.0, tolerance=1e-9)
    context, text, _ = (f / f.norm(dim=1, keepdim=True) for f in features)
    expected = alignment_loss(context @ text.T, form="difference", temperature=1.0, tolerance=1e-9)
    torch.testing.assert_close(found.parts["context_to_text"], expected.context_to_target)


def test_half_precision_features_under_autocast_are_compared_in_float32(features):
    half = [f.bfloat16() for f in features]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = four_direction_loss(*half).total
    assert found.dtype == torch.float32
    expected = four_direction_loss(*(f.float() for f in half)).total
    torch.testing.assert_close(found, expected)


def test_features_of_different_shapes_are_refused(features):
    context, text, image = features
    with pytest.raises(InputError, match="one shape"):
        four_direction_loss(context, text, image[:, :3])
    with pytest.raises(InputError, match="one shape"):
        four_direction_loss(context[0], text[0], image[0])
