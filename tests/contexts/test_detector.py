import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.contexts.detector import (
    ObjectDetector,
    Sight,
    anchors,
    decode_boxes,
    suppress_overlaps,
)
from core.weights import find_weight

PHOTOS = Path(__file__).parents[2] / "sample_data" / "photos"


def photo(name):
    return Image.open(PHOTOS / name).convert("RGB")


def anchors_in_the_model_file():
    """All but the first of the 19,206 (height, width, y, x) that the file's metadata lists."""
    data = find_weight("object-detector").read_bytes()
    floats = np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4")
    # They lie there backwards, each after an offset of four bytes; between the first and the
    # second is something else. Level 7's tallest in its last cell opens the table.
    tallest = [math.sqrt(2) * 2 ** (2 / 3), 2 ** (2 / 3) / math.sqrt(2), 5 / 6, 5 / 6]
    candidates = np.flatnonzero(np.isclose(floats[:-3], tallest[0], rtol=1e-4))
    start = next(k for k in candidates if np.allclose(floats[k : k + 4], tallest, rtol=1e-4))
    rows = floats[start - 1 :][: 19_205 * 5].reshape(-1, 5)
    return rows[::-1, 1:]


def test_anchors_are_those_that_the_model_file_lists():
    height_width_y_x = anchors()[:, [2, 3, 0, 1]]

    assert height_width_y_x.shape == (19_206, 4)
    np.testing.assert_allclose(height_width_y_x[1:], anchors_in_the_model_file(), rtol=1e-4)


def test_boxes_are_decoded_as_a_slow_loop_decodes_them():
    generator = np.random.default_rng(0)
    some = anchors()[generator.integers(0, 19_206, 50)]
    codes = generator.normal(scale=0.5, size=(50, 4)).astype(np.float32)

    expected = []
    for (dy, dx, dh, dw), (y, x, height, width) in zip(codes, some, strict=True):
        center_y, center_x = y + dy * height, x + dx * width
        tall, wide = height * math.exp(dh), width * math.exp(dw)
        expected.append(
            (center_x - wide / 2, center_y - tall / 2, center_x + wide / 2, center_y + tall / 2)
        )

    np.testing.assert_allclose(decode_boxes(codes, some), expected, rtol=1e-4, atol=1e-6)


def overlap(a, b):
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    tall = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - wide * tall
    return wide * tall / union


@pytest.mark.parametrize("seed", range(5))
def test_suppression_keeps_the_first_of_every_overlapping_pair_of_a_class(seed):
    generator = np.random.default_rng(seed)
    corners = generator.uniform(0, 0.7, (40, 2))
    boxes = np.hstack([corners, corners + generator.uniform(0.1, 0.3, (40, 2))]).astype(np.float32)
    classes = generator.integers(0, 3, 40).tolist()

    kept = suppress_overlaps(boxes, classes, 0.3)

    expected = []
    for k in range(40):
        beaten = [
            j for j in expected if classes[j] == classes[k] and overlap(boxes[j], boxes[k]) > 0.3
        ]
        if not beaten:
            expected.append(k)
    assert kept == expected


def test_boxes_of_two_classes_do_not_compete():
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]], dtype=np.float32)

    assert suppress_overlaps(boxes, [0, 1, 0], 0.5) == [0, 1]


@pytest.mark.parametrize(
    ("name", "label", "least_area"),
    [("astronaut.jpg", "person", 0.5), ("chelsea.jpg", "cat", 0.7)],
)
def test_what_a_photo_is_of_is_found_where_it_is(name, label, least_area):
    found = ObjectDetector().detect(photo(name))

    assert [d.label for d in found] == [label]
    assert found[0].area > least_area
    assert all(0 <= edge <= 1 for edge in found[0].box)


def test_a_photo_shrunk_into_a_corner_is_found_in_that_corner():
    picture = Image.new("RGB", (640, 640), "white")
    picture.paste(photo("chelsea.jpg").resize((300, 200)), (330, 420))

    cat = next(d for d in ObjectDetector().detect(picture) if d.label == "cat")

    np.testing.assert_allclose(cat.box, (330 / 640, 420 / 640, 630 / 640, 620 / 640), atol=0.08)


def test_noise_and_blank_pictures_hold_no_objects():
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)

    assert ObjectDetector().detect(Image.fromarray(noise)) == []
    assert ObjectDetector().detect(Image.new("RGB", (300, 400), "white")) == []
    assert ObjectDetector().sight(Image.new("RGB", (300, 400), "white")) == Sight((), ())


@pytest.mark.parametrize("name", sorted(path.name for path in PHOTOS.glob("*.jpg"))[::4])
def test_it_is_sure_of_the_kinds_it_finds_and_doubts_more(name):
    detector = ObjectDetector()
    found, sight = detector.detect(photo(name)), detector.sight(photo(name))

    assert sight.sure == tuple(dict.fromkeys(one.label for one in found))
    assert set(sight.sure) <= set(sight.perhaps)
    assert len(sight.perhaps) == len(set(sight.perhaps)) < 80


def test_an_object_that_it_is_not_sure_of_is_possible():
    picture = Image.new("RGB", (640, 640), "white")
    picture.paste(photo("chelsea.jpg").resize((48, 32)), (330, 420))

    sight = ObjectDetector().sight(picture)

    assert "cat" not in sight.sure
    assert len(sight.perhaps) > len(sight.sure)


def test_its_eighty_names_are_readable_and_all_different():
    names = ObjectDetector().names()
    assert len(names) == len(set(names)) == 80
    assert {"person", "dog", "TV", "hair dryer"} <= set(names)
    assert "???" not in names
