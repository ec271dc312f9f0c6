"""How outcomes, effects and verdicts look: a colour, a mark and a word each, as everywhere."""

from typing import NamedTuple

from dashboard.figures.drawing import OPPOSES, OUTLINE, SUPPORTS


class Look(NamedTuple):
    """How one value is drawn.

    Attributes:
        colour: 3:1 on the light and on the dark page; the symbol says the same without it.
        symbol: Plotly's name of a mark.
        sign: The same mark in a sentence.
        pattern: Plotly's name of a hatch, for bars; "" is plain.
    """

    colour: str
    symbol: str
    sign: str
    pattern: str = ""


BETWEEN = "#b0589a"  # neither supports nor opposes
OUTCOMES = {
    "right": Look(SUPPORTS, "circle", "●"),
    "partly": Look(BETWEEN, "diamond", "◆", "."),
    "wrong": Look(OPPOSES, "x", "✕", "/"),
    "empty": Look(OUTLINE, "circle-open", "○", "-"),
    "no gold": Look(OUTLINE, "square", "■"),
}
EFFECTS = {
    "helped": Look(SUPPORTS, "circle", "●"),
    "no change": Look(OUTLINE, "square", "■", "-"),
    "hurt": Look(OPPOSES, "x", "✕", "/"),
    "unknown": Look(OUTLINE, "circle-open", "○", "."),
}
VERDICTS = {
    "aligned": Look(SUPPORTS, "circle", "●"),
    "uncertain": Look(OUTLINE, "square", "■", "-"),
    "misaligned": Look(OPPOSES, "x", "✕", "/"),
    "unknown": Look(OUTLINE, "circle-open", "○", "."),
}
