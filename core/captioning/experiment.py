"""From a config to the captioner's checkpoint, and its figures again."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from core.captioning.baselines import nearest_captions, perceived_captions
from core.captioning.beam import beam_search
from core.captioning.card import write_card
from core.captioning.corpus import CaptionedPhoto, read_corpus
from core.captioning.decoder import CaptionDecoder, PhotoBatch
from core.captioning.files import Facts, load_captioner, save_captioner, save_metrics
from core.captioning.photos import PhotoReader
from core.captioning.scores import CaptionScores, require_scorers, score_captions
from core.captioning.settings import CaptionerConfig
from core.captioning.training import Corpus, fit
from core.captioning.vocabulary import Vocabulary
from core.contexts.detector import ObjectDetector
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageEncoder, load_image_encoder
from core.images import read_image

DIGITS = 4
Scores = dict[str, dict[str, float]]


def train_captioner(
    config: CaptionerConfig, *, run: Path, out: Path, device: str = "cpu"
) -> dict[str, Any]:
    """Train, score on dev beside the baselines, and write the checkpoint with its card.

    Args:
        config: Of the captioner.
        run: Folder of the log and of the state to resume from.
        out: Folder of the checkpoint.
        device: Where the decoder is trained.

    Returns:
        What `metrics.json` holds.

    Raises:
        InputError: Data, weights or the scorers are missing, or `run` holds another config.
    """
    require_scorers()
    encoder = load_image_encoder(config.image_encoder, device)
    train, dev = (read_corpus(config.corpus, split) for split in ("train", "dev"))
    vocabulary = Vocabulary.of_captions(
        (caption for photo in train for caption in photo.captions),
        least_count=config.corpus.least_count,
    )
    facts = Facts(
        words=vocabulary.written,
        labels=ObjectDetector().names(),
        image_fingerprint=encoder.fingerprint,
        image_width=encoder.width,
        grid=encoder.grid,
    )
    most = config.decoder.max_words + 1
    captions = tuple(
        tuple(torch.tensor(vocabulary.numbers(text, most=most)) for text in photo.captions)
        for photo in train
    )
    photos = _look(encoder, facts, train)
    started = time.monotonic()
    with tqdm(total=config.fitting.epochs, desc=config.name, unit="epoch") as bar:

        def report(epoch: int, loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            bar.update(epoch - bar.n)

        decoder = fit(config, facts, Corpus(photos, captions), run, device=device, report=report)
    seconds = time.monotonic() - started
    save_captioner(out, config, facts, decoder.state_dict())
    metrics = {
        "dev": _all_scores(str(out), encoder, train, dev),
        "photos": {"train": len(train), "dev": len(dev)},
        "words": len(facts.words),
        "parameters": sum(value.numel() for value in decoder.parameters()),
        "training_seconds": round(seconds),
    }
    save_metrics(out, metrics)
    write_card(out, config, metrics)
    return metrics


def evaluate_captioner(name_or_path: str) -> Scores:
    """Return the scores of a checkpoint and of the baselines on dev, as `metrics.json` has them.

    Raises:
        InputError: The checkpoint, its data or the scorers are missing.
    """
    require_scorers()
    _, config, *_ = load_captioner(name_or_path)
    encoder = load_image_encoder(config.image_encoder)
    train, dev = (read_corpus(config.corpus, split) for split in ("train", "dev"))
    return _all_scores(name_or_path, encoder, train, dev)


def _all_scores(
    checkpoint: str,
    encoder: ImageEncoder,
    train: Sequence[CaptionedPhoto],
    dev: Sequence[CaptionedPhoto],
) -> Scores:
    """Score the checkpoint as it was saved, and what it has to beat."""
    decoder, config, facts, _ = load_captioner(checkpoint)
    cache = FeatureCache(encoder)
    known, asked = (cache.get([photo.path for photo in part]).pooled for part in (train, dev))
    said = {
        "captioner": _captions(decoder, config, facts, _look(encoder, facts, dev)),
        "nearest training caption": nearest_captions(
            asked, known, [photo.captions for photo in train]
        ),
        "perception": perceived_captions([read_image(photo.path) for photo in dev]),
    }
    references = [photo.captions for photo in dev]
    return {name: _rounded(score_captions(made, references)) for name, made in said.items()}


def _look(encoder: ImageEncoder, facts: Facts, photos: Sequence[CaptionedPhoto]) -> PhotoBatch:
    """Return what is seen in photos; regions stay float16, as there are many."""
    regions = FeatureCache(encoder).get([photo.path for photo in photos], progress=True).regions
    detector = ObjectDetector()
    found = [
        detector.detect(read_image(photo.path).pixels)
        for photo in tqdm(photos, desc="objects", unit="")
    ]
    return PhotoBatch(regions.half(), *PhotoReader(encoder, facts.labels).objects(found))


def _captions(
    decoder: CaptionDecoder, config: CaptionerConfig, facts: Facts, photos: PhotoBatch
) -> list[str]:
    vocabulary, captions = Vocabulary(facts.words), []
    for row in tqdm(range(len(photos.labels)), desc="captions", unit=""):
        only = slice(row, row + 1)
        memory = decoder.look(
            PhotoBatch(photos.regions[only].float(), photos.labels[only], photos.boxes[only])
        )
        best, *_ = beam_search(
            decoder, memory, beams=config.beams, length_power=config.length_power
        )
        captions.append(vocabulary.sentence(best.words))
    return captions


def _rounded(scores: CaptionScores) -> dict[str, float]:
    return {
        name: round(value, DIGITS)
        for name, value in scores.model_dump().items()
        if name != "photos"
    }
