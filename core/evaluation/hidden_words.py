"""How many hidden words a model tells right."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Features
from core.evaluation.predictions import batches
from core.model import ShapCA
from core.records import Example


@torch.inference_mode()
def hidden_word_accuracy(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> float | None:
    """Return the share of hidden pieces that a model tells right, each post with all its contexts.

    The same words of the same posts are hidden whenever it is asked.

    Args:
        model: Put into evaluation mode; has learned to tell words.
        tokenizer: Of its text encoder.
        config: Of the model: how many words are hidden.
        examples: Posts; those without words are passed over.
        features: Of each post's image, or None.

    Returns:
        None where nothing can be hidden.
    """
    model.eval()
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(0)
    worded = [place for place, example in enumerate(examples) if example.tokens]
    posts, images = [examples[place] for place in worded], [features[place] for place in worded]
    right, hidden = 0, 0
    for _, batch in batches(tokenizer, config, posts, images):
        scores, gold = model.tell_words(batch.to(device), config.training, generator)
        right += int((scores.argmax(-1) == gold).sum())
        hidden += len(gold)
    return right / hidden if hidden else None
