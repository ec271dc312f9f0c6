"""Beam search: the sentences that the decoder believes in most."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.captioning.decoder import END, PAD, START, UNKNOWN, CaptionDecoder, Memory, Past

_NEVER = (PAD, START, UNKNOWN)


@dataclass(frozen=True)
class Sentence:
    """A finished caption.

    Attributes:
        words: Their numbers, without start and end.
        log_probability: Of these words and the end, in nats.
    """

    words: tuple[int, ...]
    log_probability: float

    @property
    def mean(self) -> float:
        """Log-probability a word, the end counted as one."""
        return self.log_probability / (len(self.words) + 1)


@torch.inference_mode()
def beam_search(
    decoder: CaptionDecoder, memory: Memory, *, beams: int, length_power: float
) -> list[Sentence]:
    """Return the best sentences about one photo, best first; at least one.

    A sentence's rank is its log-probability over its length to `length_power` (Wu et al. 2016,
    arXiv:1609.08144, without their constants): at 0 short ones win. It ends with the end sign or at
    the decoder's longest length, and no sentence says the same three words twice.

    Args:
        decoder: In evaluation mode.
        memory: Of one photo, B = 1.
        beams: Sentences followed at once; 1 is greedy.
        length_power: See above.
    """
    device = decoder.words.weight.device
    said: list[tuple[int, ...]] = [()]
    scores, latest = torch.zeros(1, device=device), torch.full((1, 1), START, device=device)
    past: Past | None = None
    finished: list[Sentence] = []
    for length in range(1, decoder.max_words):
        logits, past = decoder.step(memory, latest, past)
        totals = scores[:, None] + _log_probabilities(logits[0].float(), said)  # (C, V)
        is_last = length == decoder.max_words - 1
        best, flat = totals.flatten().topk(min(2 * beams, totals.numel()))
        rows, words = flat // totals.shape[1], flat % totals.shape[1]
        keep: list[tuple[int, int, float]] = []
        for row, word, total in zip(rows.tolist(), words.tolist(), best.tolist(), strict=True):
            if total == -torch.inf:
                break
            if word == END:
                finished.append(Sentence(said[row], total))
            elif len(keep) < beams:
                keep.append((row, word, total))
        if is_last or not keep or _is_settled(finished, keep[0][2], length, beams, length_power):
            break
        said = [(*said[row], word) for row, word, _ in keep]
        scores = torch.tensor([total for *_, total in keep], device=device)
        latest = torch.tensor([[word for _, word, _ in keep]], device=device)
        chosen = torch.tensor([row for row, *_ in keep], device=device)
        past = tuple((key[chosen], value[chosen]) for key, value in past)
    if not finished:  # nothing ended in time: what was said so far is the answer
        finished = [
            Sentence(words, score) for words, score in zip(said, scores.tolist(), strict=True)
        ]
    return sorted(finished, key=lambda made: -_rank(made, length_power))[:beams]


def _rank(sentence: Sentence, power: float) -> float:
    return float(sentence.log_probability / (len(sentence.words) + 1) ** power)


def _is_settled(
    finished: list[Sentence], best: float, length: int, beams: int, power: float
) -> bool:
    """Whether there are enough sentences, and none that goes on ranks above them as it stands."""
    if len(finished) < beams:
        return False
    ranks = sorted((_rank(made, power) for made in finished), reverse=True)
    return bool(ranks[beams - 1] >= best / (length + 1) ** power)


def _log_probabilities(logits: Tensor, said: list[tuple[int, ...]]) -> Tensor:
    """Return those of every next word, shape (C, V); what must not be said has minus infinity.

    Signs take no share of the probability. A word that would repeat three in a row keeps its share:
    forbidding it must not make the others look more likely.
    """
    logits[:, list(_NEVER)] = -torch.inf
    gains = logits.log_softmax(-1)
    for row, words in enumerate(said):
        ends = [words[at + 2] for at in range(len(words) - 2) if words[at : at + 2] == words[-2:]]
        gains[row, ends] = -torch.inf
        if not words:
            gains[row, END] = -torch.inf  # a sentence has a word
    return gains
