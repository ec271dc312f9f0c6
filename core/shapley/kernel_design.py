"""Which coalitions a kernel regression draws, and the columns its equations have for them."""

import torch
from torch import Tensor

# Up to here every coalition is a single player or the complement of one: nothing is left to draw.
LARGEST_EXACT = 3


def sample_coalitions(
    pairs: int, players: int, *, generator: torch.Generator | None = None
) -> Tensor:
    """Return random coalitions of 2 to n - 2 players, drawn by the Shapley kernel, shape (C, n).

    A size k is drawn in proportion to 1 / (k (n - k)), then any coalition of that size.

    Args:
        pairs: Number of coalitions C; their complements are not among them.
        players: Number of players n, at least 4.
        generator: Source of randomness; None: torch's default generator.
    """
    device = torch.device("cpu") if generator is None else generator.device
    choices = torch.arange(2, players - 1, dtype=torch.float64, device=device)
    kernel = 1 / (choices * (players - choices))
    sizes = choices[torch.multinomial(kernel, pairs, replacement=True, generator=generator)]
    keys = torch.rand(pairs, players, dtype=torch.float64, generator=generator, device=device)
    return keys.argsort(dim=1) < sizes.unsqueeze(1)


def single_share(players: int) -> float:
    """Return the kernel's weight of single players and their complements, of 1 for all sizes."""
    if players <= LARGEST_EXACT:
        return 1.0
    harmonic = sum(1 / size for size in range(1, players))
    return players / ((players - 1) * harmonic)


def regression_columns(coalitions: Tensor) -> Tensor:
    """Return the left side of each coalition's equation, shape (C, 2n + 2), or (C, n) up to n = 3.

    Membership less its mean comes first. The rest has, on average over the kernel, no correlation
    with it: two functions of the size that change sign with the complement, and membership times a
    function of the size that is large in small and in large coalitions and negative between.

    Args:
        coalitions: Membership, shape (C, n), bool; neither nobody nor, from n = 2 on, everybody.

    Returns:
        The columns, float64.
    """
    players = coalitions.shape[1]
    sizes = coalitions.sum(dim=1, keepdim=True).double()  # (C, 1)
    membership = coalitions.double() - sizes / players  # (C, n)
    if players <= LARGEST_EXACT:
        return membership
    by_size = torch.cat((1 - 2 * sizes / players, 1 / sizes - 1 / (players - sizes)), dim=1)
    mean_spread = (players - 1) ** 2 * single_share(players) / 2  # of k (n - k) over the kernel
    slope = mean_spread / (sizes * (players - sizes)) - 1  # (C, 1)
    return torch.cat((membership, by_size, slope * membership), dim=1)
