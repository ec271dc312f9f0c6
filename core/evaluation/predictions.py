"""What a model says of whole datasets, and how that compares with what people say."""

from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Batch, Features, collate
from core.evaluation.gold import is_annotated
from core.evaluation.reports import Report, task_report
from core.model import ShapCA
from core.records import Example, Outcome
from core.tasks import build_codec

BATCH_SIZE = 64


def score_predictions(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
    use_image: bool = True,
) -> Report:
    """Score what the model predicts of the annotated examples; arguments as `predict_outcomes`."""
    kept = [place for place, post in enumerate(examples) if is_annotated(post, config.head)]
    annotated = [examples[place] for place in kept]
    outcomes = predict_outcomes(
        model,
        tokenizer,
        config,
        annotated,
        [features[place] for place in kept],
        max_contexts=max_contexts,
        use_image=use_image,
    )
    return task_report(annotated, outcomes, config.head)


def predict_outcomes(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
    use_image: bool = True,
) -> list[Outcome]:
    """Return what the model says of each example, in their order; nothing of one without words.

    Args:
        model: Put into evaluation mode.
        tokenizer: Of its text encoder.
        config: Of the model.
        examples: Posts.
        features: Of each post's image, or None.
        max_contexts: Contexts given to each post; None: all it has.
        use_image: False leaves every image out.
    """
    codec = build_codec(config.head)
    device = next(model.parameters()).device
    model.eval()
    outcomes = [Outcome() for _ in examples]
    worded = [place for place, example in enumerate(examples) if example.tokens]
    sentences, images = [examples[place] for place in worded], [features[place] for place in worded]
    for places, batch in batches(tokenizer, config, sentences, images, max_contexts=max_contexts):
        with torch.inference_mode():
            answers = model.decode(batch.to(device), use_image=use_image).cpu()
        for place, answer in zip(places, answers, strict=True):
            outcomes[worded[place]] = codec.outcome(sentences[place], answer)
    return outcomes


def batches(
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    max_contexts: int | None = None,
) -> Iterator[tuple[list[int], Batch]]:
    """Yield batches of similar length with the places of their examples."""
    codec = build_codec(config.head)
    order = sorted(range(len(examples)), key=lambda place: len(examples[place].tokens))
    for start in range(0, len(order), BATCH_SIZE):
        places = order[start : start + BATCH_SIZE]
        chosen = [examples[place] for place in places]
        yield (
            places,
            collate(
                chosen,
                tokenizer,
                codec,
                contexts=[list(example.contexts[:max_contexts]) for example in chosen],
                features=[features[place] for place in places],
                label_names=config.head.labels,
                max_text_pieces=config.text_encoder.max_text_pieces,
                max_context_pieces=config.text_encoder.max_context_pieces,
            ),
        )
