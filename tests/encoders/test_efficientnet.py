"""The packaged encoder, with its real weights."""

import numpy as np
import pytest
import torch
from PIL import Image

from core.encoders.efficientnet import load_efficientnet
from core.errors import InputError


@pytest.fixture(scope="module")
def efficientnet():
    return load_efficientnet()


def photos(count: int, size: tuple[int, int] = (60, 40)) -> list[Image.Image]:
    random = np.random.default_rng(7)
    shape = (size[1], size[0], 3)
    return [Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)) for _ in range(count)]


def test_efficientnet_gives_seven_by_seven_regions_whose_mean_is_pooled(efficientnet):
    features = efficientnet.encode(photos(2))
    assert efficientnet.grid == (7, 7)
    assert features.regions.shape == (2, 49, 1280)
    torch.testing.assert_close(features.pooled, features.regions.mean(1))


def test_every_region_lies_at_its_place_of_the_whole_photo(efficientnet):
    # A disc on plain grey excites the regions under it, also in the corners a crop would cut off.
    for row, column in [(0, 0), (0, 6), (3, 3), (6, 0), (6, 6)]:
        grey = np.full((350, 700, 3), 128, dtype=np.uint8)
        marked = grey.copy()
        marked[row * 50 : row * 50 + 50, column * 100 : column * 100 + 100] = (255, 40, 0)
        plain, with_mark = efficientnet.encode(
            [Image.fromarray(grey), Image.fromarray(marked)]
        ).regions
        change = (with_mark - plain).norm(dim=1).view(7, 7)
        places = torch.nonzero(change == change.max())[0]
        assert (places - torch.tensor([row, column])).abs().max() <= 1


def test_batches_of_any_size_give_the_same_features(efficientnet):
    images = photos(19)
    together = efficientnet.encode(images).pooled
    one_by_one = torch.cat([efficientnet.encode([image]).pooled for image in images])
    torch.testing.assert_close(together, one_by_one, atol=1e-4, rtol=1e-4)


def test_weights_that_do_not_fit_the_network_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "other.pth"
    torch.save({"fc.weight": torch.zeros(2, 2)}, path)
    monkeypatch.setattr("core.encoders.efficientnet.find_weight", lambda _: path)
    with pytest.raises(InputError, match="does not fit the installed network"):
        load_efficientnet()
