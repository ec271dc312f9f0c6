from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.contexts.tags import ImageTagger

PHOTOS = Path(__file__).parents[2] / "sample_data" / "photos"


@pytest.fixture(scope="module")
def tagger():
    return ImageTagger()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("coffee.jpg", "espresso"),
        ("pontduGard.jpg", "viaduct"),
        ("neuschwansteinCastle.jpg", "castle"),
    ],
)
def test_the_likeliest_class_is_what_the_photo_shows(tagger, name, label):
    probabilities = tagger.probabilities(Image.open(PHOTOS / name).convert("RGB"))

    assert tagger.labels()[int(probabilities.argmax())] == label
    assert probabilities.max() > 0.5


@pytest.mark.parametrize("size", [(1, 1), (1000, 2), (3, 700)])
def test_odd_shapes_get_probabilities_too(tagger, size):
    probabilities = tagger.probabilities(Image.new("RGB", size, "red"))

    assert probabilities.shape == (1000,)
    np.testing.assert_allclose(probabilities.sum(), 1, atol=1e-4)
