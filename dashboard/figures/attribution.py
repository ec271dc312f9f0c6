"""What an entity owes to every word of the sentence and of the contexts, as HTML."""

import html
from collections.abc import Iterable
from itertools import chain

import pandas as pd

from core.records import Attribution, Record
from dashboard.figures.drawing import number, places_for
from dashboard.figures.sentence import MOST_WORDS, touches_next

FAINT = 0.08  # of the largest share: below that a number would only be noise to the eye


def sentence_html(record: Record, attribution: Attribution) -> str:
    """Return the sentence, each word coloured by its signed share; the entity is outlined."""
    entity = record.entities[attribution.entity]
    largest, places = largest_share(attribution.words), places_for(attribution.words)
    tokens = record.post.tokens[:MOST_WORDS]
    parts = [
        _word(
            token.text,
            attribution.words[place],
            largest,
            places,
            marked=entity.token_start <= place < entity.token_end,
            joined=touches_next(tokens, place),
        )
        for place, token in enumerate(tokens)
    ]
    return f'<div class="sc-sentence sc-shares" dir="auto">{"".join(parts)}</div>'


def contexts_html(record: Record, attribution: Attribution) -> str:
    """Return one row per context that was read: its sum, then its words with their shares.

    All contexts share one scale of colours, which is not the sentence's.
    """
    shares = context_shares(attribution)
    largest, places = largest_share(shares), places_for(shares)
    rows = []
    for place, words in enumerate(attribution.contexts):
        if not words:
            continue
        drawn = "".join(
            _word(
                word.text,
                word.value,
                largest,
                places,
                joined=number_ + 1 < len(words) and word.end == words[number_ + 1].start,
            )
            for number_, word in enumerate(words)
        )
        total = number(sum(word.value for word in words), places)
        rows.append(
            f'<li><span class="sc-which"><b>{place + 1}</b> <small>Σ {total}</small></span>'
            f'<div class="sc-sentence sc-shares sc-small" dir="auto">{drawn}</div></li>'
        )
    return f'<ol class="sc-reading">{"".join(rows)}</ol>' if rows else ""


def attribution_table(record: Record, attribution: Attribution) -> pd.DataFrame:
    """Return one row per word and region with its share, in nats."""
    rows = [
        ("sentence", token.text, value)
        for token, value in zip(record.post.tokens, attribution.words, strict=True)
    ]
    rows += [
        (f"context {place + 1}", word.text, word.value)
        for place, words in enumerate(attribution.contexts)
        for word in words
    ]
    rows += [
        ("photo", f"row {row + 1}, column {column + 1}", value)
        for row, values in enumerate(attribution.regions or [])
        for column, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["part", "word or region", "share"])


def totals(attribution: Attribution) -> dict[str, float]:
    """Return the summed share of each part that was read: sentence, contexts, photo."""
    parts = {"sentence": sum(attribution.words)}
    if any(attribution.contexts):
        parts["contexts"] = sum(context_shares(attribution))
    if attribution.regions is not None:
        parts["photo"] = sum(chain.from_iterable(attribution.regions))
    return parts


def context_shares(attribution: Attribution) -> list[float]:
    """Return the shares of all words of all contexts."""
    return [word.value for words in attribution.contexts for word in words]


def largest_share(shares: Iterable[float]) -> float:
    """Return the largest absolute share, which has the strongest colour; 0 of none."""
    return max(map(abs, shares), default=0.0)


def _word(
    text: str,
    value: float,
    largest: float,
    places: int,
    *,
    marked: bool = False,
    joined: bool = False,
) -> str:
    strength = abs(value) / largest if largest else 0.0
    tone = "sc-supports" if value >= 0 else "sc-opposes"
    written = number(value, places) if strength >= FAINT else "·"
    style = "sc-word" + (" sc-joined" if joined else "") + (" sc-target" if marked else "")
    return (
        f'<span class="{style}" title="{number(value, 4)} nats">'
        f'<span class="sc-text {tone}" style="--sc-share:{strength:.0%}">{html.escape(text)}</span>'
        f'<span class="sc-sign">{written}</span></span>'
    )
