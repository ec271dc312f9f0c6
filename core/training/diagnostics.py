"""What the method promises, watched while it is trained: alignment by epoch, and the gates."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Batch, Features
from core.evaluation.scores import alignment_reports
from core.model import Reading, ShapCA
from core.records import Example, Side

GATE_BINS = 20
_POSTS = 512  # of dev; enough to see where an epoch stands


class GateCounts:
    """How often a gate stood where, in 20 equal steps from 0 to 1, since it was last asked.

    Of several processes each counts the gates of its own posts.

    Attributes:
        by_side: Counts of text and image; a side without gates is missing.
    """

    def __init__(self, by_side: dict[str, list[int]]) -> None:
        self.by_side = by_side

    def add(self, reading: Reading, batch: Batch) -> None:
        """Count the gates of a batch's words and regions; without images there are none."""
        if reading.fused is None:
            return
        seeing = batch.has_image & batch.has_context.any(1)  # elsewhere gates are 1 by rule
        words = batch.word_mask & seeing.unsqueeze(1)
        for side, gates in (
            ("text", reading.fused.text_gate[words]),
            ("image", reading.fused.image_gate[seeing]),
        ):
            if gates.numel():
                counted = torch.histc(gates.detach().float(), GATE_BINS, 0.0, 1.0).int().tolist()
                known = self.by_side.get(side, [0] * GATE_BINS)
                self.by_side[side] = [a + b for a, b in zip(known, counted, strict=True)]

    def take(self) -> dict[str, list[int]]:
        """Return the counts by side and start anew; empty when there were none."""
        taken = dict(self.by_side)
        self.by_side.clear()
        return taken


def alignment_now(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> dict[Side, dict[str, float]]:
    """Return how own contexts stand against foreign ones, by side, on the first posts of dev.

    `diagonal_dominance` is the mean Kφ of own contexts less that of foreign ones, so it is above 0
    where the diagonal of the Shapley matrix stands out.
    """
    first = slice(_POSTS)
    reports = alignment_reports(model, tokenizer, config, examples[first], features[first])
    return {
        side: {
            "own": report.own_value,
            "foreign": report.foreign_value,
            "diagonal_dominance": report.own_value - report.foreign_value,
            "auroc": report.auroc,
            "recall_at_1": report.recall_at_1,
        }
        for side, report in reports.items()
    }
