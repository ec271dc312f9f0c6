"""The grid holds what its parts are said to be."""

import numpy as np
import torch

from core.shapley.nodes import Nodes
from core.shapley.quadrature import blocks, working_dtype

NODES = Nodes(
    np.array([-2.0, -1.0, 0.0, 1.0]),
    np.array([0.4, 0.5, 0.5, 0.5]),
    np.array([0.2, 0.5, 0.9]),
    np.array([0.3, 0.3, 0.4]),
)


def test_a_block_holds_the_factors_of_every_node_player_and_target(cosines):
    logits = cosines(4, 2)
    (block,) = blocks(logits, NODES)
    for u in range(4):
        for m in range(3):
            x = torch.exp(NODES.log_rates[u] + logits)
            g = 1 - NODES.shares[m] * (1 - torch.exp(-x))
            weight = NODES.rate_weights[u] * NODES.share_weights[m]
            torch.testing.assert_close(block.x[u], x)
            torch.testing.assert_close(block.joined[u], 1 - torch.exp(-x))
            torch.testing.assert_close(block.pull[u], x * torch.exp(-x))
            torch.testing.assert_close(block.inverse[u, m], 1 / g)
            torch.testing.assert_close(block.product[u, m], weight * g.prod(dim=0))


def test_sums_over_players_and_shares_divide_by_the_factors(cosines):
    (block,) = blocks(cosines(4, 2), NODES)
    players = cosines(4, 2, seed=1).expand(4, 4, 2)
    shares = cosines(3, 2, seed=2).expand(4, 3, 2)
    inverse = block.inverse  # (U, m, n, T)
    found = block.over_players(players)
    torch.testing.assert_close(found, torch.einsum("umnt,unt->umt", inverse, players))
    found = block.over_shares(shares)
    torch.testing.assert_close(found, torch.einsum("umnt,umt->unt", inverse, shares))
    found = block.over_shares_squared(shares)
    torch.testing.assert_close(found, torch.einsum("umnt,umt->unt", inverse**2, shares))


def test_blocks_meet_every_rate_and_target_once(cosines, monkeypatch):
    logits = cosines(4, 7)
    (whole,) = blocks(logits, NODES)
    monkeypatch.setattr("core.shapley.quadrature._CPU_BLOCK", 3 * 4 * 2)
    met = torch.zeros(7, dtype=torch.int64)
    total = torch.zeros(3, 7, dtype=torch.float64)
    for block in blocks(logits, NODES):
        met[block.targets] += len(block.x)
        total[:, block.targets] += block.product.sum(dim=0)
    assert torch.equal(met, torch.full((7,), 4))
    torch.testing.assert_close(total, whole.product.sum(dim=0))


def test_weights_beyond_floating_point_are_nothing_rather_than_nan():
    (block,) = blocks(torch.tensor([[0.0], [-900.0], [900.0]]).double(), NODES)
    for part in (block.joined, block.pull, block.inverse, block.product):
        assert part.isfinite().all()
    assert block.joined[0, :, 0].tolist()[1:] == [0.0, 1.0]


def test_single_precision_is_kept_only_where_it_suffices():
    assert working_dtype(torch.float32, tolerance=1e-3, log_range=10) == torch.float32
    assert working_dtype(torch.float32, tolerance=1e-6, log_range=10) == torch.float64
    assert working_dtype(torch.float32, tolerance=1e-3, log_range=500) == torch.float64
