"""The feature cache: a photo is encoded once, whoever asks and whatever happens to its file."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from PIL import Image

from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageFeatures
from core.errors import InputError
from core.images import read_image


@dataclass
class AverageColour:
    """An encoder whose features are known: the mean colour of each half, left and right."""

    fingerprint: str = "a" * 64
    encoded: list[int] = field(default_factory=list)
    scale: float = 1.0
    name: str = "average-colour"
    width: int = 3
    grid: tuple[int, int] = (1, 2)

    def encode(self, images: Sequence[Image.Image]) -> ImageFeatures:
        self.encoded.append(len(images))
        halves = [np.array_split(np.asarray(image, np.float32), 2, axis=1) for image in images]
        means = [[half.mean((0, 1)) for half in pair] for pair in halves]
        regions = torch.tensor(np.array(means).reshape(-1, 2, 3)) * self.scale  # (B, R, D)
        return ImageFeatures(regions, regions.mean(1))

    @property
    def photos_encoded(self) -> int:
        return sum(self.encoded)


@pytest.fixture
def photos(tmp_path):
    """Forty photos of distinct colours."""
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = [folder / f"{number}.png" for number in range(40)]
    for number, path in enumerate(paths):
        Image.new("RGB", (8, 4), (number, 2 * number, 255 - number)).save(path)
    return paths


@pytest.fixture
def encoder():
    return AverageColour()


@pytest.fixture
def cache(encoder, tmp_path):
    return FeatureCache(encoder, tmp_path / "cache")


def files(cache: FeatureCache) -> list:
    return sorted(cache.folder.rglob("*.safetensors"))


def test_features_come_back_in_the_order_asked_for(cache, photos):
    features = cache.get(photos[::-1])
    assert features.regions.shape == (40, 2, 3)
    assert features.pooled[:, 0].tolist() == list(range(39, -1, -1))


def test_a_photo_is_encoded_once(cache, encoder, photos):
    first = cache.get(photos)
    again = cache.get(photos)
    assert encoder.photos_encoded == 40
    assert torch.equal(first.regions, again.regions)
    assert torch.equal(first.pooled, again.pooled)


def test_a_fresh_process_finds_what_another_stored(cache, photos, tmp_path):
    cache.get(photos)
    other = AverageColour()
    FeatureCache(other, tmp_path / "cache").get(photos)
    assert other.photos_encoded == 0


def test_only_the_missing_ones_are_encoded_together(cache, encoder, photos):
    cache.get(photos[:5])
    encoder.encoded.clear()
    cache.get(photos[:10])
    assert encoder.photos_encoded == 5


def test_the_same_photo_under_two_names_is_one(cache, encoder, photos):
    copy = photos[0].with_name("copy.jpg")
    copy.write_bytes(photos[0].read_bytes())
    features = cache.get([photos[0], copy, read_image(photos[0])])
    assert encoder.photos_encoded == 1
    assert torch.equal(features.pooled[0], features.pooled[1])
    assert torch.equal(features.pooled[0], features.pooled[2])


def test_a_changed_photo_under_the_same_name_is_another(cache, photos):
    before = cache.get(photos[:1]).pooled
    Image.new("RGB", (8, 4), "white").save(photos[0])
    assert not torch.equal(cache.get(photos[:1]).pooled, before)


def test_encoders_with_different_fingerprints_do_not_share(cache, photos, tmp_path):
    cache.get(photos)
    other = AverageColour(fingerprint="b" * 64, scale=2.0)
    doubled = FeatureCache(other, tmp_path / "cache").get(photos)
    assert other.photos_encoded == 40
    assert torch.equal(doubled.pooled, 2 * cache.get(photos).pooled)


def test_computed_and_stored_features_are_the_same_number_for_number(cache, encoder, photos):
    encoder.scale = 1 / 3  # not exact in half precision
    assert torch.equal(cache.get(photos).regions, cache.get(photos).regions)


def test_values_beyond_half_precision_stay_finite(cache, encoder, photos):
    encoder.scale = 1e6
    assert cache.get(photos[1:]).regions.max() == torch.finfo(torch.float16).max


@pytest.mark.parametrize("damage", [b"", b"no tensors", None])
def test_a_damaged_file_is_computed_anew(cache, encoder, photos, damage):
    whole = cache.get(photos[:1])
    file = files(cache)[0]
    content = file.read_bytes()
    file.write_bytes(content[:-1] if damage is None else damage)
    again = cache.get(photos[:1])
    assert encoder.photos_encoded == 2
    assert torch.equal(again.regions, whole.regions)
    assert file.read_bytes() == content


def test_a_file_of_another_shape_is_computed_anew(cache, photos, tmp_path):
    cache.get(photos[:1])
    wider = AverageColour()
    wider.grid = (1, 1)
    wider.encode = lambda images: ImageFeatures(torch.ones(1, 1, 3), torch.ones(1, 3))
    assert FeatureCache(wider, tmp_path / "cache").get(photos[:1]).regions.shape == (1, 1, 3)


def test_several_writers_leave_whole_files_and_nothing_else(encoder, photos, tmp_path):
    caches = [FeatureCache(encoder, tmp_path / "cache") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda cache: cache.get(photos), caches))
    assert all(torch.equal(answer.regions, answers[0].regions) for answer in answers)
    everything = [path for path in caches[0].folder.rglob("*") if path.is_file()]
    assert len(everything) == len(files(caches[0])) == 40


def test_a_folder_that_cannot_be_written_costs_only_time(encoder, photos, tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = FeatureCache(encoder, blocked)
    assert cache.get(photos[:2]).pooled[:, 0].tolist() == [0, 1]
    assert cache.get(photos[:2]).pooled[:, 0].tolist() == [0, 1]
    assert "cannot be kept" in caplog.text


def test_no_photo_gives_empty_features(cache):
    assert cache.get([]).regions.shape == (0, 2, 3)


def test_a_photo_that_cannot_be_read_is_named(cache, photos):
    photos[3].write_bytes(b"")
    with pytest.raises(InputError, match=r"3\.png is empty"):
        cache.get(photos)
    with pytest.raises(InputError, match=r"nowhere\.png cannot be read"):
        cache.get([photos[0].with_name("nowhere.png")])


def test_progress_goes_to_the_standard_error_when_asked_for(cache, photos, capsys):
    cache.get(photos)
    assert capsys.readouterr().err == ""
    cache.get(photos, progress=True)
    assert "40/40" in capsys.readouterr().err


def test_the_user_s_cache_folder_is_the_default(encoder, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    assert FeatureCache(encoder).folder.is_relative_to(tmp_path / "shap-ca")
    assert os.listdir(tmp_path) == []


def test_an_interrupted_write_leaves_nothing_behind(cache, photos, monkeypatch, caplog):
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    assert cache.get(photos[:3]).pooled[:, 0].tolist() == [0, 1, 2]
    assert [path for path in cache.folder.rglob("*") if path.is_file()] == []
    assert len(caplog.records) == 1
