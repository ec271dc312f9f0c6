"""Tags whole datasets and scores them."""

from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Batch, Features, collate
from core.datasets.labels import LabelMap
from core.evaluation.mner import MnerReport, tag_report
from core.model import ShapCA
from core.records import Example

BATCH_SIZE = 64


def tagging_report(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
) -> MnerReport:
    """Score the model's entities against the gold ones.

    Args:
        model: Put into evaluation mode.
        tokenizer: Of its text encoder.
        config: Of the model.
        examples: Annotated posts.
        features: Of each post's image, or None.
        max_contexts: Contexts given to each post; None: all it has.
    """
    labels = LabelMap(config.head.entity_types)
    gold = [labels.tags(example.entities or (), len(example.tokens)) for example in examples]
    predicted = predict_tags(
        model, tokenizer, config, examples, features, max_contexts=max_contexts
    )
    return tag_report(gold, predicted)


def predict_tags(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
) -> list[list[str]]:
    """Return one tag per word of each example; words the model could not read are `O`."""
    labels = LabelMap(config.head.entity_types)
    model.eval()
    tags: list[list[str]] = [[] for _ in examples]
    worded = [place for place, example in enumerate(examples) if example.tokens]
    sentences, images = [examples[place] for place in worded], [features[place] for place in worded]
    for places, batch in batches(tokenizer, config, sentences, images, max_contexts=max_contexts):
        with torch.inference_mode():
            paths = model.decode(batch.to(next(model.parameters()).device))
        for place, path in zip(places, paths, strict=True):
            unread = len(sentences[place].tokens) - len(path)
            tags[worded[place]] = [labels.names[tag] for tag in path] + ["O"] * unread
    return tags


def batches(
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
) -> Iterator[tuple[list[int], Batch]]:
    """Yield batches of similar length with the places of their examples."""
    order = sorted(range(len(examples)), key=lambda place: len(examples[place].tokens))
    for start in range(0, len(order), BATCH_SIZE):
        places = order[start : start + BATCH_SIZE]
        chosen = [examples[place] for place in places]
        yield (
            places,
            collate(
                chosen,
                tokenizer,
                LabelMap(config.head.entity_types),
                contexts=[list(example.contexts[:max_contexts]) for example in chosen],
                features=[features[place] for place in places],
                label_names=config.head.labels,
                max_text_pieces=config.text_encoder.max_text_pieces,
                max_context_pieces=config.text_encoder.max_context_pieces,
            ),
        )
