"""What a model writes word piece by word piece, and how likely it found each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor, TemperatureLogitsWarper, TopPLogitsWarper


@dataclass(frozen=True)
class Decoding:
    """How the next piece is chosen.

    Attributes:
        temperature: 0 takes the likeliest; above, pieces are drawn.
        top_p: Draws are among the likeliest pieces that together have this probability.
        beams: Sentences that are followed at a time, when nothing is drawn.
        sentences: How many of the beams are returned, best first.
        max_new_tokens: Most pieces of a sentence.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    beams: int = 1
    sentences: int = 1
    max_new_tokens: int = 96


class SeededNoise(LogitsProcessor):
    """Turns the choice of the largest logit into a draw that only the row's own seed decides.

    The largest of logits with Gumbel noise is a draw from their softmax. Ours: each row has its own
    generator, on the CPU, so that a photo gets the same sentence in any batch and on any device;
    the sampling of transformers draws a whole batch from one global generator.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return the logits (B, K) with noise; those of minus infinity stay so."""
        waits = torch.empty(scores.shape)  # (B, K)
        for row, generator in zip(waits, self._generators, strict=True):
            row.exponential_(generator=generator)
        return scores - waits.log().to(scores.device)


def decode(
    network: Any, inputs: Mapping[str, Any], decoding: Decoding, seeds: Sequence[int]
) -> tuple[list[list[int]], list[float]]:
    """Return the new pieces of each sentence, and their mean log probability.

    The log probability is that of the model itself, before temperature and top-p, over all pieces
    up to the mark that ends the sentence, which counts as one.

    Args:
        network: A model that generates.
        inputs: What its processor made of B photos.
        decoding: How pieces are chosen.
        seeds: One a photo; without effect at temperature 0.

    Returns:
        B x sentences lists of pieces without the prompt, and as many means, in nats.
    """
    drawing: list[LogitsProcessor] = []
    if decoding.temperature:
        warpers = [TemperatureLogitsWarper(decoding.temperature), TopPLogitsWarper(decoding.top_p)]
        drawing = [*warpers, SeededNoise(seeds)]
    output = network.generate(
        **inputs,
        do_sample=False,
        num_beams=decoding.beams,
        num_return_sequences=decoding.sentences,
        max_new_tokens=decoding.max_new_tokens,
        logits_processor=drawing,
        return_dict_in_generate=True,
        output_logits=True,
    )
    scores = network.compute_transition_scores(
        output.sequences,
        output.logits,
        getattr(output, "beam_indices", None),
        normalize_logits=True,
    )  # (B, L)
    # Some models repeat the prompt before what they write, some do not: there is one score a piece.
    pieces = output.sequences[:, output.sequences.shape[1] - scores.shape[1] :]  # (B, L)
    ended = torch.isin(pieces, torch.tensor(sorted(_ends(network)), device=pieces.device))
    written = ended.cumsum(1) - ended.long() == 0  # (B, L)
    means = (scores.double() * written).sum(1) / written.sum(1)  # (B)
    sentences = [row[kept].tolist() for row, kept in zip(pieces, written, strict=True)]
    return sentences, means.tolist()


def _ends(network: Any) -> Iterator[int]:
    """Yield every piece that ends a sentence, also where a model within the model writes."""
    for module in network.modules():
        ids = getattr(getattr(module, "generation_config", None), "eos_token_id", None)
        yield from [] if ids is None else [ids] if isinstance(ids, int) else ids
    # BLIP ends with its separator, whatever its generation config says.
    separator = getattr(network.config.get_text_config(), "sep_token_id", None)
    yield from [] if separator is None else [separator]
