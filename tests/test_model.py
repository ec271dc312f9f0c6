"""The whole model, tiny and real: what it looks at, and what it must not."""

from collections.abc import Sequence

import pytest
import torch
from transformers import AutoModel

from core.config import Config
from core.datasets.batches import Batch, collate
from core.datasets.labels import LabelMap, entities_from_tags
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.model import ShapCA
from core.records import Context, Example
from core.training.checkpoint import build_model

IMAGE_WIDTH, REGIONS = 24, 4
LABELS = LabelMap()
ADA = ("Ada/B-PER visits/O Oslo/B-LOC", ["a woman in a city", "a plate of soup"], 1)
ROME = ("Rome/B-LOC", ["a ruin"], None)
RAIN = ("rain/O again/O ,/O we/O stay/O in/O Bergen/B-LOC", [], 2)
SMALL = {"atol": 1e-5, "rtol": 1e-4}


@pytest.fixture(scope="module")
def config(make_config) -> Config:
    return make_config()


@pytest.fixture(scope="module")
def untrained(config):
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=IMAGE_WIDTH)
    return model.eval(), tokenizer


@pytest.fixture
def model(config) -> ShapCA:
    """As if trained: nothing is zero, and the gates listen to the contexts."""
    torch.manual_seed(0)
    made, _ = build_model(config, image_width=IMAGE_WIDTH)
    for parameter in made.fusion.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made.eval()


@pytest.fixture
def read(untrained):
    """Turn posts into a batch; a post is its tagged words, its contexts, the seed of its image."""

    def make(*posts: tuple[str, Sequence[str], int | None]) -> Batch:
        examples, contexts, features = [], [], []
        for number, (tagged, own, image) in enumerate(posts):
            words, tags = zip(*(word.split("/") for word in tagged.split()), strict=True)
            text, tokens = tokens_from_words(words)
            entities = entities_from_tags(tags, text, tokens)
            examples.append(Example(id=str(number), text=text, tokens=tokens, entities=entities))
            contexts.append([Context(text=context, generator="typed") for context in own])
            features.append(None if image is None else photo(image))
        return collate(examples, untrained[1], LABELS, contexts=contexts, features=features)

    return make


def photo(seed: int) -> ImageFeatures:
    generator = torch.Generator().manual_seed(seed)
    return ImageFeatures(
        torch.randn(REGIONS, IMAGE_WIDTH, generator=generator),
        torch.randn(IMAGE_WIDTH, generator=generator),
    )


def without(config: Config, section: str, **changes: object) -> Config:
    table = config.model_dump()
    return Config.model_validate({**table, section: {**table[section], **changes}})


@torch.no_grad()
def test_alignment_features_are_unit_vectors_and_zeros_where_absent(model, read):
    features = model.align(read(ADA, ROME, RAIN))
    assert features.text.norm(dim=-1).tolist() == pytest.approx([1, 1, 1])
    assert features.image.norm(dim=-1).tolist() == pytest.approx([1, 0, 1])
    lengths = features.contexts.norm(dim=-1)
    torch.testing.assert_close(lengths, torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]))


@torch.no_grad()
def test_text_and_contexts_are_mean_pooled_and_projected(model, read, untrained, tiny_text_model):
    plain = AutoModel.from_pretrained(tiny_text_model).eval()

    def place(text: str, projection: torch.nn.Linear) -> torch.Tensor:
        marked = f"[CLS] {text} [SEP]"
        given = untrained[1](marked, return_tensors="pt", return_token_type_ids=False)
        hidden = plain(**given).last_hidden_state[0]  # (S, D)
        return torch.nn.functional.normalize(projection.weight @ hidden.mean(0), dim=0)

    features = model.align(read(ADA, RAIN))
    expected = place("Ada visits Oslo", model.text_projection)
    torch.testing.assert_close(features.text[0], expected, **SMALL)
    expected = place("a plate of soup", model.context_projection)
    torch.testing.assert_close(features.contexts[0, 1], expected, **SMALL)


