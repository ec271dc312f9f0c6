"""The Shapley loss against numbers worked out by hand."""

import math

import pytest
import torch

from core.errors import InputError
from core.shapley import LossSettings, SoftmaxMeanGame, shapley_values
from core.shapley.contrastive import shapley_contrast
from core.shapley.pairs import FORMS, Pairs, find_duplicates

EXACT = {"method": "enumeration"}


def contrast(similarity, groups=None, **settings):
    count = len(similarity)
    ids = torch.arange(count) if groups is None else torch.tensor(groups)
    pairs = Pairs(similarity, find_duplicates(ids.unsqueeze(1)))
    return shapley_contrast(pairs, LossSettings(**settings))


def enumerated(similarity, temperature=0.1):
    return shapley_values(SoftmaxMeanGame(similarity, temperature), method="enumeration").values


def two_player_values(own, other, temperature):
    """Shapley values of two players: half of what each is worth alone, half of what it adds."""
    a, b = math.exp(own / temperature), math.exp(other / temperature)
    both = (a * own + b * other) / (a + b)
    return (own + both - other) / 2, (other + both - own) / 2


def test_both_forms_equal_the_loss_worked_out_by_hand():
    similarity = torch.tensor([[0.6, 0.1], [0.3, 0.5]], dtype=torch.float64)
    games = [
        [(0.6, 0.3), (0.5, 0.1)],  # columns, the true player first
        [(0.6, 0.1), (0.5, 0.3)],  # rows
    ]
    precise = {"temperature": 0.2, "tolerance": 1e-11}
    softmax = contrast(similarity, contrast_temperature=0.05, **precise)
    difference = contrast(similarity, form="difference", **precise)
    for direction, pairs in enumerate(games):
        values = [two_player_values(*pair, 0.2) for pair in pairs]
        entropy = sum(math.log1p(math.exp((other - own) / 0.05)) for own, other in values) / 2
        assert softmax[direction].item() == pytest.approx(entropy, abs=1e-9)
        gap = sum(other - own for own, other in values) / 2
        assert difference[direction].item() == pytest.approx(gap, abs=1e-9)


def test_the_directions_play_columns_and_rows(cosines):
    similarity = cosines(6, 6)
    there, back = contrast(similarity, **EXACT)
    torch.testing.assert_close(there, contrast(similarity.T, **EXACT)[1])
    expected = torch.nn.functional.cross_entropy(enumerated(similarity).T / 0.1, torch.arange(6))
    torch.testing.assert_close(there, expected)
    turned = torch.nn.functional.cross_entropy(enumerated(similarity.T).T / 0.1, torch.arange(6))
    torch.testing.assert_close(back, turned)


def test_the_difference_is_the_grand_coalition_less_the_true_player_twice(cosines, grand_value):
    similarity = cosines(7, 7)
    own = enumerated(similarity).diagonal()
    expected = (grand_value(similarity, 0.1) - 2 * own).mean()
    torch.testing.assert_close(contrast(similarity, form="difference", **EXACT)[0], expected)


@pytest.mark.parametrize("form", FORMS)
def test_duplicates_play_but_are_no_negatives(cosines, form):
    similarity, groups = cosines(4, 4), [7, 3, 7, 1]
    found, _ = contrast(similarity, groups, form=form, **EXACT)
    values = enumerated(similarity)
    games = []
    for target in range(4):
        rivals = [k for k in range(4) if groups[k] != groups[target]]
        own = values[target, target]
        if form == "softmax":
            logits = torch.stack([own, *values[rivals, target]]) / 0.1
            games.append(logits.logsumexp(dim=0) - own / 0.1)
        else:
            games.append(values[rivals, target].sum() - own)
    torch.testing.assert_close(found, torch.stack(games).mean())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["exact", "enumeration"])
def test_the_gradient_pulls_every_true_pair_up_and_the_others_down_together(cosines, form, method):
    for seed in range(20):
        similarity = (cosines(6, 6, seed) * 0.5).requires_grad_()
        there, back = contrast(similarity, form=form, method=method, temperature=0.3)
        (gradient,) = torch.autograd.grad(there + back, similarity)
        assert (gradient.diagonal() < 0).all()
        if form == "softmax":
            assert gradient.sum() - gradient.diagonal().sum() > 0


@pytest.mark.parametrize("form", FORMS)
def test_gradcheck_passes_through_the_loss(cosines, form):
    similarity = cosines(4, 4).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: contrast(s, [0, 1, 1, 2], form=form, tolerance=1e-11), (similarity,), atol=1e-6
    )


def test_sampling_is_seeded_and_costs_what_it_is_allowed_to(cosines):
    def sampled(permutations, seed):
        generator = torch.Generator().manual_seed(seed)
        return contrast(
            cosines(5, 5), method="permutation", permutations=permutations, generator=generator
        )

    assert sampled(4, 1) == sampled(4, 1) != sampled(4, 2)
    exact = contrast(cosines(5, 5), **EXACT)
    few, many = (
        sum(abs(sampled(permutations, seed)[0] - exact[0]) for seed in range(10))
        for permutations in (4, 256)
    )
    assert many < few / 3


@pytest.mark.parametrize("number", [1e-3, 1e3])
def test_extreme_temperatures_give_numbers(cosines, number):
    similarity = cosines(5, 5, dtype=torch.float32).requires_grad_()
    there, back = contrast(similarity, temperature=number)
    (there + back).backward()
    assert (there + back).isfinite()
    assert similarity.grad.isfinite().all()


def test_an_unknown_method_is_refused(cosines):
    with pytest.raises(InputError, match="unknown method"):
        contrast(cosines(3, 3), method="magic")
