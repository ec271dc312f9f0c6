import numpy as np
import pytest
from PIL import Image

from core.contexts.look import look_at


@pytest.mark.parametrize("color", ["white", "black", "red"])
def test_one_plain_colour_is_named(color):
    assert look_at(Image.new("RGB", (30, 20), color)).plain_color == color


def test_compression_noise_does_not_hide_a_plain_colour():
    pixels = np.random.default_rng(0).integers(247, 255, (40, 40, 3), dtype=np.uint8)

    assert look_at(Image.fromarray(pixels)).plain_color == "white"


def test_one_small_spot_is_something_to_see():
    picture = Image.new("RGB", (400, 300), "white")
    picture.putpixel((7, 9), (0, 0, 0))

    assert look_at(picture).plain_color is None


def test_grey_pictures_are_monochrome_and_coloured_ones_are_not():
    grey = Image.linear_gradient("L")

    assert look_at(grey.convert("RGB")).is_monochrome
    assert not look_at(Image.merge("RGB", (grey, grey, Image.new("L", grey.size)))).is_monochrome
