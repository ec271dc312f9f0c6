"""How many there are, in words that a person would use."""


def amount(count: int, noun: str) -> str:
    """Return a number with its noun, plural but for one: "1 post", "1,624 posts"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
