"""A captioner of a few thousand weights, over photos that are random features."""

import pytest
import torch

from core.captioning.decoder import CaptionDecoder, PhotoBatch
from core.captioning.settings import DecoderConfig

TINY = DecoderConfig(width=16, layers=2, heads=2, inner=32, max_words=7)
WORDS, LABELS, IMAGE_WIDTH, REGIONS = 12, 5, 8, 6


@pytest.fixture
def decoder():
    torch.manual_seed(3)
    made = CaptionDecoder(
        TINY, words=WORDS, labels=LABELS, image_width=IMAGE_WIDTH, regions=REGIONS
    )
    with torch.no_grad():  # untrained, every word is about as likely: make opinions stronger
        made.words.weight.mul_(3)
    return made.eval()


@pytest.fixture
def photos():
    generator = torch.Generator().manual_seed(5)
    boxes = torch.rand(2, 3, 5, generator=generator)
    return PhotoBatch(
        regions=torch.randn(2, REGIONS, IMAGE_WIDTH, generator=generator),
        labels=torch.tensor([[1, 4, 0], [2, 0, 0]]),
        boxes=boxes * torch.tensor([[1, 1, 0], [1, 0, 0]])[..., None],
    )