@torch.no_grad()
@pytest.mark.parametrize("row", [0, 1, 2])
def test_alignment_does_not_depend_on_the_rest_of_the_batch(model, read, row):
    posts = [ADA, ROME, RAIN]
    together, alone = model.align(read(*posts)), model.align(read(posts[row]))
    torch.testing.assert_close(together.text[row], alone.text[0], **SMALL)
    torch.testing.assert_close(together.image[row], alone.image[0], **SMALL)
    slots = alone.contexts.shape[1]
    torch.testing.assert_close(together.contexts[row, :slots], alone.contexts[0], **SMALL)


@torch.no_grad()
def test_no_side_of_the_alignment_has_seen_another(model, read):
    tagged, contexts, image = ADA
    given = model.align(read(ADA))
    other_text = model.align(read(("Nokia/B-ORG sells/O phones/O", contexts, image)))
    assert torch.equal(other_text.contexts, given.contexts)
    assert torch.equal(other_text.image, given.image)
    assert not torch.allclose(other_text.text, given.text)
    other_contexts = model.align(read((tagged, ["a red bus", "a plate of soup"], image)))
    assert torch.equal(other_contexts.text, given.text)
    torch.testing.assert_close(other_contexts.contexts[0, 1], given.contexts[0, 1], **SMALL)
    assert not torch.allclose(other_contexts.contexts[0, 0], given.contexts[0, 0])
    other_image = model.align(read((tagged, contexts, 9)))
    assert torch.equal(other_image.text, given.text)
    assert torch.equal(other_image.contexts, given.contexts)


@torch.no_grad()
def test_before_training_a_sentence_and_the_same_context_are_one_point(untrained, read):
    features = untrained[0].align(read(("a/O red/O bus/O", ["a red bus"], None)))
    torch.testing.assert_close(features.contexts[0, 0], features.text[0], **SMALL)


@torch.no_grad()
def test_bridge_shares_are_a_softmax_of_the_alignment(model, config, read):
    batch = read(ADA, ROME, RAIN)
    shares = model.read(batch).bridge_shares
    torch.testing.assert_close(shares.sum(-1), torch.tensor([1.0, 1.0, 0.0]))
    assert shares[1, 1] == 0
    features = model.align(batch)
    affinity = features.contexts[0] @ (features.text[0] + features.image[0])  # (n,)
    expected = (affinity / config.fusion.bridge_temperature).softmax(0)
    torch.testing.assert_close(shares[0], expected, **SMALL)


@torch.no_grad()
def test_shares_follow_their_contexts_to_another_place(model, read):
    tagged, (first, second), image = ADA
    given = model.read(read(ADA)).bridge_shares[0]
    turned = model.read(read((tagged, [second, first], image))).bridge_shares[0]
    torch.testing.assert_close(turned, given.flip(0), **SMALL)


@torch.no_grad()
def test_the_bridge_is_what_the_joint_encoding_says_at_the_contexts(model, read, untrained):
    batch = read(ADA)
    hidden = model.text_encoder(batch.input_ids, batch.attention_mask, batch.token_type_ids)[0]
    separators = (batch.input_ids[0] == untrained[1].sep_token_id).nonzero().flatten().tolist()
    after_text, after_first, after_second = separators
    first = hidden[after_text + 1 : after_first].mean(0)
    second = hidden[after_first + 1 : after_second].mean(0)
    reading = model.read(batch)
    bridge = reading.bridge_shares[0] @ torch.stack([first, second])  # (D,)
    words = hidden[batch.word_starts[0]][None]  # (1, L, D)
    expected = model.fusion(words, batch.image_regions, bridge[None], torch.tensor([True]))
    torch.testing.assert_close(reading.fused.text_gate, expected.text_gate, **SMALL)
    torch.testing.assert_close(reading.features, expected.words, **SMALL)


@torch.no_grad()
def test_contexts_drive_the_gates(model, read):
    tagged, contexts, image = ADA
    given = model.read(read(ADA)).fused
    other = model.read(read((tagged, ["an empty road", *contexts[1:]], image))).fused
    assert not torch.allclose(given.text_gate, other.text_gate)
    assert not torch.allclose(given.image_gate, other.image_gate)


