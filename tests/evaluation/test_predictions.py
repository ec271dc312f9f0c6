"""Reading whole datasets with the tiny model."""

import pytest
import torch

from core.config import Config, HeadConfig
from core.datasets.labels import LabelMap, entities_from_tags
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.evaluation import predictions
from core.evaluation.predictions import batches, predict_outcomes, score_predictions
from core.records import Context, Example, Outcome
from core.training.checkpoint import build_model


def post(words: str, *contexts: str, tags: str | None = None) -> Example:
    text, tokens = tokens_from_words(words.split())
    return Example(
        id=words,
        text=text,
        tokens=tokens,
        contexts=tuple(Context(text=text, generator="typed") for text in contexts),
        entities=None if tags is None else entities_from_tags(tags.split(), text, tokens),
    )


EXAMPLES = [
    post("we saw Hamlet today in the old theatre", "a stage"),
    post("Oslo"),
    post("Ada Lovelace visits London", "a bridge", "a woman"),
    post("nothing happens"),
    post("Rome hosts the Tour de France again", "bicycles on a road"),
]
NO_IMAGES = [None] * len(EXAMPLES)


@pytest.fixture
def config(make_config) -> Config:
    return make_config()


@pytest.fixture
def reader(config):
    """A model that nobody trained, so that its tags depend on everything it reads."""
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    for parameter in (*model.text_encoder.model.encoder.parameters(), model.head.projection.weight):
        torch.nn.init.normal_(parameter)
    return model, tokenizer, config


@pytest.fixture
def sees_people_everywhere(reader):
    model, tokenizer, config = reader
    torch.nn.init.constant_(model.head.projection.bias, 0.0)
    with torch.no_grad():
        model.head.projection.bias[1] = 1e4  # B-PER
    return model, tokenizer, config


def tags(reader, examples, features, **limits) -> list[list[str]]:
    """Return one tag per word of each example, as its outcome says."""
    outcomes = predict_outcomes(*reader, examples, features, **limits)
    pairs = zip(examples, outcomes, strict=True)
    return [LabelMap().tags(outcome.entities, len(post.tokens)) for post, outcome in pairs]


def test_outcomes_come_back_in_the_order_of_the_examples(reader, monkeypatch):
    monkeypatch.setattr(predictions, "BATCH_SIZE", 2)
    together = tags(reader, EXAMPLES, NO_IMAGES)
    assert len({tuple(row) for row in together}) == len(EXAMPLES)
    assert together == [tags(reader, [example], [None])[0] for example in EXAMPLES]


def test_batches_hold_every_example_once_and_those_of_similar_length_together(reader, monkeypatch):
    monkeypatch.setattr(predictions, "BATCH_SIZE", 2)
    _, tokenizer, config = reader
    drawn = list(batches(tokenizer, config, EXAMPLES, NO_IMAGES))
    assert [places for places, _ in drawn] == [[1, 3], [2, 4], [0]]
    assert [batch.word_mask.sum().item() for _, batch in drawn] == [3, 11, 8]


def test_words_that_were_cut_are_in_no_entity(sees_people_everywhere):
    model, tokenizer, config = sees_people_everywhere
    short = config.text_encoder.model_copy(update={"max_text_pieces": 3})
    config = config.model_copy(update={"text_encoder": short})
    (found,) = predict_outcomes(model, tokenizer, config, [post("a b c d e")], [None])
    assert [(entity.text, entity.type) for entity in found.entities] == [
        ("a", "PER"),
        ("b", "PER"),
        ("c", "PER"),
    ]


def test_nothing_is_said_of_a_post_without_words(reader):
    wordless = Example(id="photo", text="", tokens=(), entities=())
    found = predict_outcomes(*reader, [wordless, *EXAMPLES], [None, *NO_IMAGES])
    assert found == [Outcome(), *predict_outcomes(*reader, EXAMPLES, NO_IMAGES)]
    assert predict_outcomes(*reader, [wordless], [None]) == [Outcome()]


def test_a_labelled_post_that_is_all_photo_is_not_scored(config):
    head = HeadConfig(task="classification", labels=("bad", "good"))
    config = config.model_copy(update={"head": head})
    model, tokenizer = build_model(config, image_width=24)
    text, tokens = tokens_from_words(["fine"])
    posts = [
        Example(id="photo", text="", tokens=(), label="bad"),
        Example(id="words", text=text, tokens=tokens, label="good"),
    ]
    wordless, worded = predict_outcomes(model, tokenizer, config, posts, [None, None])
    assert wordless == Outcome()
    assert worded.label in head.labels
    assert score_predictions(model, tokenizer, config, posts, [None, None]).posts == 1


def test_no_more_contexts_are_read_than_asked_for(reader):
    _, tokenizer, config = reader
    for most, expected in ((None, 4), (1, 3), (0, 0)):
        ((_, batch),) = batches(tokenizer, config, EXAMPLES, NO_IMAGES, max_contexts=most)
        assert batch.has_context.sum() == expected
    bare = [example.model_copy(update={"contexts": ()}) for example in EXAMPLES]
    without = tags(reader, EXAMPLES, NO_IMAGES, max_contexts=0)
    assert without == tags(reader, bare, NO_IMAGES)
    assert without != tags(reader, EXAMPLES, NO_IMAGES)


def test_images_are_left_out_when_asked_for(reader):
    torch.nn.init.normal_(reader[0].fusion.output.weight)
    regions = torch.randn(4, 24, generator=torch.Generator().manual_seed(0))
    seen = [ImageFeatures(regions, regions.mean(0))] * len(EXAMPLES)
    blind = tags(reader, EXAMPLES, seen, use_image=False)
    assert blind == tags(reader, EXAMPLES, NO_IMAGES)
    assert blind != tags(reader, EXAMPLES, seen)


def test_the_report_counts_what_the_tags_say(sees_people_everywhere):
    examples = [
        post("Ada sings", tags="B-PER O"),
        post("Grace Hopper in Oslo", tags="B-PER I-PER O B-LOC"),
        post("Marie", tags="B-PER"),
        post("nobody was asked"),
    ]
    report = score_predictions(*sees_people_everywhere, examples, [None] * 4)
    found = report.overall
    # Seven annotated words, each taken for a person; Grace Hopper is one of two words.
    assert (found.true_positives, found.false_positives, found.false_negatives) == (2, 5, 2)


def test_the_model_is_left_in_evaluation_mode(reader):
    reader[0].train()
    predict_outcomes(*reader, EXAMPLES, NO_IMAGES)
    assert not reader[0].training
