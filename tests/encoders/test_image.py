"""The way in: a packaged name or a folder leads to its encoder."""

import pytest
from PIL import Image

from core.encoders.image import load_image_encoder
from core.errors import InputError


def test_efficientnet_is_the_default():
    encoder = load_image_encoder()
    assert (encoder.name, encoder.grid, encoder.width) == ("efficientnet-lite0", (7, 7), 1280)


def test_a_folder_is_loaded_as_a_hugging_face_model(tiny_image_model):
    encoder = load_image_encoder(str(tiny_image_model))
    features = encoder.encode([Image.new("RGB", (30, 20), "red")])
    assert encoder.name == str(tiny_image_model)
    assert features.regions.shape == (1, encoder.grid[0] * encoder.grid[1], encoder.width)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a model"):
        load_image_encoder(str(tmp_path / "nowhere"))
