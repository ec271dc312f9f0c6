"""Pixels are prepared and batched as said, shown on a network that can be followed by hand."""

import numpy as np
import pytest
import torch
from PIL import Image

from core.encoders.image_features import FrozenImageEncoder, Preparation

HALVES = Preparation(side=4, mean=(0.5, 0.5, 0.5), std=(0.5, 0.25, 1.0))


@pytest.fixture
def encoder():
    """Regions are the four quarters of the square, features its three channels."""
    sizes = []

    def network(pixel_values):
        sizes.append(len(pixel_values))
        quarters = torch.nn.functional.avg_pool2d(pixel_values, 2)  # (B, D, rows, columns)
        regions = quarters.flatten(2).transpose(1, 2)  # (B, R, D)
        return regions, regions.mean(1)

    made = FrozenImageEncoder(
        name="quarters",
        fingerprint="0" * 64,
        width=3,
        grid=(2, 2),
        preparation=HALVES,
        network=network,
        device="cpu",
    )
    return made, sizes


def test_pixels_are_scaled_by_mean_and_deviation_of_each_channel():
    values = HALVES.pixel_values([Image.new("RGB", (9, 5), (255, 0, 51))])
    assert values.shape == (1, 3, 4, 4)
    torch.testing.assert_close(values[0, :, 0, 0], torch.tensor([1.0, -2.0, -0.3]))


def test_the_whole_photo_is_squeezed_into_the_square():
    wide = Image.new("RGB", (400, 40), "black")
    wide.paste((255, 255, 255), (300, 0, 400, 40))
    red = HALVES.pixel_values([wide])[0, 0]
    assert (red[:, 0] < 0).all()
    assert (red[:, 3] > 0).all()


def test_regions_are_row_major_from_the_top_left(encoder):
    image = Image.new("RGB", (4, 4), "black")
    image.paste((255, 255, 255), (2, 0, 4, 2))
    red = encoder[0].encode([image]).regions[0, :, 0]
    assert red.tolist() == [-1.0, 1.0, -1.0, -1.0]


def test_many_photos_pass_in_small_batches_and_keep_their_order(encoder):
    images = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in range(21)]
    features = encoder[0].encode(images)
    expected = torch.arange(21) / 255 * 2 - 1
    torch.testing.assert_close(features.pooled[:, 0], expected)
    assert sum(encoder[1]) == 21
    assert max(encoder[1]) < 21


def test_no_photo_gives_empty_features(encoder):
    features = encoder[0].encode([])
    assert features.regions.shape == (0, 4, 3)
    assert features.pooled.shape == (0, 3)


def test_features_can_feed_a_layer_that_learns(encoder):
    image = Image.fromarray(np.full((4, 4, 3), 200, dtype=np.uint8))
    regions = encoder[0].encode([image]).regions
    assert not regions.requires_grad
    layer = torch.nn.Linear(3, 2)
    layer(regions).sum().backward()
    assert layer.weight.grad is not None
