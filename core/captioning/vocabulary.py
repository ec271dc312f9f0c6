"""Words and their numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.captioning.decoder import END, START, UNKNOWN
from core.matching import plain_words

_SIGNS = ("<pad>", "<start>", "<end>", "<unknown>")  # in the order of PAD, START, END, UNKNOWN


class Vocabulary:
    """The words that a captioner can write; all others are one unknown word.

    Attributes:
        words: By number, the signs first.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Take words without the signs, all different."""
        self.words = (*_SIGNS, *words)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    @classmethod
    def of_captions(cls, captions: Iterable[str], *, least_count: int) -> "Vocabulary":
        """Return the words that occur at least so often, the most frequent first."""
        counts = Counter(word for caption in captions for word in plain_words(caption))
        kept = [(-count, word) for word, count in counts.items() if count >= least_count]
        return cls([word for _, word in sorted(kept)])

    @property
    def written(self) -> tuple[str, ...]:
        """The words without the signs, as the class takes them."""
        return self.words[len(_SIGNS) :]

    def __len__(self) -> int:
        """Number of words, signs included."""
        return len(self.words)

    def numbers(self, caption: str, *, most: int) -> list[int]:
        """Return the numbers of a caption between start and end, at most so many in all.

        A caption that is cut has no end: it was not said to be over there.
        """
        known = [self._numbers.get(word, UNKNOWN) for word in plain_words(caption)]
        return [START, *known, END][:most]

    def sentence(self, numbers: Iterable[int]) -> str:
        """Return words as a sentence, with a capital letter and a full stop; "" for none."""
        said = " ".join(self.words[number] for number in numbers)
        return f"{said[0].upper()}{said[1:]}." if said else ""
