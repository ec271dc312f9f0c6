"""Posts with what two systems say of them, side by side, under what people say."""

import html
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

MOST_CHARACTERS = 400


class Sided(NamedTuple):
    """One post, and its gold and predicted units by A and by another system."""

    id: str
    text: str
    a: pd.DataFrame
    b: pd.DataFrame


def posts_html(posts: Sequence[Sided], letter: str) -> str:
    """Return a list of posts: the text, the gold units, and the units of both systems."""
    items = "".join(_item(post, letter) for post in posts)
    return f'<ol class="sc-sided">{items}</ol>'


def _item(post: Sided, letter: str) -> str:
    text = post.text
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - 1] + "…"
    gold = _gold(post.a)
    return (
        f'<li><p class="sc-said" dir="auto">{html.escape(text)}</p>'
        f'<p class="sc-origin">{html.escape(post.id)}</p>'
        f'<p class="sc-gold" dir="auto"><span>Gold</span>{gold}</p>'
        f'<div class="sc-pair">{_side("A", post.a)}{_side(letter, post.b)}</div></li>'
    )


def _gold(units: pd.DataFrame) -> str:
    known = units[units["gold"].notna()]
    parts = [f"<span>{_what(unit.text, unit.gold)}</span>" for unit in known.itertuples()]
    return "".join(parts) or "<span>nothing</span>"


def _side(letter: str, units: pd.DataFrame) -> str:
    rows = "".join(f"<li>{_unit(unit)}</li>" for unit in units.itertuples())
    return (
        f"<section><h4>{letter}</h4><ul>{rows or '<li>nothing to find, nothing found</li>'}</ul>"
        "</section>"
    )


def _unit(unit: object) -> str:
    """Return one unit with whether it is right, and otherwise in what it is wrong."""
    text, gold, predicted = (getattr(unit, name) for name in ("text", "gold", "predicted"))
    match unit.error:  # type: ignore[attr-defined]
        case "correct":
            return f'<b class="sc-right">✓</b> {_what(text, gold)}'
        case "missed":
            return f'<b class="sc-wrong">✗</b> {_what(text, gold)} missed'
        case "spurious":
            return f'<b class="sc-wrong">✗</b> {_what(text, predicted)} not in gold'
        case "boundary":
            types = str(gold) if gold == predicted else f"{predicted} for {gold}"
            return f'<b class="sc-wrong">✗</b> {_what(text, types)} other words'
        case _:
            return f'<b class="sc-wrong">✗</b> {_what(text, f"{predicted} for {gold}")}'


def _what(text: object, type: object) -> str:
    words = f"{html.escape(str(text))} " if text else ""
    return f"{words}<i>{html.escape(str(type))}</i>"
