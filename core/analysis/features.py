"""What a table can be sliced by: its columns with a name, a definition and natural borders."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from core.analysis.posts import UNKNOWN, Flags, equals
from core.contexts.measures import MEASURES

OUTCOME_OF: Final = "outcome of "
_COUNTED: Final = (1.0, 2.0, 3.0)
_SIGN: Final = (0.0,)


@dataclass(frozen=True)
class Feature:
    """One thing that posts differ in.

    Attributes:
        column: Of the table.
        label: In words, as an axis would be called.
        definition: One sentence.
        values: Of a category, in the order they are shown; empty for a number.
        borders: Of a number: borders that are always drawn.
        quantiles: Of a number: also draw borders that hold equally many posts between them.
        is_whole: Of a number: it counts something.
        is_result: It says how well the post went, so that finding bad posts by it explains nothing.
    """

    column: str
    label: str
    definition: str
    values: tuple[str, ...] = ()
    borders: tuple[float, ...] = ()
    quantiles: bool = True
    is_whole: bool = False
    is_result: bool = False


def _few(column: str, label: str, definition: str) -> Feature:
    return Feature(column, label, definition, borders=_COUNTED, quantiles=False, is_whole=True)


def _measured(name: str) -> Feature:
    """Return a measure of one context as that of all contexts of a post."""
    measure = MEASURES[name]
    return Feature(name, measure.label, f"{measure.definition} {measure.limit}")


def _catalogue() -> tuple[Feature, ...]:
    best = "of the context that stands best on that side"
    return (
        Feature("words", "words", "Words in the post.", is_whole=True),
        _few("gold_units", "gold units", "Units that people marked in the post."),
        Feature(
            "entity_words", "words per entity", "Mean length of the marked entities, in words."
        ),
        Feature("entity_density", "entity density", "Share of the words inside a marked entity."),
        Feature("capitals", "capitals", "Share of the words that hold a capital letter."),
        _few("hashtags", "hashtags", "Hashtags in the post."),
        _few("mentions", "mentions", "Names of users (@) in the post."),
        _few("urls", "addresses", "Web addresses in the post."),
        _few("contexts", "contexts", "Contexts that were switched on."),
        Feature("context_words", "context words", "Mean length of the contexts, in words."),
        *map(_measured, ("copy_rate", "name_overlap", "specificity")),
        *map(_measured, ("made_up", "left_out", "agreement", "log_likelihood")),
        Feature("phi_text", "φ, text side", f"Scaled Shapley value {best}.", borders=_SIGN),
        Feature("phi_image", "φ, photo side", f"Scaled Shapley value {best}.", borders=_SIGN),
        Feature(
            "margin_text",
            "margin, text side",
            f"Scaled value {best}, minus the best in the reference bank.",
            borders=_SIGN,
        ),
        Feature(
            "margin_image",
            "margin, photo side",
            f"Scaled value {best}, minus the best in the reference bank.",
            borders=_SIGN,
        ),
        Feature("gate_text", "gate, text side", "Mean share of its own voice that a word keeps."),
        Feature("gate_image", "gate, photo side", "Mean share that a region of the photo keeps."),
        Feature("confidence", "confidence", "Smallest score among the predicted units."),
        Feature(
            "verdict",
            "verdict",
            "The model's word on the best context.",
            values=("aligned", "uncertain", "misaligned"),
        ),
        Feature(
            "effect",
            "context effect",
            "Fewer (helped) or more (hurt) units wrong than without contexts.",
            values=("helped", "no change", "hurt"),
            is_result=True,
        ),
        Feature(
            "outcome",
            "outcome",
            "All units right, some, none, or nothing there and nothing said (empty).",
            values=("right", "partly", "wrong", "empty", "no gold"),
            is_result=True,
        ),
    )


FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {feature.column: feature for feature in _catalogue()}
)


def feature_of(column: str) -> Feature | None:
    """Return what a column means; None for a column that posts are not sliced by."""
    if not column.startswith(OUTCOME_OF):
        return FEATURES.get(column)
    name = column.removeprefix(OUTCOME_OF)
    return Feature(
        column,
        f"outcome of {name}",
        f"Whether every gold and every predicted {name} of the post is right.",
        values=("right", "wrong", "none"),
        is_result=True,
    )


def with_type_outcomes(table: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a column "outcome of TYPE" for every type of unit.

    It is "right" where all gold and predicted units of the type are correct, "wrong" where one is
    not, "none" where there is none, and "unknown" without gold answers.
    """
    has_gold = table["has_gold"].to_numpy(dtype=bool)
    wrong = ~equals(units["error"], "correct")
    columns = {}
    names = sorted({*units["gold"].dropna(), *units["predicted"].dropna()})
    for name in map(str, names):
        named = equals(units["gold"], name) | equals(units["predicted"], name)
        there, bad = (_rows(table, units, mask) for mask in (named, named & wrong))
        columns[OUTCOME_OF + name] = np.select(
            [~has_gold, bad, there], [UNKNOWN, "wrong", "right"], default="none"
        )
    return table.assign(**columns)


def _rows(table: pd.DataFrame, units: pd.DataFrame, mask: Flags) -> Flags:
    return np.asarray(table.index.isin(units["row"][mask]), dtype=bool)
