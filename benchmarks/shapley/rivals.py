"""Other libraries on the same problem, each fed the value function in the form it takes fastest.

All get as many coalition values per target as 64 orders take. captum and shap answer for all
targets at once; shapiq answers for one, so it is asked about the first few and its time multiplied.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.shapley.methods import PERMUTATIONS, Found, Method
from benchmarks.shapley.problems import Problem

SHAPIQ_TARGETS = 4
PACKAGES = ("captum", "shap", "shapiq")
_CAPTUM_AT_ONCE = 32
_Reals = NDArray[np.float64]


def installed_rivals() -> list[Method]:
    """Return the estimators of those libraries that are installed."""
    return [
        Method(name, "library", solve, targets)
        for package, name, solve, targets in _RIVALS
        if find_spec(package)
    ]


def missing_rivals() -> list[str]:
    """Return one sentence for each library that is not installed."""
    return [
        f"{package} is not installed, so it was not compared; pip install -r requirements-bench.txt"
        for package in PACKAGES
        if not find_spec(package)
    ]


def rival_versions() -> dict[str, str]:
    """Return the versions of the installed libraries."""
    return {package: version(package) for package in PACKAGES if find_spec(package)}


class CountedGame:
    """The softmax-mean game as a function of masks, which counts what it is asked.

    Attributes:
        asked: Coalitions valued so far.
    """

    def __init__(self, problem: Problem) -> None:
        similarity = problem.numbers[0].double()  # (n, T)
        exponents = (similarity - similarity.amax(dim=0)) / (problem.temperature or 1.0)
        self._weights: _Reals = exponents.exp().numpy()
        self._weighted: _Reals = (exponents.exp() * similarity).numpy()
        self.asked = 0

    def __call__(self, masks: NDArray[Any]) -> _Reals:
        """Return values (C, T) of the coalitions (C, n); 0 for the empty one."""
        members = np.atleast_2d(masks).astype(np.float64)
        self.asked += len(members)
        total = members @ self._weights
        return np.divide(members @ self._weighted, total, out=np.zeros_like(total), where=total > 0)


def _captum_sampling(problem: Problem, generator: torch.Generator) -> Found:
    from captum.attr import ShapleyValueSampling

    (similarity,) = problem.numbers
    players, targets = similarity.shape
    exponents = (similarity - similarity.amax(dim=0)) / (problem.temperature or 1.0)
    weights = exponents.exp().T.contiguous()  # (T, n)
    weighted = weights * similarity.T
    asked = 0

    def values(masks: Tensor) -> Tensor:
        nonlocal asked
        asked += len(masks) // targets
        members = masks.view(-1, targets, players)
        # An empty coalition has no weight: 0 / tiny is 0.
        total = (members * weights).sum(dim=2).clamp(min=torch.finfo(masks.dtype).tiny)
        return ((members * weighted).sum(dim=2) / total).flatten()

    # One example per target: several steps of an order can then be valued in one call.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_seed(generator))  # the only way to seed captum
        attributed = ShapleyValueSampling(values).attribute(
            torch.ones(targets, players),
            n_samples=PERMUTATIONS,
            perturbations_per_eval=min(_CAPTUM_AT_ONCE, players),
        )
    return Found(attributed.T, asked)


def _shap_permutation(problem: Problem, generator: torch.Generator) -> Found:
    import shap

    game = CountedGame(problem)
    masker = shap.maskers.Independent(np.zeros((1, problem.players)))
    explainer = shap.PermutationExplainer(game, masker, seed=_seed(generator))
    # An order there and back takes 2 n + 1 values.
    budget = PERMUTATIONS // 2 * (2 * problem.players + 1)
    explained = explainer(np.ones((1, problem.players)), max_evals=budget, silent=True)
    return Found(torch.from_numpy(explained.values[0]), game.asked)


def _shap_kernel(problem: Problem, generator: torch.Generator) -> Found:
    import shap

    game = CountedGame(problem)
    nobody = np.zeros((1, problem.players))
    explainer = shap.KernelExplainer(game, nobody)
    np.random.seed(_seed(generator))  # noqa: NPY002  # the only way to seed KernelExplainer
    values = explainer.shap_values(
        nobody + 1, nsamples=PERMUTATIONS * problem.players, l1_reg=False, silent=True
    )
    return Found(torch.from_numpy(values[0]), game.asked)


def _shapiq(estimator: str, problem: Problem, generator: torch.Generator) -> Found:
    import shapiq

    budget = PERMUTATIONS * problem.players
    columns, asked, seed = [], 0, _seed(generator)
    for target in range(min(SHAPIQ_TARGETS, problem.players)):
        game = CountedGame(_towards(problem, target))
        approximator = getattr(shapiq.approximator, estimator)(problem.players, random_state=seed)
        found = approximator.approximate(budget, partial(_first_target, game))
        columns.append(torch.from_numpy(found.get_n_order_values(1)))
        asked = game.asked
    return Found(torch.stack(columns, dim=1), asked)


def _seed(generator: torch.Generator) -> int:
    return int(torch.randint(2**31, (), generator=generator))


def _first_target(game: CountedGame, masks: NDArray[Any]) -> _Reals:
    return game(masks)[:, 0]


def _towards(problem: Problem, target: int) -> Problem:
    return replace(problem, numbers=(problem.numbers[0][:, target : target + 1],))


_Solve = Callable[[Problem, torch.Generator], Found]
# Package, name, how it is run, and how many of the targets it is asked about.
_RIVALS: list[tuple[str, str, _Solve, int | None]] = [
    ("captum", "captum ShapleyValueSampling", _captum_sampling, None),
    ("shap", "shap PermutationExplainer", _shap_permutation, None),
    ("shap", "shap KernelExplainer", _shap_kernel, None),
    (
        "shapiq",
        "shapiq PermutationSamplingSV",
        partial(_shapiq, "PermutationSamplingSV"),
        SHAPIQ_TARGETS,
    ),
    ("shapiq", "shapiq KernelSHAP", partial(_shapiq, "KernelSHAP"), SHAPIQ_TARGETS),
]
