"""The context-gated cross-attention: its extreme cases, shapes and gradients."""

import pytest
import torch

from core.errors import InputError
from core.fusion import ContextGatedFusion, bridge_weights

B, L, R, D, V = 2, 3, 4, 8, 6


@pytest.fixture
def fusion() -> ContextGatedFusion:
    torch.manual_seed(0)
    made = ContextGatedFusion(D, V, heads=2, dropout=0.0, gate_bias=0.0).double()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return made


@pytest.fixture
def inputs() -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    words, regions, bridge = (
        torch.randn(*shape, generator=generator, dtype=torch.float64)
        for shape in ((B, L, D), (B, R, V), (B, D))
    )
    return words, regions, bridge, torch.tensor([True, True])


def open_gates(fusion: ContextGatedFusion, *, text: float, image: float) -> None:
    for gate, bias in ((fusion.query_gate, text), (fusion.key_gate, image)):
        torch.nn.init.zeros_(gate.weight)
        torch.nn.init.constant_(gate.bias, bias)


def test_attention_rows_sum_to_one_and_gates_are_shares(fusion, inputs):
    fused = fusion(*inputs)
    assert fused.words.shape == (B, L, D)
    assert fused.text_gate.shape == (B, L)
    assert fused.image_gate.shape == (B, R)
    torch.testing.assert_close(fused.attention.sum(-1), torch.ones(B, L, dtype=torch.float64))
    assert ((fused.text_gate > 0) & (fused.text_gate < 1)).all()


def test_closed_image_gates_give_uniform_attention(fusion, inputs):
    open_gates(fusion, text=0.0, image=-1e3)
    attention = fusion(*inputs).attention
    torch.testing.assert_close(attention, torch.full_like(attention, 1 / R))


def test_open_gates_give_plain_cross_attention_whatever_the_context(fusion, inputs):
    words, regions, bridge, has_bridge = inputs
    open_gates(fusion, text=1e3, image=1e3)
    first = fusion(words, regions, bridge, has_bridge)
    second = fusion(words, regions, bridge + 3, has_bridge)
    torch.testing.assert_close(first.words, second.words)
    heads = 2
    query = fusion.query(words).view(B, L, heads, -1).transpose(1, 2)
    key = fusion.key(regions).view(B, R, heads, -1).transpose(1, 2)
    value = fusion.value(regions).view(B, R, heads, -1).transpose(1, 2)
    seen = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    hidden = fusion.attention_norm(words + fusion.output(seen.transpose(1, 2).flatten(2)))
    expected = fusion.feed_forward_norm(hidden + fusion.feed_forward(hidden))
    torch.testing.assert_close(first.words, expected, atol=1e-6, rtol=0)


def test_without_a_context_the_gates_are_fully_open(fusion, inputs):
    words, regions, bridge, _ = inputs
    fused = fusion(words, regions, bridge, torch.tensor([False, True]))
    assert (fused.text_gate[0] == 1).all()
    assert (fused.image_gate[0] == 1).all()
    assert (fused.text_gate[1] < 1).all()


def test_an_untrained_layer_says_the_same_with_and_without_the_image(inputs):
    torch.manual_seed(0)
    fusion = ContextGatedFusion(D, V, heads=2, dropout=0.0, gate_bias=2.0).double()
    words, regions, bridge, has_bridge = inputs
    torch.testing.assert_close(
        fusion(words, regions, bridge, has_bridge).words, fusion.without_image(words)
    )
    gate = fusion(words, regions, bridge, has_bridge).text_gate
    assert gate.mean().item() == pytest.approx(0.88, abs=0.02)


def test_gradients_are_right_for_every_input(fusion, inputs):
    words, regions, bridge, has_bridge = inputs
    leaves = [x[:1].clone().requires_grad_() for x in (words, regions, bridge)]

    assert torch.autograd.gradcheck(lambda *given: fusion(*given, has_bridge[:1]).words, leaves)


def test_a_width_that_heads_do_not_divide_is_refused():
    with pytest.raises(InputError, match=r"fusion\.heads 3 does not divide 10"):
        ContextGatedFusion(10, 4, heads=3, dropout=0.0, gate_bias=0.0)


def test_bridge_shares_follow_affinity_and_skip_absent_contexts():
    affinity = torch.tensor([[0.5, 0.1, 0.9], [0.2, 0.2, 0.2], [0.3, 0.1, 0.2]])
    present = torch.tensor([[True, True, False], [True, True, True], [False, False, False]])
    shares = bridge_weights(affinity, present, temperature=0.1)
    ratio = torch.tensor(0.4 / 0.1).exp()
    expected = torch.tensor(
        [[ratio / (1 + ratio), 1 / (1 + ratio), 0], [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]]
    )
    torch.testing.assert_close(shares, expected)