@torch.no_grad()
def test_a_reading_has_the_shapes_it_promises(model, read):
    reading = model.read(read(ADA, ROME, RAIN))
    assert reading.scores.shape == (3, 7, len(LABELS))
    assert reading.features.shape == (3, 7, model.text_encoder.width)
    assert reading.fused.text_gate.shape == (3, 7)
    assert reading.fused.image_gate.shape == (3, REGIONS)
    torch.testing.assert_close(reading.fused.attention.sum(-1), torch.ones(3, 7))


@torch.no_grad()
def test_without_images_nothing_is_fused(model, read):
    reading = model.read(read(ROME, (*RAIN[:2], None)))
    assert reading.fused is None
    assert reading.bridge_shares is None


@torch.no_grad()
def test_leaving_the_image_out_is_the_same_as_having_none(model, read):
    bare, blind = model.read(read((*ADA[:2], None))), model.read(read(ADA), use_image=False)
    assert blind.fused is None
    assert torch.equal(blind.scores, bare.scores)
    assert not torch.allclose(model.read(read(ADA)).scores, bare.scores)
    assert torch.equal(
        model.decode(read(ADA), use_image=False), model.decode(read((*ADA[:2], None)))
    )


@torch.no_grad()
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_post_is_read_the_same_alone_and_among_others(model, read, row):
    posts = [ADA, ROME, RAIN]
    together, alone = model.read(read(*posts)), model.read(read(posts[row]))
    words = alone.scores.shape[1]
    torch.testing.assert_close(together.scores[row, :words], alone.scores[0], **SMALL)
    if posts[row][2] is None:
        assert alone.fused is None
    else:
        for name in ("text_gate", "attention"):
            one, many = (getattr(reading.fused, name) for reading in (alone, together))
            torch.testing.assert_close(many[row, :words], one[0], **SMALL)


@torch.no_grad()
def test_a_post_without_contexts_keeps_its_gates_open(model, read):
    reading = model.read(read((ADA[0], [], ADA[2])))
    assert (reading.fused.text_gate == 1).all()
    assert (reading.fused.image_gate == 1).all()
    assert (reading.bridge_shares == 0).all()
    assert reading.scores.isfinite().all()


@torch.no_grad()
def test_contexts_help_to_read_the_text_even_without_an_image(model, read):
    with_contexts, bare = (model.read(read((ADA[0], own, None))) for own in (ADA[1], []))
    assert not torch.allclose(with_contexts.scores, bare.scores)


@torch.no_grad()
def test_contexts_can_be_subdued_once_trained(config, model, read):
    deaf, _ = build_model(
        without(config, "fusion", context_attention=1e-30), image_width=IMAGE_WIDTH
    )
    deaf.load_state_dict(model.state_dict())
    batch, bare = read((*ADA[:2], None), ROME), read((ADA[0], [], None), (ROME[0], [], None))
    torch.testing.assert_close(deaf.eval().read(batch).scores, model.read(bare).scores, **SMALL)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        halved = deaf.read(batch).scores
    torch.testing.assert_close(halved, model.read(bare).scores, atol=0.1, rtol=0.1)
    deaf.training = True  # it alone: its parts would drop features out
    assert torch.equal(deaf.read(batch).scores, model.read(batch).scores)


@torch.no_grad()
def test_before_training_the_image_changes_nothing(untrained, read):
    model, _ = untrained
    seeing, blind = model.read(read(ADA)), model.read(read(ADA), use_image=False)
    assert seeing.fused is not None
    torch.testing.assert_close(seeing.scores, blind.scores, **SMALL)


@torch.no_grad()
def test_decoding_gives_every_word_the_tag_of_the_best_path(model, read):
    batch = read(ADA, ROME, RAIN)
    answers = model.decode(batch)
    paths = model.head.best_paths(model.read(batch).scores, batch.word_mask)
    assert [len(path) for path in paths] == [3, 1, 7]
    assert answers.tolist() == [path + [0] * (7 - len(path)) for path in paths]


