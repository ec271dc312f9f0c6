"""The parts of the loss, each against its own formula."""

import pytest
import torch

from core.datasets.batches import Batch, collate
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.evaluation.predictions import batches
from core.tasks import build_codec
from core.training.checkpoint import build_model, trained_state
from core.training.objectives import align_features, batch_losses
from core.training.sources import image_features, load_source

EVERYTHING = ("task", "alignment", "label", "consistency")
GAMES = {"context_to_text", "text_to_context", "context_to_image", "image_to_context"}


@pytest.fixture
def config(make_config):
    weights = {"task_weight": 0.5, "label_weight": 0.7, "consistency_weight": 0.2}
    config = make_config(**weights)
    sides = {"text_weight": 0.4, "image_weight": 3.0}
    return config.model_copy(update={"alignment": config.alignment.model_copy(update=sides)})


@pytest.fixture
def reader(config):
    """A model whose photos speak at once: fusion does not start silent, nothing drops out."""
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for parameter in (model.fusion.output.weight, model.head.projection.weight):
        torch.nn.init.normal_(parameter)
    return model.train(), tokenizer


@pytest.fixture
def tagged(config):
    """Annotated posts without photos."""
    examples = load_source(config.data.dev, config.data)
    return examples, [None] * len(examples)


@pytest.fixture
def photos(config, tmp_path):
    """Labelled posts with photos and no tags."""
    examples = load_source(config.data.evaluations[0], config.data)
    cache = FeatureCache(load_image_encoder(config.image_encoder.model), tmp_path)
    return examples, image_features(examples, cache)


@pytest.fixture
def make_batch(reader, config):
    def make(*data) -> Batch:
        examples = [example for some, _ in data for example in some]
        features = [item for _, some in data for item in some]
        ((_, batch),) = batches(reader[1], config, examples, features)
        return batch

    return make


def relabelled(data, labels):
    examples, features = data
    pairs = zip(examples, labels, strict=True)
    return [example.model_copy(update={"label": label}) for example, label in pairs], features


def reached(model) -> set[str]:
    """Return the names of the parts that gradients other than zero have reached."""
    trained = trained_state(model).items()
    return {
        name.partition(".")[0]
        for name, parameter in trained
        if parameter.grad is not None and parameter.grad.any()
    }


def silver_tags(model, batch, *, use_image=False):
    with torch.no_grad():
        scores = model.read(batch, use_image=use_image).scores
    return model.head.decode(scores, batch.word_mask)


def test_the_total_is_the_weighted_sum_of_the_parts(reader, config, make_batch, tagged, photos):
    parts, total, reading = batch_losses(reader[0], make_batch(tagged, photos), EVERYTHING, config)
    assert set(parts) == GAMES | {"task", "label", "consistency"}
    assert reading is not None
    assert all(value > 0 for value in parts.values())
    expected = (
        0.4 * (parts["context_to_text"] + parts["text_to_context"]) / 2
        + 3.0 * (parts["context_to_image"] + parts["image_to_context"]) / 2
        + 0.5 * parts["task"]
        + 0.7 * parts["label"]
        + 0.2 * parts["consistency"]
    )
    assert total.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("objective", EVERYTHING)
def test_one_objective_gives_its_own_parts_only(
    reader, config, make_batch, tagged, photos, objective
):
    found = batch_losses(reader[0], make_batch(tagged, photos), (objective,), config)
    assert set(found.parts) == (GAMES if objective == "alignment" else {objective})
    assert (found.reading is None) == (objective == "alignment")


def test_the_config_names_the_alignment_objective_and_its_settings(
    reader, config, make_batch, photos
):
    def found_with(**changes):
        changed = config.alignment.model_copy(update=changes)
        torch.manual_seed(0)  # sampled orders
        return batch_losses(
            reader[0],
            make_batch(photos),
            ("alignment",),
            config.model_copy(update={"alignment": changed}),
        )

    assert set(found_with(objective="direct").parts) == {"text_to_image", "image_to_text"}
    assert found_with(objective="none").total.item() == 0
    changes = [
        ({"objective": "triplet"}, {"margin": 0.5}),
        ({"objective": "infonce"}, {"contrast_temperature": 0.5}),
        ({}, {"form": "difference"}),
        ({}, {"temperature": 0.5}),
        ({"tolerance": 1e-9}, {"method": "permutation"}),
        ({"method": "permutation"}, {"permutations": 64}),
    ]
    for given, change in changes:
        found, other = found_with(**given), found_with(**given, **change)
        assert found.total != other.total


