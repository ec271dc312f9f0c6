"""Slices as short pieces of an address."""

import re
from typing import Final
from urllib.parse import quote, unquote

from core.analysis.slices import Range, Slice, slice_of
from core.errors import InputError

_LONGEST: Final = 500  # characters of an address that could still be a slice
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_BOUNDS = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")


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
