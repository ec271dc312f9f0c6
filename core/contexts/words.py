"""English grammar for label names: articles, plurals, counts, lists."""

from collections.abc import Sequence

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PLURALS = {
    "person": "people",
    "knife": "knives",
    "computer mouse": "computer mice",
    "sheep": "sheep",
    "skis": "skis",
    "scissors": "scissors",
    "broccoli": "broccoli",
}
# Named without an article: stuff, and things that come as a plural.
_BARE = {
    *("scissors", "sunglasses", "binoculars", "skis", "parallel bars", "paper towels", "bubbles"),
    *("jeans", "pajamas", "swimming trunks", "clothing", "wool", "velvet", "chain mail"),
    *("food", "soup", "dough", "guacamole", "mashed potatoes", "pasta carbonara", "broccoli"),
    *("spaghetti squash", "corn", "hay", "rapeseed", "chocolate sauce", "ice cream"),
    *("red wine", "eggnog", "face powder", "hair spray", "lotion", "sunscreen", "perfume"),
    *("toilet paper", "sports equipment"),
}
_AN_DESPITE_CONSONANT = ("hour",)
_A_DESPITE_VOWEL = ("uni", "eu")
_ES_ENDINGS = ("s", "x", "ch", "sh")


def with_article(noun: str) -> str:
    """Return the noun after "a" or "an", or bare when English gives it no article."""
    lower = noun.lower()
    if lower in _BARE:
        return noun
    if lower.startswith(_AN_DESPITE_CONSONANT):
        return f"an {noun}"
    starts_with_vowel = lower[0] in "aeiou" and not lower.startswith(_A_DESPITE_VOWEL)
    return f"{'an' if starts_with_vowel else 'a'} {noun}"


def plural(noun: str) -> str:
    """Return the plural of a label such as "person", "wine glass" or "dining table"."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(_ES_ENDINGS):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def counted(noun: str, count: int) -> str:
    """Return the noun with its number in words: "a cat", "two people", "12 cars"."""
    if count == 1 or (count > 1 and noun in _BARE):
        return with_article(noun)
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {plural(noun)}"


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Return the items as one phrase: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def sentence(phrase: str) -> str:
    """Return the phrase with a capital letter and a full stop."""
    return f"{phrase[0].upper()}{phrase[1:]}."
