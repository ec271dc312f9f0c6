"""Text from outside, made fit for one line."""

import unicodedata

# Invisible marks that can reorder or split what a reader sees. The joiners U+200C and U+200D stay:
# Persian, Indic scripts and emoji need them.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


def clean_text(text: str, limit: int | None = None) -> str:
    """Return the text as one line without control characters, bidirectional marks and stray spaces.

    Args:
        text: Anything, also with lone surrogates, which become the replacement character.
        limit: Most characters of the result; longer text is cut at a space and ends in "…".
    """
    visible = text.translate(_INVISIBLE)
    spaced = "".join(_printable(character) for character in visible)
    line = " ".join(spaced.split())
    if limit is None or len(line) <= limit:
        return line
    start, _, rest = line[:limit].rpartition(" ")
    return f"{(start or rest)[: limit - 1].rstrip()}…"


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return " " if category == "Cc" else character
