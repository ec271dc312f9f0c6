"""Shapley values that a formula gives at once.

In the additive game everybody earns their own similarity. The two others are the limits of the
softmax mean at a high and at a low temperature, so they are its tests as well.
"""

import torch
from torch import Tensor


def mean_values(similarity: Tensor) -> Tensor:
    """Return the Shapley values of the mean of the members' similarities.

    Ours. With H_n = 1 + 1/2 + ... + 1/n, phi_i = (H_n s_i - (H_n - 1) mean_{j != i} s_j) / n: a
    centring of the similarities, which is why the mean is a poor game to learn from.

    Args:
        similarity: Shape (n, T).
    """
    players = len(similarity)
    if players == 1:
        return similarity.clone()
    harmonic = sum(1 / size for size in range(1, players + 1))
    others = (similarity.sum(dim=0) - similarity) / (players - 1)  # (n, T)
    return (harmonic * similarity - (harmonic - 1) * others) / players


def max_values(similarity: Tensor) -> Tensor:
    """Return the Shapley values of the best member's similarity, the airport game.

    From the lowest similarity up, what each step adds is shared by all who reach it.

    Args:
        similarity: Shape (n, T).

    References:
        Littlechild and Owen (1973), doi:10.1287/mnsc.20.3.370.
    """
    players = len(similarity)
    ascending, order = similarity.sort(dim=0)  # (n, T)
    steps = ascending.diff(dim=0, prepend=torch.zeros_like(ascending[:1]))
    sharing = torch.arange(players, 0, -1, device=similarity.device).unsqueeze(1)  # (n, 1)
    return torch.zeros_like(similarity).scatter(0, order, (steps / sharing).cumsum(dim=0))
