"""A captioner's checkpoint of a few thousand untrained weights, over the real image encoder."""

import torch

from core.captioning.files import Facts, build_decoder, save_captioner
from core.captioning.settings import CaptionerConfig, DecoderConfig
from core.contexts.detector import ObjectDetector
from core.encoders.image import load_image_encoder

WORDS = ("a", "dog", "cat", "on", "grass", "red")


def save_tiny(folder, *, seed=1, beams=3):
    """Write the checkpoint; return its config and facts."""
    encoder = load_image_encoder()
    config = CaptionerConfig(
        name="tiny",
        seed=seed,
        beams=beams,
        decoder=DecoderConfig(width=16, layers=1, heads=2, inner=32, max_words=6),
    )
    facts = Facts(
        words=WORDS,
        labels=ObjectDetector().names(),
        image_fingerprint=encoder.fingerprint,
        image_width=encoder.width,
        grid=encoder.grid,
    )
    torch.manual_seed(seed)
    save_captioner(folder, config, facts, build_decoder(config, facts).state_dict())
    return config, facts
