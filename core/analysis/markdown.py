"""Tables in Markdown, for the terminal and for a report alike."""

from collections.abc import Sequence


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures.

    Example:
        >>> print(markdown_table(["type", "F1"], [["PER", "0.90"]]))
        | type | F1 |
        | --- | ---: |
        | PER | 0.90 |
    """
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def signed(
    value: float | None, low: float | None, high: float | None, *, scale: int = 1, places: int
) -> str:
    """Return a signed figure with its interval, as far as they are known.

    Example:
        >>> signed(0.0123, -0.004, 0.02, scale=100, places=2), signed(0.5, None, None, places=1)
        ('+1.23 (-0.40 to +2.00)', '+0.5')
    """
    if value is None:
        return ""
    said = f"{scale * value:+.{places}f}"
    if low is None or high is None:
        return said
    return f"{said} ({scale * low:+.{places}f} to {scale * high:+.{places}f})"
