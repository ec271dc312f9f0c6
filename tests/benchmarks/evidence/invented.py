"""Small results that nobody trained or measured."""

from core.analysis.evidence import Comparison, Variant
from core.analysis.robustness import Robustness, score_condition


def variant(name, f1_by_seed, difference=None, low=None, high=None, seeds=(13, 14)):
    return Variant(
        name=name,
        changes={},
        seeds=seeds,
        f1_by_seed=f1_by_seed,
        f1=sum(f1_by_seed) / len(f1_by_seed),
        deviation=0.01,
        f1_without_contexts=0.5,
        alignment={},
        difference=difference,
        low=low,
        high=high,
        p=None,
        seconds_per_step=1.0,
        trained_parameters=1,
    )


COMPARISON = Comparison(
    dev="valid",
    posts=700,
    variants=(
        variant("full", (0.80, 0.82)),
        variant("text-only", (0.79, 0.78, 0.90), -0.025, -0.04, -0.01, seeds=(13, 14, 15)),
        variant("no seed in common", (0.7,), seeds=(16,)),
    ),
)

WITHOUT = ((2, 0, 1), (1, 1, 1))
ROBUSTNESS = Robustness(
    checkpoint="full@0123",
    task="mner",
    data="valid",
    posts=2,
    seed=13,
    conditions=(
        score_condition("none", [0, 0], WITHOUT, None, seed=13),
        score_condition("foreign", [1, 1], ((1, 1, 2), (1, 1, 1)), WITHOUT, seed=13),
    ),
    left_out={"one": "gives every post what own gives"},
)
