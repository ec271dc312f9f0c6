import numpy as np
import pytest
import torch
from PIL import Image

from core.captioning.decoder import PhotoBatch
from core.captioning.photos import MOST_OBJECTS, PhotoReader, mirrored
from core.contexts.detector import Detection, ObjectDetector
from core.encoders.image import load_image_encoder
from core.images import read_image
from core.pipeline import SAMPLE_DATA


@pytest.fixture(scope="module")
def reader():
    return PhotoReader(load_image_encoder(), ObjectDetector().names())


def test_objects_become_numbers_and_boxes_the_surest_first(reader):
    seen = [
        Detection("dog", 0.9, (0.1, 0.2, 0.3, 0.4)),
        Detection("unheard of", 0.8, (0, 0, 1, 1)),
    ]
    labels, boxes = reader.objects([seen, []])
    assert labels.shape == (2, MOST_OBJECTS)
    assert reader.labels[labels[0, 0] - 1] == "dog"
    assert labels[0, 1:].tolist() == [0] * (MOST_OBJECTS - 1)
    assert labels[1].tolist() == [0] * MOST_OBJECTS
    torch.testing.assert_close(boxes[0, 0], torch.tensor([0.1, 0.2, 0.3, 0.4, 0.9]))


def test_more_objects_than_fit_are_left_out(reader):
    labels, _ = reader.objects([[Detection("dog", 0.9, (0, 0, 1, 1))] * 30])
    assert labels.shape == (1, MOST_OBJECTS)
    assert (labels > 0).all()


def test_a_photo_is_read_by_encoder_and_detector(reader):
    photo = read_image(SAMPLE_DATA / "photos" / "chelsea.jpg").pixels
    batch = reader.read([photo])
    torch.testing.assert_close(batch.regions, reader.encoder.encode([photo]).regions)
    seen = ObjectDetector().detect(photo)
    assert [reader.labels[n - 1] for n in batch.labels[0].tolist() if n] == [d.label for d in seen]


def test_twice_mirrored_is_what_it_was():
    generator = torch.Generator().manual_seed(1)
    boxes = torch.rand(2, 3, 5, generator=generator)
    labels = torch.tensor([[1, 2, 0], [3, 0, 0]])
    photos = PhotoBatch(torch.randn(2, 12, 4, generator=generator), labels, boxes)
    twice = mirrored(mirrored(photos, 4), 4)
    torch.testing.assert_close(twice.regions, photos.regions)
    torch.testing.assert_close(twice.boxes, photos.boxes)
    assert torch.equal(mirrored(photos, 4).boxes[1, 2], boxes[1, 2])  # there is no object


def test_a_mirror_turns_columns_and_boxes_around_by_hand():
    regions = torch.arange(6.0).reshape(1, 6, 1)  # two rows of three
    boxes = torch.tensor([[[0.1, 0.2, 0.4, 0.8, 0.9]]])
    seen = mirrored(PhotoBatch(regions, torch.tensor([[1]]), boxes), columns=3)
    assert seen.regions.flatten().tolist() == [2, 1, 0, 5, 4, 3]
    np.testing.assert_allclose(seen.boxes.flatten(), [0.6, 0.2, 0.9, 0.8, 0.9], rtol=1e-6)


def test_mirrored_features_are_near_those_of_the_mirrored_photo(reader):
    photo = read_image(SAMPLE_DATA / "photos" / "coffee.jpg").pixels
    flipped = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    as_is, true = reader.read([photo]), reader.read([flipped])

    def similarity(one, other):
        return torch.cosine_similarity(one.regions.flatten(), other.regions.flatten(), dim=0)

    assert similarity(mirrored(as_is, 7), true) > similarity(as_is, true)