@torch.no_grad()
def test_only_character_features_tell_a_name_by_its_capital(config, model, read):
    plain, _ = build_model(without(config, "text_encoder", character_width=0), image_width=8)
    plain.eval()
    upper, lower = read(("Rose/B-PER", [], None)), read(("rose/O", [], None))
    assert plain.characters is None
    assert torch.equal(plain.read(upper).scores, plain.read(lower).scores)
    assert not torch.allclose(model.read(upper).scores, model.read(lower).scores)


@torch.no_grad()
def test_labels_are_scored_from_the_words_and_no_padding(model, read):
    together, alone = read(ROME, RAIN), read(ROME)
    scores = model.classify(model.read(together), together)
    assert scores.shape == (2, 2)
    torch.testing.assert_close(scores[0], model.classify(model.read(alone), alone)[0], **SMALL)


def test_a_model_without_labels_classifies_nothing(config, read):
    model, _ = build_model(without(config, "head", labels=()), image_width=IMAGE_WIDTH)
    batch = read(ADA)
    with pytest.raises(ValueError, match="no labels"):
        model.classify(model.read(batch), batch)


def test_the_task_teaches_everything_but_the_alignment(model, read):
    batch = read(ADA, ROME, RAIN)
    reading = model.read(batch)
    loss = model.head.loss(reading.scores, batch.gold, batch.word_mask)
    (loss + model.classify(reading, batch).square().sum()).backward()
    alignment = (model.text_projection, model.context_projection, model.image_projection)
    assert all(p.grad is None for part in alignment for p in part.parameters())
    for part in (model.fusion, model.characters, model.head, model.label_head):
        for name, parameter in part.named_parameters():
            # A softmax over regions is blind to what all keys share, their bias.
            if name not in ("key.bias", "bridge_key.bias"):
                assert parameter.grad.abs().sum() > 0, name
    trained = [p for p in model.text_encoder.parameters() if p.requires_grad]
    assert all(p.grad is not None for p in trained)


def test_alignment_teaches_the_projections_and_the_text_encoder(model, read):
    features = model.align(read(ADA, RAIN))
    (features.contexts[0, 0] @ (features.text[1] + features.image[1])).backward()
    alignment = (model.text_projection, model.context_projection, model.image_projection)
    for part in alignment:
        assert all(p.grad.abs().sum() > 0 for p in part.parameters())
    trained = [p for p in model.text_encoder.parameters() if p.requires_grad]
    assert all(p.grad is not None for p in trained)
    assert all(p.grad is None for p in model.fusion.parameters())


@torch.no_grad()
def test_half_precision_gives_full_precision_results(model, read):
    batch = read(ADA, ROME)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        reading, features = model.read(batch), model.align(batch)
        labels = model.classify(reading, batch)
    assert {reading.scores.dtype, features.text.dtype, labels.dtype} == {torch.float32}
    full = model.read(batch)
    torch.testing.assert_close(reading.scores, full.scores, atol=0.1, rtol=0.1)
    assert features.contexts[0].norm(dim=-1).tolist() == pytest.approx([1, 1])


@torch.no_grad()
def test_known_shares_of_the_bridge_take_the_place_of_alignment(model, read):
    batch = read(ADA, RAIN)
    shares = model.bridge_shares(model.align(batch), batch.has_context)
    by_alignment, given = model.read(batch), model.read(batch, shares=shares)
    assert torch.equal(given.scores, by_alignment.scores)
    assert torch.equal(given.bridge_shares, by_alignment.bridge_shares)
    other = model.read(batch, shares=shares.flip(1))
    assert not torch.allclose(other.scores[0], given.scores[0])


@torch.no_grad()
def test_one_post_has_shares_for_any_set_of_its_contexts(model, read):
    aligned = model.align(read(ADA))
    chosen = torch.tensor([[True, True], [True, False], [False, True], [False, False]])
    shares = model.bridge_shares(aligned, chosen)
    torch.testing.assert_close(shares[0], model.read(read(ADA)).bridge_shares[0])
    assert shares[1:].tolist() == [[1, 0], [0, 1], [0, 0]]
