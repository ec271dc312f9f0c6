"""How wide words are about to be, for drawings that place them without a browser."""

import unicodedata

# Source Sans, the page's type, from the space to the tilde: hundredths of its size.
_HUNDREDTHS = (
    "20 29 43 50 50 82 61 25 30 30 42 50 25 31 25 35 50 50 50 50 50 50 50 50 50 50 25 25 50 50 "
    "50 42 85 54 59 57 62 53 49 62 65 26 48 58 49 73 65 66 57 66 57 53 54 64 52 79 51 48 54 30 "
    "35 30 50 50 54 50 55 46 56 50 29 50 54 25 25 50 26 83 55 54 56 56 35 42 34 54 47 72 45 47 "
    "42 30 24 30 50 "
)
_WIDTHS = {chr(32 + place): int(one) / 100 for place, one in enumerate(_HUNDREDTHS.split())}
_USUAL, _FULL, _EMOJI, _BOLD = 0.56, 1.0, 1.3, 1.05


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how many pixels a text takes at a font size."""
    return sum(map(_sign_width, text)) * size * (_BOLD if bold else 1.0)


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter of a text is of a script written from the right."""
    directions = map(unicodedata.bidirectional, text)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def _sign_width(sign: str) -> float:
    if sign in _WIDTHS:
        return _WIDTHS[sign]
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Me", "Cf"):  # accents, joiners: no room of their own
        return 0.0
    if kind == "So":
        return _EMOJI
    return _FULL if unicodedata.east_asian_width(sign) in "WF" else _USUAL
