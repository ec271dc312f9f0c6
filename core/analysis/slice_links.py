"""Slices outside the program: as a short piece of an address, and as a file of saved ones."""

import json
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from pydantic import Field, ValidationError

from core.analysis.features import feature_of
from core.analysis.slices import Range, Slice, slice_of
from core.errors import InputError
from core.records import Frozen

SLICES_FORMAT: Final = "shap-ca-slices/1"
_LONGEST = 500  # characters of an address that could still be a slice
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_BOUNDS = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")


class _Saved(Frozen):
    format: str
    slices: list[Slice] = Field(max_length=1000)


def slice_to_link(chosen: Slice) -> str:
    """Return a slice as a short piece of an address; its name is not kept.

    >>> slice_to_link(slice_of(Range(column="words", low=5, high=9)))
    'words:5..9'
    """
    return ",".join(map(_part, chosen.ranges))


def slice_from_link(link: str) -> Slice:
    """Return the slice that `slice_to_link` wrote, named after its ranges.

    Raises:
        InputError: The link is damaged or names a feature that does not exist.
    """
    wrong = InputError(f"the address names no slice ({link[:60]!r}); choose the slice again")
    if len(link) > _LONGEST:
        raise wrong
    try:
        return slice_of(*map(_range, link.split(",")))
    except ValueError as error:
        raise wrong from error


def slices_to_json(slices: Sequence[Slice]) -> str:
    """Return slices as the text of a file."""
    saved = _Saved(format=SLICES_FORMAT, slices=list(slices))
    return json.dumps(saved.model_dump(), ensure_ascii=False, indent=1) + "\n"


def slices_from_json(text: str) -> list[Slice]:
    """Return the slices that `slices_to_json` wrote.

    Raises:
        InputError: The text is damaged, of another format, or names an unknown feature.
    """
    try:
        saved = _Saved.model_validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"this file holds no saved slices ({error.errors()[0]['msg']}); save them again"
        ) from error
    if saved.format != SLICES_FORMAT:
        raise InputError(
            f"these slices are of format {saved.format!r}, but {SLICES_FORMAT!r} is read; save "
            "them again"
        )
    for part in (part for one in saved.slices for part in one.ranges):
        if feature_of(part.column) is None:
            raise InputError(
                f"a saved slice is by {part.column!r}, which does not exist; remove it"
            )
    return saved.slices


def _part(part: Range) -> str:
    column = quote(part.column, safe="")
    if part.value is not None:
        return f"{column}={quote(part.value, safe='')}"
    return f"{column}:{_bound(part.low)}..{_bound(part.high)}"


def _bound(bound: float | None) -> str:
    # "+" means a space in an address, and 5 is shorter than 5.0.
    return "" if bound is None else repr(bound).removesuffix(".0").replace("e+", "e")


def _range(part: str) -> Range:
    column, equals, value = part.partition("=")
    if equals:
        return Range(column=unquote(column), value=unquote(value))
    column, _, bounds = part.partition(":")
    found = _BOUNDS.fullmatch(bounds)
    if found is None:
        raise ValueError(f"{bounds!r} are no bounds")
    low, high = (None if bound is None else float(bound) for bound in found.groups())
    return Range(column=unquote(column), low=low, high=high)
