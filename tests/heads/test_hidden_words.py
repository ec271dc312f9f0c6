"""Hidden words are told by the encoder's table, from what the encoder says."""

import torch
from torch.nn.functional import gelu, layer_norm

from core.heads.hidden_words import HiddenWordHead

WIDTH, PIECES = 6, 11


def test_it_starts_from_what_the_encoder_says():
    torch.manual_seed(0)
    hidden, table = torch.randn(4, WIDTH), torch.randn(PIECES, WIDTH)
    scores = HiddenWordHead(WIDTH, PIECES, mask=3)(hidden, table)
    expected = layer_norm(gelu(hidden), (WIDTH,)) @ table.T
    torch.testing.assert_close(scores, expected)


def test_everything_but_the_table_learns():
    torch.manual_seed(0)
    head = HiddenWordHead(WIDTH, PIECES, mask=3)
    hidden = torch.randn(4, WIDTH, requires_grad=True)
    table = torch.randn(PIECES, WIDTH)
    torch.nn.functional.cross_entropy(head(hidden, table), torch.tensor([0, 1, 2, 3])).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in head.parameters())
    assert hidden.grad.abs().sum() > 0
    assert table.grad is None


def test_half_precision_gives_full_scores():
    head = HiddenWordHead(WIDTH, PIECES, mask=3)
    with torch.autocast("cpu", torch.bfloat16):
        scores = head(torch.randn(4, WIDTH), torch.randn(PIECES, WIDTH))
    assert scores.dtype == torch.float32
