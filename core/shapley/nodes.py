"""Where quadrature evaluates its two integrals, with an error bound known in advance.

All bounds are ours, hold for one Shapley value, and are in the unit of the integrand. Each of the
four errors gets a quarter of the tolerance. f(q, u) is the integrand, u = log lambda.

* Left end. Towards lambda = 0 the integrand is k lambda^p but for a term of one order more. The
  nodes left out there would add up to a geometric series, so the first node's weight is divided by
  1 - exp(-p h). What remains is the game's to bound; it says where the first node must lie.
* Right end. The game says where the integrand has died away.
* Step h in u. f is analytic for |Im u| < pi / 2. Where its integral at Im u = d is at most
  B / cos d, the trapezoidal rule errs by at most 2 B / (cos d (exp(2 pi d / h) - 1)).
* Shares q. With M the maximum on the ellipse rho of the game's bound for complex q, Gauss-Legendre
  errs by at most 4 M rho^(1 - 2 m) / (rho - 1) with m nodes; f being a polynomial in q of degree
  n - 1, it is exact from m = n / 2 on.

With many players f varies fastest where coalitions are small, q < 1 / n. The substitution
q = (exp(kappa r) - 1) / (exp(kappa) - 1) crowds nodes there: 768 players need 11 of them instead of
47 for a tolerance of 1e-3.

References:
    Trefethen and Weideman (2014), The exponentially convergent trapezoidal rule,
    doi:10.1137/130932132. Trefethen (2008), Is Gauss quadrature better than Clenshaw-Curtis?,
    doi:10.1137/060659831.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

RATE_LIMIT = 20_000
SMALLEST_TOLERANCE = 1e-13
# Found by search: kappa = log(n / 14) is within a node of the best kappa for n = 8 to 768.
_PLAYERS_WITHOUT_CROWDING = 14

_Reals = NDArray[np.float64]
_Complex = NDArray[np.complex128]
# (q, n) -> bound of the integral of f over u, for complex q, in units of the integrand.
ShareBound = Callable[[_Complex, int], _Reals]


class TooFine(InputError):
    """Quadrature cannot reach the tolerance, or not at any reasonable cost; other methods may."""


@dataclass(frozen=True)
class Nodes:
    """Nodes and weights of both integrals.

    Attributes:
        log_rates: u = log lambda on a uniform grid, shape (U,).
        rate_weights: Their weights, shape (U,).
        shares: q, shape (m,).
        share_weights: Their weights, shape (m,).
    """

    log_rates: _Reals
    rate_weights: _Reals
    shares: _Reals
    share_weights: _Reals


def quarter(tolerance: float) -> float:
    """Return the error that each of the four sources may make.

    Rounded down to a power of two, so that few different rules for the shares are ever needed.

    Raises:
        TooFine: The tolerance is beyond float64.
    """
    if tolerance < SMALLEST_TOLERANCE:
        raise TooFine(
            f"the tolerance is {tolerance:.3g} of the similarities' range, too fine for float64; "
            f"ask for at least {SMALLEST_TOLERANCE:g} of it"
        )
    return float(2.0 ** math.floor(math.log2(min(tolerance, 1.0) / 4)))


def choose_nodes(
    players: int,
    *,
    first: float,
    last: float,
    order: int,
    strip_bound: float,
    share_bound: ShareBound,
    budget: float,
) -> Nodes:
    """Return the fewest nodes whose error bounds are each within the budget.

    Args:
        players: Number of players n, at least 2.
        first: u of the first rate.
        last: u beyond which nothing is left.
        order: p of the left end.
        strip_bound: B of the step.
        share_bound: Of the shares.
        budget: From `quarter`.

    Raises:
        TooFine: More than `RATE_LIMIT` rates would be needed.
    """
    step = _trapezoid_step(budget, strip_bound)
    count = max(1, math.ceil((last - first) / step) + 1)
    if count > RATE_LIMIT:
        raise TooFine(
            f"quadrature would need {count} rates, over {RATE_LIMIT}, because the similarities "
            f"spread over {last - first:.3g} temperatures; raise the temperature or use "
            "method='permutation'"
        )
    weights = np.full(count, step)
    weights[0] /= -math.expm1(-order * step)
    rates = first + step * np.arange(count, dtype=np.float64)
    return Nodes(rates, weights, *_share_rule(players, budget, share_bound))


def _trapezoid_step(budget: float, strip_bound: float) -> float:
    """Return the largest step in u whose error bound, for the best d, is within the budget."""
    d = np.linspace(1.0, 1.56, 57)
    return float(np.max(2 * np.pi * d / np.log1p(2 * strip_bound / (budget * np.cos(d)))))


@lru_cache(maxsize=512)
def _share_rule(players: int, budget: float, bound: ShareBound) -> tuple[_Reals, _Reals]:
    """Return shares and weights, both (m,), of the crowded rule or of the exact one if smaller."""
    crowding = math.log(max(1.0, players / _PLAYERS_WITHOUT_CROWDING))
    exact = math.ceil(players / 2)
    count = _crowded_count(players, crowding, budget, bound)
    if count >= exact:
        count, crowding = exact, 0.0
    points, weights = np.polynomial.legendre.leggauss(count)  # on [-1, 1]
    shares, slopes = _crowd((1 + points.astype(np.complex128)) / 2, crowding)
    return shares.real, slopes.real * weights / 2


def _crowded_count(players: int, crowding: float, budget: float, bound: ShareBound) -> int:
    """Return how many Gauss nodes keep the error bound, for the best rho, within the budget."""
    rho = np.exp(np.geomspace(0.05, 4, 80))  # (80,)
    circle = rho[:, None] * np.exp(1j * np.linspace(0, np.pi, 129))  # (80, 129), half is enough
    shares, slopes = _crowd((1 + (circle + 1 / circle) / 2) / 2, crowding)
    with np.errstate(over="ignore"):
        largest = np.max(np.abs(slopes) * bound(shares, players), axis=1)  # M, (80,)
        log_error = np.log(4 * rho / (rho - 1)) + np.log(largest) - math.log(budget)
    return max(1, math.ceil(float(np.min(log_error / (2 * np.log(rho))))))


def _crowd(points: _Complex, crowding: float) -> tuple[_Complex, _Complex]:
    """Return shares and their derivatives at points r in or around [0, 1]; crowding is kappa."""
    if crowding == 0:
        return points, np.ones_like(points)
    kappa, scale = complex(crowding), complex(math.expm1(crowding))
    return np.expm1(kappa * points) / scale, kappa * np.exp(kappa * points) / scale
