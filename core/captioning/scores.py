"""How good captions are: CIDEr and BLEU against what people wrote, by pycocoevalcap.

Ours: words are parted as everywhere in the project (`plain_words`), because the Penn Treebank
tokenizer of that package needs Java. Both sides are parted alike.
"""

import contextlib
import importlib.util
import io
from collections.abc import Sequence

from core.errors import InputError
from core.matching import plain_words
from core.records import Frozen


class CaptionScores(Frozen):
    """Scores over a set of photos.

    Attributes:
        cider: CIDEr-D, 0 to 10; n-grams weighted by how rare they are in these photos' captions.
        bleu_1: Share of words that a person used too, with the penalty for shortness.
        bleu_4: Geometric mean of shares of 1- to 4-grams, likewise.
        photos: Number of them.
    """

    cider: float
    bleu_1: float
    bleu_4: float
    photos: int


def require_scorers() -> None:
    """Refuse to go on without the scorers: hours of training should not end in that.

    Raises:
        InputError: They are not installed.
    """
    if importlib.util.find_spec("pycocoevalcap") is None:
        raise InputError(
            "captions are scored by the package pycocoevalcap, which is not installed; run: "
            ".venv/bin/pip install -r requirements-dev.txt"
        )


def score_captions(captions: Sequence[str], references: Sequence[Sequence[str]]) -> CaptionScores:
    """Return the scores of one caption a photo.

    Args:
        captions: Written by a model.
        references: Written by people, at least one a photo, in the same order.

    Raises:
        InputError: The scorers are not installed.
    """
    require_scorers()
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider

    made = {number: [_plain(text)] for number, text in enumerate(captions)}
    known = {number: [_plain(text) for text in texts] for number, texts in enumerate(references)}
    with contextlib.redirect_stdout(io.StringIO()):  # BLEU prints its own counts
        cider, _ = Cider().compute_score(known, made)
        bleu, _ = Bleu().compute_score(known, made)
    return CaptionScores(
        cider=float(cider), bleu_1=float(bleu[0]), bleu_4=float(bleu[3]), photos=len(made)
    )


def _plain(text: str) -> str:
    return " ".join(plain_words(text))