def test_a_loss_over_given_features_is_the_one_of_the_model(reader, config, make_batch, photos):
    batch = make_batch(photos)
    found = align_features(reader[0].align(batch), batch, config)
    expected = batch_losses(reader[0], batch, ("alignment",), config)
    assert found.total.item() == pytest.approx(expected.total.item())
    assert set(found.parts) == GAMES


def test_games_are_played_without_words_and_without_a_reading(reader, config, make_batch, photos):
    model = reader[0]
    examples, features = photos
    wordless = [example.model_copy(update={"text": "", "tokens": ()}) for example in examples]
    found = batch_losses(model, make_batch((wordless, features)), ("alignment",), config)
    assert found.parts["context_to_image"] > 0
    assert found.parts["context_to_text"] == 0
    found.total.backward()
    assert reached(model) == {"text_encoder", "context_projection", "image_projection"}


def test_posts_without_a_photo_take_no_part_in_the_image_games(
    reader, config, make_batch, tagged, photos
):
    mixed, alone = (
        batch_losses(reader[0], make_batch(*data), ("alignment",), config).parts
        for data in ((tagged, photos), (photos,))
    )
    assert mixed["context_to_image"].item() == pytest.approx(alone["context_to_image"].item())
    assert mixed["context_to_text"] > alone["context_to_text"]


def test_posts_without_a_context_take_no_part_in_the_games(reader, config, make_batch, photos):
    examples, features = photos
    bare = [example.model_copy(update={"contexts": ()}) for example in examples[4:]]
    mixed, alone = (
        batch_losses(reader[0], make_batch(*data), ("alignment",), config)
        for data in (
            ((examples[:4], features[:4]), (bare, features[4:])),
            ((examples[:4], features[:4]),),
        )
    )
    assert mixed.total.item() == pytest.approx(alone.total.item())


def test_posts_with_the_same_photo_are_no_negatives_of_one_another(
    reader, config, make_batch, photos
):
    examples, features = photos
    shared = [example.model_copy(update={"image": examples[0].image}) for example in examples]
    found = batch_losses(reader[0], make_batch((shared, features)), ("alignment",), config)
    assert {value.item() for value in (found.total, *found.parts.values())} == {0.0}


def test_the_task_is_taught_by_annotated_posts_alone(reader, config, make_batch, tagged, photos):
    model = reader[0]
    alone = batch_losses(model, make_batch(tagged), ("task",), config).parts
    mixed = batch_losses(model, make_batch(tagged, photos), ("task",), config).parts
    assert mixed["task"].item() == pytest.approx(alone["task"].item(), rel=1e-4)
    none = batch_losses(model, make_batch(photos), ("task",), config)
    assert none.parts == {}
    assert not none.total.requires_grad


def test_silver_tags_come_from_the_reading_without_the_photo(reader, config, make_batch, photos):
    model, batch = reader[0], make_batch(photos)
    blind = silver_tags(model, batch)
    seeing = silver_tags(model, batch, use_image=True)
    assert not torch.equal(blind, seeing)
    found = batch_losses(model, batch, ("consistency",), config).parts["consistency"].item()
    expected, other = (
        model.head.loss(model.read(batch).scores, tags, batch.word_mask).item()
        for tags in (blind, seeing)
    )
    assert found == pytest.approx(expected, rel=1e-5)
    assert found > other  # the path of the reading that sees is its most likely one


def test_consistency_teaches_the_reading_that_sees_and_no_other_part(
    reader, config, make_batch, photos
):
    model, batch = reader[0], make_batch(photos)
    silver = silver_tags(model, batch)
    batch_losses(model, batch, ("consistency",), config).total.backward()
    assert reached(model) == {"text_encoder", "fusion", "characters", "head"}
    found = {name: p.grad for name, p in trained_state(model).items() if p.grad is not None}
    model.zero_grad()
    seeing = model.read(batch).scores
    (0.2 * model.head.loss(seeing, silver, batch.word_mask)).backward()
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, trained_state(model)[name].grad)


def test_posts_without_words_have_no_silver_labels(reader, config, make_batch, photos):
    model, (examples, features) = reader[0], photos
    wordless = [example.model_copy(update={"text": "", "tokens": ()}) for example in examples[4:]]
    halves = (examples[:4], features[:4]), (wordless, features[4:])
    alone, mixed, none = (
        batch_losses(model, make_batch(*data), ("consistency",), config)
        for data in (halves[:1], halves, halves[1:])
    )
    expected = alone.parts["consistency"].item()
    assert mixed.parts["consistency"].item() == pytest.approx(expected, rel=1e-4)
    assert none.parts == {}


