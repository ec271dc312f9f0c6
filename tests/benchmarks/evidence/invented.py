"""A small comparison that nobody trained."""

from core.analysis.evidence import Comparison, Variant


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
