"""The comparison of alignment objectives in miniature: what is trained, noted and skipped."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks.alignment import runs
from benchmarks.alignment.runs import (
    ALTERNATIVES,
    Alternative,
    caption_as_text,
    compare,
    half_as_long,
    load_data,
    mean_auroc,
    score,
)
from core.config import Config
from core.config_files import load_config
from core.model import AlignmentFeatures
from core.records import Context, Example

CONFIG = Path(__file__).parents[3] / "configs" / "alignment-bench.toml"
FEW = {
    "InfoNCE": Alternative({"objective": "infonce"}, "contrast_temperature", (0.01, 10.0)),
    "none": Alternative({"objective": "none"}),
}


@pytest.fixture
def config(make_config):
    table = make_config(average_decay=0.0).model_dump()
    photos = {**table["data"]["evaluations"][0], "part": "train", "dev_share": 0.5}
    table["data"]["sources"] = [
        {**photos, "name": "photos", "objectives": ["alignment"], "examples_per_epoch": 4}
    ]
    return Config.model_validate(table)


@pytest.fixture
def data(config):
    return load_data(config)


@pytest.fixture
def trained(monkeypatch):
    """The configs that were trained, with few alternatives and seeds to train."""
    monkeypatch.setattr(runs, "ALTERNATIVES", FEW)
    monkeypatch.setattr(runs, "SEEDS", (1, 2))
    original, seen = runs.train_and_score, []

    def train(config, *others):
        seen.append(config)
        return original(config, *others)

    monkeypatch.setattr(runs, "train_and_score", train)
    return seen


def test_every_alternative_is_a_config_that_can_be_read():
    config = load_config(CONFIG)
    for one in ALTERNATIVES.values():
        for setting in one.grid or (None,):
            changed = one.apply(config, setting=setting, seed=3)
            assert changed.seed == 3
            assert one.alignment.items() <= changed.alignment.model_dump().items()
            assert not one.tuned or getattr(changed.alignment, one.tuned) == setting
            same = config.model_copy(update={"seed": 3, "alignment": changed.alignment})
            assert changed == same


def test_settings_are_chosen_by_posts_that_are_neither_trained_on_nor_reported(data):
    (examples, features), (others, _) = data.sources[0], data.tuning["photos"]
    assert {e.id for e in examples} | {e.id for e in others} == {str(n) for n in range(8)}
    assert not {e.id for e in examples} & {e.id for e in others}
    assert set(data.reported) == {"dev", "photos"}
    assert features[0].pooled.shape == (data.image_width,)


def test_posts_that_are_reported_are_not_trained_on(config):
    overlapping = config.data.model_copy(update={"drop_overlap": True})
    data = load_data(config.model_copy(update={"data": overlapping}))
    assert data.sources[0][0] == []


def test_the_first_caption_of_a_photo_without_a_sentence_becomes_its_text():
    contexts = tuple(Context(text=text, generator="caption") for text in ("a dog", "an animal"))
    bare = Example(id="1", text="", tokens=(), contexts=contexts)
    changed = caption_as_text(bare)
    assert (changed.text, changed.contexts) == ("a dog", contexts[1:])
    assert [token.text for token in changed.tokens] == ["a", "dog"]
    spoken = bare.model_copy(update={"text": "hello"})
    assert caption_as_text(spoken) is spoken
    single = bare.model_copy(update={"contexts": contexts[:1]})
    assert caption_as_text(single) is single


def test_pairs_are_scored_where_both_sides_are_present():
    text, context, image = torch.eye(4), torch.eye(4), torch.zeros(4, 4)
    image[0, 1] = image[1, 0] = 1.0  # two photos, each of the other's post
    found = score(AlignmentFeatures(text, context.unsqueeze(1), image))
    assert found["context and text"]["recall_at_1"] == 1
    assert found["context and image"]["recall_at_1"] == 0
    assert found["text and image"]["auroc"] == 0
    assert mean_auroc(found) == pytest.approx(1 / 3)
    nothing = torch.zeros(4, 1, 4)
    assert set(score(AlignmentFeatures(text, nothing, image))) == {"text and image"}


def test_half_as_long_halves_the_sources_that_say_how_long(config):
    (source,) = half_as_long(config).data.sources
    assert source.examples_per_epoch == 2
    whole = config.data.sources[0].model_copy(update={"examples_per_epoch": None})
    whole_data = config.data.model_copy(update={"sources": (whole,)})
    unlimited = config.model_copy(update={"data": whole_data})
    assert half_as_long(unlimited) == unlimited


def test_finished_runs_are_noted_and_skipped_the_next_time(config, data, trained, tmp_path):
    file = tmp_path / "made" / "runs.jsonl"
    outcomes = compare(config, data, file)
    assert [(one.alignment.objective, one.seed) for one in trained] == [
        *[("infonce", runs.TUNING_SEED)] * 2,
        *[("infonce", 1), ("none", 1), ("infonce", 2), ("none", 2)],
    ]
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len({line["key"] for line in lines}) == 6
    best = max(outcomes["InfoNCE"].tuning, key=outcomes["InfoNCE"].tuning.get)
    assert outcomes["InfoNCE"].chosen == best == trained[2].alignment.contrast_temperature
    assert outcomes["none"].chosen is None
    assert [run["training_seconds"] for run in outcomes["none"].runs] == [0, 0]
    assert outcomes["InfoNCE"].runs[0]["scores"].keys() == {
        "dev: context and text",
        *[f"photos: {pair}" for pair in ("context and text", "context and image")],
        "photos: text and image",
    }

    file.write_text(file.read_text(encoding="utf-8")[:-20], encoding="utf-8")  # killed in a write
    del trained[:]
    again = compare(config, data, file)
    assert [(one.alignment.objective, one.seed) for one in trained] == [("none", 2)]
    assert again["InfoNCE"].chosen == best
    assert [run["scores"] for run in again["none"].runs] == [
        run["scores"] for run in outcomes["none"].runs
    ]
