"""What is measured of contexts, in words: a definition and a limit for each measure.

One list for everything that shows them: the dashboard, the error analysis, the reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Measure:
    """One measure of a context.

    Attributes:
        name: Of the field in `record_quality.QualityRow`.
        label: In words, as an axis would be called.
        definition: What is counted, in one sentence.
        limit: What it cannot tell, in one sentence.
    """

    name: str
    label: str
    definition: str
    limit: str


_ALL: Final = (
    Measure(
        "words",
        "length",
        "Number of words in a context.",
        "Longer is not better, and the model reads no more than its first word pieces.",
    ),
    Measure(
        "specificity",
        "specificity",
        "Mean rarity of a context's distinct words, in bits.",
        "Misspelt and made-up words are rare too.",
    ),
    Measure(
        "name_overlap",
        "name overlap",
        "Share of the words of the post's names that a context says.",
        "Names are those people marked, else those predicted; a photo seldom shows them.",
    ),
    Measure(
        "copy_rate",
        "copy rate",
        "Share of a context's words that stand in the post's sentence too.",
        "Small words count as well; what is copied adds nothing to the sentence.",
    ),
    Measure(
        "phi_text",
        "text relevance, K·φ",
        "Scaled Shapley value towards the sentence: above 0, relevant to what is said.",
        "Depends on the other contexts and on the reference bank.",
    ),
    Measure(
        "phi_image",
        "groundedness, K·φ",
        "Scaled Shapley value towards the photo: above 0, grounded in what is shown.",
        "Depends on the other contexts and on the bank; a similar photo would do as well.",
    ),
    Measure(
        "made_up",
        "said, not seen",
        "Share of the objects named that the detector finds unlikely: possibly made up.",
        "Only 80 everyday kinds; small and hidden things are missed, 11 % of what is there.",
    ),
    Measure(
        "left_out",
        "seen, not said",
        "Share of the objects the detector is sure of that no word names.",
        "A caption of what matters leaves the rest out; the detector may be wrong.",
    ),
    Measure(
        "agreement",
        "agreement",
        "F1 of the words of contexts by different generators, on average.",
        "Other words for the same count as disagreement; all may share a mistake.",
    ),
    Measure(
        "log_likelihood",
        "log likelihood",
        "Mean log probability of word pieces, in nats, as the generator tells it.",
        "Comparable within one generator only; a fluent invention is likely too.",
    ),
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {measure.name: measure for measure in _ALL}
)
