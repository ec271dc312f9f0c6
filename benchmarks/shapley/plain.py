"""Plain permutation sampling: the smallest honest form of it, which all times are divided by.

Every target shares the orders, prefix sums give all coalition values of an order at once, and rows
are taken by `index_select`; nothing reduces the variance.

References:
    Castro, Gomez, Tejada (2009), doi:10.1016/j.cor.2008.04.004.
"""

import torch
from torch import Tensor
from torch.nn import functional


def plain_softmax_mean(
    similarity: Tensor, temperature: float, permutations: int, generator: torch.Generator
) -> Tensor:
    """Return estimates for the softmax-mean game, shape (n, T).

    Args:
        similarity: Shape (n, T). Its spread must stay below some 80 temperatures.
        temperature: In units of similarity.
        permutations: Number of orders P.
        generator: Source of the orders.
    """
    orders = _draw(permutations, len(similarity), generator)  # (P, n)
    weights = ((similarity - similarity.detach().amax(dim=0)) / temperature).exp()  # (n, T)
    numerator = _in_order(weights * similarity, orders).cumsum(dim=1)  # (P, n, T)
    return _credit(numerator / _in_order(weights, orders).cumsum(dim=1), orders)


def plain_cosine_of_mean(
    contexts: Tensor, targets: Tensor, permutations: int, generator: torch.Generator
) -> Tensor:
    """Return estimates for the game of the mean embedding's cosine, shape (n, T).

    Args:
        contexts: The players' embeddings, shape (n, D).
        targets: Shape (T, D).
        permutations: Number of orders P.
        generator: Source of the orders.
    """
    orders = _draw(permutations, len(contexts), generator)  # (P, n)
    sums = _in_order(contexts, orders).cumsum(dim=1)  # (P, n, D)
    cosines = functional.normalize(sums, dim=2) @ functional.normalize(targets, dim=1).T
    return _credit(cosines, orders)


def _draw(permutations: int, players: int, generator: torch.Generator) -> Tensor:
    return torch.rand(permutations, players, generator=generator).argsort(dim=1)


def _in_order(rows: Tensor, orders: Tensor) -> Tensor:
    return rows.index_select(0, orders.reshape(-1)).view(*orders.shape, rows.shape[1])


def _credit(prefixes: Tensor, orders: Tensor) -> Tensor:
    """Return the mean gain of every player, shape (n, T), from prefix values (P, n, T)."""
    gains = torch.cat((prefixes[:, :1], prefixes.diff(dim=1)), dim=1)  # (P, n, T)
    total = prefixes.new_zeros(orders.shape[1], prefixes.shape[2])  # (n, T)
    return total.index_add(0, orders.reshape(-1), gains.flatten(0, 1)) / len(orders)
