"""The runs over the sample posts that ship: of these posts, by the checkpoints that ship."""

import pytest

from core.annotations.files import read_annotations, read_record
from core.datasets.samples import read_samples
from core.images import read_image
from core.pipeline import SAMPLE_DATA, Pipeline
from core.training.checkpoint import load_checkpoint

CHECKPOINTS = ("twitter15-minilm", "twitter17-minilm")


@pytest.fixture(scope="module", params=CHECKPOINTS)
def checkpoint(request):
    return request.param


@pytest.fixture(scope="module")
def path(checkpoint):
    return SAMPLE_DATA / f"{checkpoint}.parquet"


@pytest.fixture(scope="module")
def shipped(path):
    return read_annotations(path)


def test_it_holds_the_sample_posts_in_their_order(shipped):
    samples = read_samples(SAMPLE_DATA)
    assert list(shipped.table["id"]) == [sample.id for sample in samples]
    assert list(shipped.table["text"]) == [sample.text for sample in samples]
    assert list(shipped.table["has_gold"]) == [True] * len(samples)
    gold = [len(sample.entities) for sample in samples]
    assert list(shipped.table["correct"] + shipped.table["missed"]) == gold


def test_it_was_made_by_the_checkpoint_that_ships(shipped, checkpoint):
    assert shipped.about.checkpoint == load_checkpoint(checkpoint).fingerprints["checkpoint"]


@pytest.mark.slow
@pytest.mark.parametrize("row", [0, 20])
def test_a_post_is_still_read_like_this(row, checkpoint, path):
    sample = read_samples(SAMPLE_DATA)[row]
    photo = read_image(sample.image) if sample.image else None
    again = Pipeline.load(checkpoint, "cpu").analyse(
        sample.text, photo, sample.contexts, id=sample.id
    )
    stored = read_record(path, row)
    said = [[(e.text, e.type, e.start) for e in r.entities] for r in (again, stored)]
    assert said[0] == said[1]
    values = [r.games.text.shapley_values for r in (again, stored)]
    assert values[0] == pytest.approx(values[1], abs=1e-4)
