"""What is in the examples decides what is scored."""

import json

import pytest
import torch

from core.config import HeadConfig
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.evaluation import predictions
from core.evaluation.alignment import alignment_report
from core.evaluation.scores import scores
from core.training.checkpoint import build_model
from core.training.sources import image_features, load_source

ENTITIES = {"entities", "entities_without_contexts"}


@pytest.fixture
def reader(make_config):
    config = make_config()
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    return model, tokenizer, config


@pytest.fixture
def tagged(make_config):
    """Annotated posts with a context and no photo."""
    data = make_config().data
    return load_source(data.dev, data)


@pytest.fixture
def photos(make_config, tmp_path):
    """Captioned, labelled posts and the features of their photos."""
    config = make_config()
    examples = load_source(config.data.evaluations[0], config.data)
    cache = FeatureCache(load_image_encoder(config.image_encoder.model), tmp_path)
    return examples, image_features(examples, cache)


def changed(examples, **update):
    return [example.model_copy(update=update) for example in examples]


def test_annotated_posts_with_contexts_are_scored_by_entities_and_text_side(reader, tagged):
    made = scores(*reader, tagged, [None] * 8)
    assert set(made) == {"examples", "annotated", "text_alignment"} | ENTITIES
    assert made["examples"] == made["annotated"] == made["entities"]["sentences"] == 8
    assert made["entities"]["overall"]["support"] == 12
    assert json.loads(json.dumps(made))["text_alignment"] == made["text_alignment"]


def test_labelled_photos_are_scored_by_both_sides_and_labels(reader, photos):
    made = scores(*reader, *photos)
    sides = {"text_alignment", "image_alignment"}
    assert set(made) == {"examples", "label_accuracy"} | sides
    assert made["image_alignment"]["posts"] == made["image_alignment"]["game_size"] == 8


def test_entities_are_scored_on_the_posts_that_are_annotated(reader, tagged):
    partly = [*changed(tagged[:1], entities=None), *tagged[1:]]
    made, alone = scores(*reader, partly, [None] * 8), scores(*reader, tagged[1:], [None] * 7)
    assert (made["examples"], made["annotated"]) == (8, 7)
    assert {key: made[key] for key in ENTITIES} == {key: alone[key] for key in ENTITIES}
    assert made["text_alignment"]["posts"] == 8
    assert not ENTITIES & set(scores(*reader, changed(tagged, entities=None), [None] * 8))


def test_posts_without_words_are_scored_with_the_others(reader, tagged):
    wordless = changed(tagged[:1], text="", tokens=(), entities=())
    made = scores(*reader, wordless + tagged, [None] * 9)
    alone = scores(*reader, tagged, [None] * 8)
    assert made["entities"]["overall"] == alone["entities"]["overall"]
    assert made["text_alignment"] == pytest.approx(alone["text_alignment"])


def test_alignment_leaves_out_posts_without_context_or_target(reader, photos):
    examples, features = photos
    examples = [*examples[:6], *changed(examples[6:], contexts=())]
    made = scores(*reader, examples, [None, None, *features[2:]])
    assert (made["text_alignment"]["posts"], made["image_alignment"]["posts"]) == (6, 4)


@pytest.mark.parametrize("kept", [0, 1])
def test_alignment_needs_two_pairs(reader, tagged, kept):
    examples = [*tagged[:kept], *changed(tagged[kept:], contexts=())]
    assert "text_alignment" not in scores(*reader, examples, [None] * 8)


def test_alignment_reads_the_first_context_of_each_post(reader, photos):
    examples, features = photos
    first = [example.model_copy(update={"contexts": example.contexts[:1]}) for example in examples]
    last = [example.model_copy(update={"contexts": example.contexts[1:]}) for example in examples]
    both, by_first, by_last = (
        scores(*reader, chosen, features)["image_alignment"] for chosen in (examples, first, last)
    )
    assert both == by_first != by_last


@torch.no_grad()
def test_each_context_is_aligned_with_its_own_post(reader, tagged, monkeypatch):
    model, tokenizer, config = reader
    alone = []
    for example in tagged:
        ((_, batch),) = predictions.batches(tokenizer, config, [example], [None])
        alone.append(model.eval().align(batch))
    expected = alignment_report(
        torch.cat([features.contexts[:, 0] for features in alone]),
        torch.cat([features.text for features in alone]),
        temperature=config.alignment.temperature,
    )
    monkeypatch.setattr(predictions, "BATCH_SIZE", 3)
    found = scores(*reader, tagged, [None] * 8)["text_alignment"]
    assert found["auroc"] == pytest.approx(expected.auroc, abs=0.005)
    assert found["auroc_similarity"] == pytest.approx(expected.auroc_similarity, abs=0.005)


def test_accuracy_without_images_is_that_of_posts_that_have_none(reader, photos):
    model = reader[0]
    torch.manual_seed(2)
    torch.nn.init.normal_(model.fusion.output.weight)
    torch.nn.init.normal_(model.label_head.weight)
    examples, features = photos
    made = scores(*reader, examples, features)["label_accuracy"]
    imageless = scores(*reader, examples, [None] * 8)["label_accuracy"]
    assert made["without_image"] == imageless["with_image"]
    assert made["without_image"] != made["with_image"]


def test_accuracy_counts_the_posts_whose_label_is_known(reader, photos):
    model = reader[0]
    torch.nn.init.zeros_(model.label_head.weight)
    model.label_head.bias.data = torch.tensor([0.0, 1.0])  # always says good
    examples, features = photos
    labels = ["good", "good", "good", "bad", None, "undecided", None, None]
    examples = [
        example.model_copy(update={"label": label})
        for example, label in zip(examples, labels, strict=True)
    ]
    made = scores(*reader, examples, features)
    assert made["label_accuracy"] == {"with_image": 0.75, "without_image": 0.75}


@pytest.mark.parametrize("label", [None, "undecided"])
def test_there_is_no_accuracy_where_no_label_is_known(reader, photos, label):
    examples, features = photos
    assert "label_accuracy" not in scores(*reader, changed(examples, label=label), features)


def test_there_is_no_accuracy_where_the_model_has_no_labels(make_config, photos):
    config = make_config()
    head = config.head.model_copy(update={"labels": ()})
    config = config.model_copy(update={"head": head})
    model, tokenizer = build_model(config, image_width=24)
    assert "label_accuracy" not in scores(model, tokenizer, config, *photos)


def test_no_examples_have_no_scores(reader):
    assert scores(*reader, [], []) == {"examples": 0}


def test_a_directed_task_is_scored_both_ways_by_the_same_names(make_config, tagged):
    head = HeadConfig(task="jmere", relations=("likes",), directed=True)
    config = make_config().model_copy(update={"head": head})
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    examples = changed(tagged[:4], relations=())
    made = scores(model, tokenizer, config, examples, [None] * 4)
    names = {"quintuples", "quintuples_directed"}
    without = {f"{name}_without_contexts" for name in names}
    assert set(made) == {"examples", "annotated", "text_alignment"} | names | without
    assert [made[name]["directed"] for name in sorted(names)] == [False, True]


def test_labels_that_are_the_task_are_scored_as_such_and_not_again(make_config, photos):
    head = HeadConfig(task="classification", labels=("bad", "good"))
    config = make_config().model_copy(update={"head": head})
    model, tokenizer = build_model(config, image_width=24)
    made = scores(model, tokenizer, config, *photos)
    assert {"labels", "labels_without_contexts", "labels_without_image"} <= set(made)
    assert "label_accuracy" not in made
    assert made["labels"]["posts"] == made["annotated"] == 8
