"""Parts of a table with a name: posts in a range of one feature, or of several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from core.analysis.features import Feature, feature_of
from core.analysis.intervals import DRAWS, Scores, score_counts
from core.analysis.posts import UNKNOWN, Flags, counts, numbers, scored
from core.errors import InputError
from core.records import Frozen

_BUCKETS = 5
_DIGITS = 3  # of a border: short enough for an address, fine enough to split posts


class Range(Frozen):
    """Posts with a value from `low` to below `high`, or with exactly `value`."""

    column: str
    low: float | None = Field(None, description="None: no lower bound")
    high: float | None = Field(None, description="None: no upper bound")
    value: str | None = Field(None, description='of a category; "unknown": the column says nothing')

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if bool(bounds) == (self.value is not None):
            raise ValueError("a range has either bounds or a value")
        if len(bounds) == 2 and bounds[0] >= bounds[1]:
            raise ValueError(f"nothing lies from {bounds[0]:g} to below {bounds[1]:g}")
        return self

    def __str__(self) -> str:
        """Return the range in words, such as "5 ≤ words < 9"."""
        feature = _known(self.column)
        if self.value is not None:
            return f"{feature.label}: {self.value}"
        if feature.is_whole and self.low is not None and self.high == self.low + 1:
            return f"{feature.label} = {self.low:g}"
        below = "" if self.high is None else f" < {self.high:g}"
        if self.low is None:
            return f"{feature.label}{below}"
        return (
            f"{self.low:g} ≤ {feature.label}{below}" if below else f"{feature.label} ≥ {self.low:g}"
        )


class Slice(Frozen):
    """The posts that lie in every one of these ranges."""

    name: str = Field(min_length=1, max_length=80)
    ranges: tuple[Range, ...] = Field(min_length=1)

    @property
    def definition(self) -> str:
        """Which posts these are, in words, with what each feature means."""
        meanings = dict.fromkeys(_known(part.column).definition for part in self.ranges)
        return " and ".join(map(str, self.ranges)) + ". " + " ".join(meanings)


@dataclass(frozen=True)
class SliceScores:
    """How well the posts of a slice went.

    Attributes:
        slice: Which posts.
        posts: How many with gold answers.
        share: Of all posts with gold answers.
        scores: Of their units, with intervals; support is `scores.support`.
    """

    slice: Slice
    posts: int
    share: float
    scores: Scores


def slice_of(*ranges: Range, name: str = "") -> Slice:
    """Return the slice of these ranges, named after them unless a name is given.

    Raises:
        InputError: A column is none that posts are sliced by.
    """
    return Slice(name=(name or " and ".join(map(str, ranges)))[:80], ranges=ranges)


def members(table: pd.DataFrame, chosen: Slice) -> Flags:
    """Return which posts of a table lie in a slice, shape (posts,).

    Raises:
        InputError: The table has no such column, or the column is no number.
    """
    inside = np.ones(len(table), dtype=bool)
    for part in chosen.ranges:
        inside &= _inside(table, part)
    return inside


def buckets(table: pd.DataFrame, column: str, *, number: int = _BUCKETS) -> list[Slice]:
    """Return slices by one feature; every post lies in exactly one of them, and none is empty.

    A number is cut at its natural borders and, unless it is a small count, where equally many
    posts lie between borders (rounded to three digits). What a column says nothing of is a slice
    of its own.

    Args:
        table: The posts.
        column: Of the table.
        number: How many buckets of equally many posts are aimed at; ties make fewer.

    Raises:
        InputError: The table has no such column, or posts are not sliced by it.
    """
    feature = _known(column)
    _check_column(table, column)
    ranges = _categories(table, feature) if _is_category(feature) else _cuts(table, feature, number)
    ranges.append(Range(column=column, value=UNKNOWN))
    return [slice_of(part) for part in dict.fromkeys(ranges) if _inside(table, part).any()]


def score_slices(
    table: pd.DataFrame, chosen: Sequence[Slice], *, draws: int = DRAWS, seed: int = 0
) -> list[SliceScores]:
    """Score the posts of each slice that have gold answers, with intervals.

    Raises:
        InputError: The table cannot be scored, or lacks a slice's column.
    """
    found = scored(table)
    units = counts(found)
    made = []
    for one in chosen:
        own = units[members(found, one)]
        scores = score_counts(own, name=one.name, draws=draws, seed=seed)
        made.append(SliceScores(one, len(own), len(own) / len(units), scores))
    return made


def _known(column: str) -> Feature:
    feature = feature_of(column)
    if feature is None:
        raise InputError(f"posts are not sliced by {column!r}; choose one of the features offered")
    return feature


def _is_category(feature: Feature) -> bool:
    return bool(feature.values)


def _check_column(table: pd.DataFrame, column: str) -> None:
    if column not in table:
        raise InputError(f"these posts have no column {column!r}; choose another feature")


def _inside(table: pd.DataFrame, part: Range) -> Flags:
    _check_column(table, part.column)
    if part.value == UNKNOWN:
        column = table[part.column]
        return np.asarray((column.isna() | column.eq(UNKNOWN).fillna(False)), dtype=bool)
    if part.value is not None:
        return np.asarray(table[part.column].eq(part.value).fillna(False), dtype=bool)
    if _is_category(_known(part.column)):
        raise InputError(f"{part.column!r} is no number; choose one of its values")
    values = numbers(table, part.column)
    inside = ~np.isnan(values)
    if part.low is not None:
        inside &= values >= part.low
    if part.high is not None:
        inside &= values < part.high
    return inside


def _categories(table: pd.DataFrame, feature: Feature) -> list[Range]:
    there = {str(value) for value in table[feature.column].dropna().unique()}
    values = [value for value in feature.values if value in there]
    values += sorted(there - {*values, UNKNOWN})
    return [Range(column=feature.column, value=value) for value in values]


def _cuts(table: pd.DataFrame, feature: Feature, number: int) -> list[Range]:
    values = numbers(table, feature.column)
    values = values[~np.isnan(values)]
    if not len(values):
        return []
    borders = set(feature.borders)
    if feature.quantiles:
        quantiles = np.quantile(values, np.linspace(0, 1, number + 1)[1:-1]).tolist()
        borders |= {float(f"{border:.{_DIGITS}g}") for border in quantiles}
    if feature.is_whole:
        borders = {float(np.ceil(border)) for border in borders}
    inner = sorted(border for border in borders if values.min() < border <= values.max())
    if not inner:
        return [Range(column=feature.column, low=float(values.min()))]
    ends = [None, *inner, None]
    return [Range(column=feature.column, low=low, high=high) for low, high in pairwise(ends)]
