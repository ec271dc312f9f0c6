"""What is watched while a model is trained: gates counted by hand, alignment as it is scored."""

from types import SimpleNamespace

import pytest
import torch

from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.evaluation.scores import scores
from core.fusion import Fused
from core.model import Reading
from core.training import diagnostics
from core.training.checkpoint import build_model
from core.training.diagnostics import GATE_BINS, GateCounts, alignment_now
from core.training.sources import image_features, load_source


def reading(text_gate, image_gate) -> Reading:
    text, image = torch.tensor(text_gate), torch.tensor(image_gate)
    fused = Fused(torch.zeros(0), text.requires_grad_(), image, torch.zeros(0))
    return Reading(torch.zeros(0), torch.zeros(0), fused, None)


def posts(words, has_image, has_context):
    """What the counts ask of a batch, padding included."""
    mask = [[place < count for place in range(3)] for count in words]
    return SimpleNamespace(
        word_mask=torch.tensor(mask),
        has_image=torch.tensor(has_image),
        has_context=torch.tensor(has_context),
    )


BATCH = posts([2, 3, 1, 3], [True, True, False, True], [[True, True], [False, True]] * 2)
READING = reading(
    [[0.0, 0.06, 0.5], [1.0, 1.0, 0.97], [0.3, 0.3, 0.3], [0.49, 0.51, 0.5]],
    [[0.1, 0.2], [0.99, 1.0], [0.3, 0.3], [0.1, 0.12]],
)


def counted(bins: dict[int, int]) -> list[int]:
    return [bins.get(place, 0) for place in range(GATE_BINS)]


def test_gates_of_words_and_regions_are_counted_where_a_post_has_a_photo():
    counts = GateCounts({})
    counts.add(READING, BATCH)
    # A bin is 0.05 wide and holds its lower end; the last holds 1 as well. The third post has no
    # photo, and the first has a word of padding.
    assert counts.take() == {
        "text": counted({0: 1, 1: 1, 19: 3, 9: 1, 10: 2}),
        "image": counted({2: 3, 4: 1, 19: 2}),
    }


def test_counts_add_up_until_they_are_taken():
    counts = GateCounts({})
    counts.add(READING, BATCH)
    once = counts.take()
    assert counts.take() == {}
    for _ in range(3):
        counts.add(READING, BATCH)
    assert counts.take() == {side: [3 * count for count in once[side]] for side in once}


def test_posts_without_contexts_do_not_count_as_their_gates_are_open_by_rule():
    counts = GateCounts({})
    counts.add(READING, posts([2, 3, 1, 3], [True] * 4, [[False], [False], [True], [False]]))
    assert counts.take() == {"text": counted({6: 1}), "image": counted({6: 2})}
    counts.add(READING, posts([2, 3, 1, 3], [True] * 4, [[False]] * 4))
    assert counts.take() == {}


def test_without_a_photo_in_the_batch_there_is_nothing_to_count():
    counts = GateCounts({})
    counts.add(Reading(torch.zeros(0), torch.zeros(0), None, None), BATCH)
    assert counts.take() == {}


def test_counting_goes_on_from_what_a_killed_run_had_counted():
    known: dict[str, list[int]] = {}
    GateCounts(known).add(READING, BATCH)
    resumed = GateCounts(known)
    resumed.add(READING, BATCH)
    assert sum(resumed.take()["image"]) == 12
    assert known == {}


@pytest.fixture
def photos(make_config, tmp_path):
    config = make_config()
    examples = load_source(config.data.evaluations[0], config.data)
    cache = FeatureCache(load_image_encoder(config.image_encoder.model), tmp_path)
    return examples, image_features(examples, cache)


@pytest.fixture
def reader(make_config):
    config = make_config()
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    return model, tokenizer, config


def test_alignment_now_is_what_the_scores_would_say(reader, photos):
    now, scored = alignment_now(*reader, *photos), scores(*reader, *photos)
    assert set(now) == {"text", "image"}
    for side, found in now.items():
        report = scored[f"{side}_alignment"]
        assert found == {
            "own": pytest.approx(report["own_value"]),
            "foreign": pytest.approx(report["foreign_value"]),
            "diagonal_dominance": pytest.approx(report["own_value"] - report["foreign_value"]),
            "auroc": pytest.approx(report["auroc"]),
            "recall_at_1": report["recall_at_1"],
        }


def test_a_side_that_nobody_has_is_missing(reader, photos):
    examples, features = photos
    assert set(alignment_now(*reader, examples, [None] * 8)) == {"text"}
    bare = [example.model_copy(update={"contexts": ()}) for example in examples]
    assert alignment_now(*reader, bare, features) == {}
    single = [*examples[:1], *bare[1:]]
    assert alignment_now(*reader, single, features) == {}


def test_only_the_first_posts_are_watched(reader, photos, monkeypatch):
    examples, features = photos
    expected = alignment_now(*reader, examples[:4], features[:4])
    monkeypatch.setattr(diagnostics, "_POSTS", 4)
    assert alignment_now(*reader, examples, features) == expected
