"""Training of the captioner: every next word of every caption, by cross-entropy.

Only the decoder is trained; the image encoder and the detector are frozen, so each photo is looked
at once. A run that was killed goes on after its last whole epoch and ends with the same weights.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from core.captioning.decoder import PAD, CaptionDecoder, PhotoBatch
from core.captioning.files import Facts, build_decoder
from core.captioning.photos import mirrored
from core.captioning.settings import CaptionerConfig
from core.errors import InputError
from core.replacing import replacing
from core.schedule import learning_rate_factor

STATE, LOG = "state.pt", "metrics.jsonl"
Report = Callable[[int, float], None]


@dataclass(frozen=True)
class Corpus:
    """What is learned from, looked at and numbered.

    Attributes:
        photos: All of them, B photos.
        captions: Numbers of the words of each caption of each photo.
    """

    photos: PhotoBatch
    captions: tuple[tuple[Tensor, ...], ...]

    def batch(self, rows: Tensor) -> tuple[PhotoBatch, Tensor]:
        """Return some photos and their captions, padded, shape (B, C, L).

        A photo with fewer captions than another has empty ones, which are not learned from.
        """
        chosen = [self.captions[row] for row in rows.tolist()]
        most = max(len(captions) for captions in chosen)
        empty = torch.empty(0, dtype=torch.long)
        flat = [caption for captions in chosen for caption in _filled(captions, most, empty)]
        words = pad_sequence(flat, batch_first=True, padding_value=PAD)
        photos = PhotoBatch(
            self.photos.regions[rows].float(), self.photos.labels[rows], self.photos.boxes[rows]
        )
        return photos, words.unflatten(0, (len(chosen), most))


def fit(
    config: CaptionerConfig,
    facts: Facts,
    corpus: Corpus,
    run: Path,
    *,
    device: str = "cpu",
    report: Report | None = None,
) -> CaptionDecoder:
    """Return a trained decoder, with the moving average of its weights, in evaluation mode.

    Args:
        config: Of the captioner.
        facts: Its words, labels and image encoder.
        corpus: To learn from.
        run: Folder of the log and the state to resume from.
        device: Where the decoder is trained.
        report: Called after each epoch with its number, from 1, and its mean loss.

    Raises:
        InputError: The folder holds the state of another config or corpus.
    """
    torch.manual_seed(config.seed)
    run.mkdir(parents=True, exist_ok=True)
    decoder = build_decoder(config, facts).to(device)
    fitting = _Fitting(config, decoder, len(corpus.captions), _identity(config, facts, corpus))
    done = fitting.resume(run / STATE)
    for epoch in range(done, config.fitting.epochs):
        loss = fitting.epoch(corpus, epoch, facts.grid[1], device)
        fitting.save(run / STATE, epoch + 1)
        with (run / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"epoch": epoch + 1, "loss": loss}) + "\n")
        if report:
            report(epoch + 1, loss)
    fitting.decoder.load_state_dict(fitting.average)
    return fitting.decoder.eval()


def next_word_loss(logits: Tensor, words: Tensor, smoothing: float) -> Tensor:
    """Return the mean cross-entropy of the words that follow, padding left out.

    Args:
        logits: Of the words after the first, shape (B, C, L - 1, V).
        words: Shape (B, C, L).
        smoothing: Share of the belief that is spread over all words.
    """
    return functional.cross_entropy(
        logits.flatten(0, 2),
        words[:, :, 1:].flatten(),
        ignore_index=PAD,
        label_smoothing=smoothing,
    )


class _Fitting:
    """Decoder, optimiser and moving average, and how far they are."""

    def __init__(
        self, config: CaptionerConfig, decoder: CaptionDecoder, photos: int, identity: str
    ) -> None:
        self.config, self.decoder, self.identity = config, decoder, identity
        self.average = {name: value.detach().clone() for name, value in _weights(decoder).items()}
        rates = config.fitting
        self.optimizer = torch.optim.AdamW(
            decoder.parameters(),
            lr=rates.learning_rate,
            weight_decay=rates.weight_decay,
            betas=(0.9, 0.98),
        )
        self.steps_an_epoch = math.ceil(photos / rates.photos_at_once)
        self.steps = 0

    def epoch(self, corpus: Corpus, epoch: int, columns: int, device: str) -> float:
        """Learn from every photo once; return the mean loss."""
        self.decoder.train()
        # Seeded by epoch, so that a resumed run draws what an unbroken one would have drawn.
        torch.manual_seed(self.config.seed * 100_003 + epoch)
        order = torch.randperm(len(corpus.captions))
        losses = []
        for rows in order.split(self.config.fitting.photos_at_once):
            photos, words = corpus.batch(rows)
            if torch.rand(()) < self.config.fitting.mirrored:
                photos = mirrored(photos, columns)
            losses.append(self._step(_moved(photos, device), words.to(device)))
        return sum(losses) / len(losses)

    def _step(self, photos: PhotoBatch, words: Tensor) -> float:
        rates = self.config.fitting
        share = (self.steps + 1) / (self.steps_an_epoch * rates.epochs + 1)
        for group in self.optimizer.param_groups:
            group["lr"] = rates.learning_rate * learning_rate_factor(share, rates.warmup)
        logits = self.decoder(self.decoder.look(photos), words[:, :, :-1])
        loss = next_word_loss(logits, words, rates.label_smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), rates.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.steps += 1
        # Early on the average follows closely: it should not remember the untrained weights.
        decay = min(rates.average_decay, (1 + self.steps) / (10 + self.steps))
        for name, value in _weights(self.decoder).items():
            self.average[name].lerp_(value.detach(), 1 - decay)
        return loss.item()

    def save(self, path: Path, epochs: int) -> None:
        state = {
            "identity": self.identity,
            "epochs": epochs,
            "steps": self.steps,
            "decoder": self.decoder.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
        }
        with replacing(path) as temporary:
            torch.save(state, temporary)

    def resume(self, path: Path) -> int:
        """Go on from a saved state; return the number of epochs that are done."""
        if not path.is_file():
            return 0
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state.get("identity") != self.identity:
            raise InputError(
                f"{path}: is of another config or corpus; remove it, or name another run folder"
            )
        self.decoder.load_state_dict(state["decoder"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.steps = state["average"], state["steps"]
        return int(state["epochs"])


def _identity(config: CaptionerConfig, facts: Facts, corpus: Corpus) -> str:
    """Return a hash of what decides the weights; the words of the card change nothing."""
    captions = [[words.tolist() for words in of_photo] for of_photo in corpus.captions]
    parts = [config.model_dump_json(exclude={"card"}), facts.model_dump_json(), str(captions)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _weights(decoder: CaptionDecoder) -> dict[str, Tensor]:
    return dict(decoder.named_parameters())


def _moved(photos: PhotoBatch, device: str) -> PhotoBatch:
    return PhotoBatch(photos.regions.to(device), photos.labels.to(device), photos.boxes.to(device))


def _filled(captions: tuple[Tensor, ...], most: int, empty: Tensor) -> list[Tensor]:
    return [*captions, *[empty] * (most - len(captions))]
