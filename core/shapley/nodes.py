"""Where `quadrature` evaluates its two integrals, with an error bound known in advance.

The bounds, all ours, hold for one Shapley value and are divided by the spread of the similarities.
Each of the four errors gets a quarter of the tolerance. f(q, u) is the integrand of `quadrature`,
u = log lambda, W the sum of the weights w_k, of which the largest is 1.

* Left end. |f| <= lambda^2 q W, so what lies left of lambda_0 is at most W lambda_0^2 / 4.
* Right end. |f| <= q sum_k x_k exp(-x_k), so what lies right of lambda_1 is at most
  n exp(-lambda_1 w_min) / 2.
* Step h in u. f is analytic for |Im u| < pi / 2. At Im u = d every exp(-x_k) shrinks in modulus to
  exp(-|x_k| cos d); the integral of |f| is then at most 2 / cos d times the probability that a
  coalition is not empty. The trapezoidal rule errs by at most 4 / (cos d (exp(2 pi d / h) - 1)).
* Shares q. |1 - q c| is convex in c, hence, for complex q too, the integral of f over u is at most
  |q| sum_{j < n-1} |1 - q|^j. With M the maximum of that on the ellipse rho, Gauss-Legendre errs by
  at most 4 M rho^(1 - 2 m) / (rho - 1) with m nodes; f being a polynomial in q of degree n - 1, it
  is exact from m = n / 2 on.

With many players f varies fastest where coalitions are small, q < 1 / n. The substitution
q = (exp(kappa r) - 1) / (exp(kappa) - 1) crowds nodes there: 768 players need 11 of them instead of
47 for a tolerance of 1e-3.

References:
    Trefethen and Weideman (2014), The exponentially convergent trapezoidal rule,
    doi:10.1137/130932132. Trefethen (2008), Is Gauss quadrature better than Clenshaw-Curtis?,
    doi:10.1137/060659831.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

RATE_LIMIT = 20_000
SMALLEST_RELATIVE_TOLERANCE = 1e-13
# Found by search: kappa = log(n / 14) is within a node of the best kappa for n = 8 to 768.
_PLAYERS_WITHOUT_CROWDING = 14

_Reals = NDArray[np.float64]
_Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Nodes:
    """Nodes and weights of both integrals.

    Attributes:
        log_rates: u = log lambda on a uniform grid, shape (U,).
        step: Distance of neighbours in u, hence the weight of every rate.
        shares: q, shape (m,).
        share_weights: Weight of every share, shape (m,).
    """

    log_rates: _Reals
    step: float
    shares: _Reals
    share_weights: _Reals


def choose_nodes(
    players: int, *, log_range: float, weight_sum: float, relative_tolerance: float
) -> Nodes:
    """Return the fewest nodes whose error bounds meet the tolerance.

    Args:
        players: Number of players n, at least 2.
        log_range: Largest spread of the similarities to one target, divided by the temperature.
        weight_sum: Largest sum of the weights to one target.
        relative_tolerance: Error allowed in a Shapley value, divided by the spread.

    Raises:
        InputError: The tolerance is beyond float64, or the temperature so low that more than
            `RATE_LIMIT` rates would be needed.
    """
    if relative_tolerance < SMALLEST_RELATIVE_TOLERANCE:
        raise InputError(
            f"the tolerance is {relative_tolerance:.3g} of the similarities' spread, too fine for "
            f"float64; ask for at least {SMALLEST_RELATIVE_TOLERANCE:g} of it"
        )
    # Rounded down to a power of two, so that few different rules for the shares are ever needed.
    budget = 2.0 ** math.floor(math.log2(min(relative_tolerance, 1.0) / 4))
    step = _trapezoid_step(budget)
    first = math.log(2 * math.sqrt(budget / weight_sum))
    last = log_range + math.log(math.log(players / (2 * budget)))
    count = math.ceil((last - first) / step) + 1
    if count > RATE_LIMIT:
        raise InputError(
            f"quadrature would need {count} rates, over {RATE_LIMIT}, because the similarities "
            f"spread over {log_range:.3g} temperatures; raise the temperature or use "
            "method='permutation'"
        )
    shares, share_weights = _share_rule(players, budget)
    return Nodes(first + step * np.arange(count, dtype=np.float64), step, shares, share_weights)


def _trapezoid_step(budget: float) -> float:
    """Return the largest step in u whose error bound, for the best d, is within the budget."""
    d = np.linspace(1.0, 1.56, 57)
    return float(np.max(2 * np.pi * d / np.log1p(4 / (budget * np.cos(d)))))


@lru_cache(maxsize=256)
def _share_rule(players: int, budget: float) -> tuple[_Reals, _Reals]:
    """Return shares and weights, both (m,), of the crowded rule or of the exact one if smaller."""
    crowding = math.log(max(1.0, players / _PLAYERS_WITHOUT_CROWDING))
    exact = math.ceil(players / 2)
    count = _crowded_count(players, crowding, budget)
    if count >= exact:
        count, crowding = exact, 0.0
    points, weights = np.polynomial.legendre.leggauss(count)  # on [-1, 1]
    shares, slopes = _crowd((1 + points.astype(np.complex128)) / 2, crowding)
    return shares.real, slopes.real * weights / 2


def _crowded_count(players: int, crowding: float, budget: float) -> int:
    """Return how many Gauss nodes keep the error bound, for the best rho, within the budget."""
    rho = np.exp(np.geomspace(0.05, 4, 80))  # (80,)
    circle = rho[:, None] * np.exp(1j * np.linspace(0, np.pi, 129))  # (80, 129), half is enough
    shares, slopes = _crowd((1 + (circle + 1 / circle) / 2) / 2, crowding)
    # The sum of the powers of |1 - q| = 1 + excess in closed form, which 0 / 0 must not meet.
    excess = np.abs(1 - shares) - 1
    excess = np.where(np.abs(excess) < 1e-8, 1e-8, excess)
    with np.errstate(over="ignore"):
        powers = np.expm1((players - 1) * np.log1p(excess)) / excess
        bound = np.max(np.abs(shares * slopes) * powers, axis=1)  # M, (80,)
        log_error = np.log(4 * rho / (rho - 1)) + np.log(bound) - math.log(budget)
    return max(1, math.ceil(float(np.min(log_error / (2 * np.log(rho))))))


def _crowd(points: _Complex, crowding: float) -> tuple[_Complex, _Complex]:
    """Return shares and their derivatives at points r in or around [0, 1]; crowding is kappa."""
    if crowding == 0:
        return points, np.ones_like(points)
    kappa, scale = complex(crowding), complex(math.expm1(crowding))
    return np.expm1(kappa * points) / scale, kappa * np.exp(kappa * points) / scale