def test_a_label_is_learned_by_cross_entropy_over_the_known_ones(
    reader, config, make_batch, photos
):
    model = reader[0]
    labels = ["good", None, "bad", "undecided", "good", None, None, None]
    batch = make_batch(relabelled(photos, labels))
    found = batch_losses(model, batch, ("label",), config).parts["label"]
    shares = model.classify(model.read(batch), batch).softmax(-1)  # (B, labels)
    # The config's labels are bad, good; batches are ordered by length.
    by_row = [(row, int(label)) for row, label in enumerate(batch.labels) if label >= 0]
    assert sorted(label for _, label in by_row) == [0, 1, 1]
    expected = -sum(shares[row, label].log() for row, label in by_row) / 3
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_unknown_labels_teach_nothing(reader, config, make_batch, photos):
    batch = make_batch(relabelled(photos, ["undecided", None] * 4))
    found = batch_losses(reader[0], batch, ("label",), config)
    assert found.parts == {}
    assert not found.total.requires_grad


def test_the_model_is_back_in_training_mode_afterwards(reader, config, make_batch, photos):
    model = reader[0]
    batch_losses(model, make_batch(photos), EVERYTHING, config)
    assert all(module.training for module in model.modules())


def test_two_readings_of_a_post_are_held_against_one_another(reader, config, tagged):
    examples, _ = tagged
    both = read_twice(reader, config, examples, [list(post.contexts) for post in examples])
    parts, total, reading = batch_losses(reader[0], both, ("agreement",), config)
    posts = len(examples)
    one, other = reading.scores.split(posts)
    apart = reader[0].head.disagreement(one, other, both.word_mask[:posts])
    assert parts["agreement"].item() == pytest.approx(apart.mean().item(), rel=1e-5)
    assert parts["agreement"] > 0
    expected = config.training.agreement_weight * parts["agreement"].item()
    assert total.item() == pytest.approx(expected)


def test_the_same_reading_twice_agrees_with_itself(reader, config, tagged):
    both = read_twice(reader, config, tagged[0], [[] for _ in tagged[0]])
    assert batch_losses(reader[0], both, ("agreement",), config).total.item() == 0


def test_a_process_without_posts_has_nothing_to_agree_on(reader, config, make_batch, tagged):
    lonely = make_batch((tagged[0][:1], [None]))
    assert batch_losses(reader[0], lonely, ("agreement",), config).parts == {}


def read_twice(reader, config, examples, contexts):
    """Return posts with these contexts, and then once more without any."""
    return collate(
        [*examples, *examples],
        reader[1],
        build_codec(config.head),
        contexts=[*contexts, *([] for _ in examples)],
    )


@pytest.fixture
def teller(config):
    """A model that learns to tell hidden words; nothing drops out."""
    source = config.data.sources[0].model_copy(update={"objectives": ("words",)})
    data = config.data.model_copy(update={"sources": (source,)})
    learning = config.model_copy(update={"data": data})
    torch.manual_seed(0)
    model, tokenizer = build_model(learning, image_width=24)
    return model.eval(), tokenizer, learning


def test_hidden_words_are_told_from_the_sentence_and_its_contexts(teller, make_batch, tagged):
    model, _, config = teller
    batch = make_batch(tagged)
    torch.manual_seed(3)
    parts, total, reading = batch_losses(model, batch, ("words",), config)
    torch.manual_seed(3)
    scores, gold = model.tell_words(batch, config.training)
    expected = -scores.log_softmax(-1)[range(len(gold)), gold].mean()
    assert parts["words"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert total.item() == pytest.approx(config.training.words_weight * parts["words"].item())
    assert reading is None
    total.backward()
    assert reached(model) == {"text_encoder", "word_head"}


def test_where_no_word_is_hidden_there_is_nothing_to_tell(teller, make_batch, photos):
    examples, features = photos
    silent = [post.model_copy(update={"text": "", "tokens": ()}) for post in examples]
    found = batch_losses(teller[0], make_batch((silent, features)), ("words",), teller[2])
    assert found.parts == {}


def test_a_model_that_does_not_learn_words_cannot_tell_them(reader, config, make_batch, tagged):
    assert reader[0].word_head is None
    with pytest.raises(ValueError, match="does not learn to tell hidden words"):
        reader[0].tell_words(make_batch(tagged), config.training)
