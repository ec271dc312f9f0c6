"""Slices survive the way through an address."""

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.slice_links import (
    slice_from_link,
    slice_to_link,
)
from core.analysis.slices import Range, slice_of
from core.errors import InputError

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1, max_size=2, unique=True), st.booleans(), st.text(max_size=30))
def test_any_slice_survives_an_address(bounds, is_low, value):
    if len(bounds) == 2:
        first = Range(column="margin_text", low=min(bounds), high=max(bounds))
    elif is_low:
        first = Range(column="margin_text", low=bounds[0])
    else:
        first = Range(column="margin_text", high=bounds[0])
    value = value.encode("utf-8", "replace").decode()
    chosen = slice_of(first, Range(column="outcome of per/soc", value=value))
    link = slice_to_link(chosen)
    assert slice_from_link(link).ranges == chosen.ranges
    assert slice_from_link(parse_qs(urlencode({"x": link}))["x"][0]).ranges == chosen.ranges


def test_links_are_short_and_readable():
    chosen = slice_of(
        Range(column="words", low=5, high=9.5),
        Range(column="effect", value="no change"),
        Range(column="hashtags", low=3),
    )
    assert slice_to_link(chosen) == "words:5..9.5,effect=no%20change,hashtags:3.."


@pytest.mark.parametrize(
    "link",
    ["", "words", "words:", "words:..", "words:5", "words:9..5", "words:nan..", "words:1e999..",
     "secret:1..2", "words:1..2,", "=x", "words:1..2;drop", "words=" + "x" * 600],
)  # fmt: skip
def test_a_damaged_link_says_so(link):
    with pytest.raises(InputError, match="names no slice"):
        slice_from_link(link)
