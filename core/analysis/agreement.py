"""How far people agree on the contexts, with the model and with one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final

import pandas as pd
from sklearn.metrics import cohen_kappa_score

from core.analysis.reviews import OPINIONS, Opinion, Reviews

# What an opinion says in the model's words; "gold wrong" says nothing about the context.
AS_VERDICT: Final[Mapping[Opinion, str]] = MappingProxyType(
    {
        "aligned": "aligned",
        "partly": "uncertain",
        "misaligned": "misaligned",
        "hallucinated": "misaligned",
    }
)
VERDICTS: Final = ("aligned", "uncertain", "misaligned")
DEFINITION: Final = (
    "Cohen's κ: how much more often two judges agree than chance would have them agree, given how "
    "often each uses each word; 1 always, 0 as chance. Against the model, partly counts as "
    "uncertain and hallucinated as misaligned; gold wrong, and unknown verdicts, take no part."
)


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree.

    Attributes:
        first: Name of the first.
        second: Name of the second, or "model".
        posts: Posts both judged.
        agreed: Share on which they say the same; None: they share no post.
        kappa: Cohen's κ; None: undefined, as when both say the same one word of every post.
        counts: First down, second across.
    """

    first: str
    second: str
    posts: int
    agreed: float | None
    kappa: float | None
    counts: pd.DataFrame


def agreement_with_model(name: str, reviews: Reviews, table: pd.DataFrame) -> Agreement:
    """Return how far a reviewer agrees with the verdicts of the model.

    Args:
        name: Of the reviewer.
        reviews: Theirs.
        table: The posts, for the model's verdicts.
    """
    verdicts = dict(zip(table["id"], table["verdict"], strict=True))
    pairs = [
        (said, verdict)
        for post, review in reviews.current.items()
        if (said := AS_VERDICT.get(review.opinion)) is not None
        and (verdict := verdicts.get(post)) in VERDICTS
    ]
    return _agreement(name, "model", pairs, VERDICTS)


def agreement_between(reviewers: Mapping[str, Reviews]) -> list[Agreement]:
    """Return how far each two reviewers agree on the posts both judged, over all five opinions."""
    found = []
    for first, second in combinations(reviewers, 2):
        one, other = reviewers[first].current, reviewers[second].current
        pairs = [
            (one[post].opinion, other[post].opinion) for post in sorted(one.keys() & other.keys())
        ]
        found.append(_agreement(first, second, pairs, tuple(OPINIONS)))
    return found


def _agreement(
    first: str, second: str, pairs: Sequence[tuple[str, str]], words: Sequence[str]
) -> Agreement:
    said = pd.DataFrame(pairs, columns=["first", "second"])
    counts = pd.crosstab(said["first"], said["second"]).reindex(
        index=list(words), columns=list(words), fill_value=0
    )
    if not pairs:
        return Agreement(first, second, 0, None, None, counts)
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    one_word = len({word for pair in pairs for word in pair}) == 1
    kappa = None if one_word else float(cohen_kappa_score(said["first"], said["second"]))
    return Agreement(first, second, len(pairs), agreed, kappa, counts)
