"""What a Record says, read off tensors whose answer is known by hand."""

import pytest
import torch
from PIL import Image

from core.datasets.batches import Batch, collate
from core.datasets.labels import LabelMap
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.fusion import Fused
from core.heads.crf import CRFHead
from core.images import LoadedImage
from core.model import Tagging
from core.reading import attention, entities, entities_by_row, gates, notes
from core.records import Context, Example
from core.training.checkpoint import build_model

LABELS = LabelMap(("PER", "LOC"))
WORDS = ["Ada", "Lovelace", "likes", "Oslo"]
GRID = (2, 3)
IMAGE_WIDTH = 24


@pytest.fixture
def head() -> CRFHead:
    """Without transitions, so that words are independent of one another."""
    made = CRFHead(4, len(LABELS), dropout=0.0)
    for parameter in made.crf.parameters():
        torch.nn.init.zeros_(parameter)
    return made


@pytest.fixture(scope="module")
def built(make_config):
    torch.manual_seed(0)
    model, tokenizer = build_model(make_config(), image_width=IMAGE_WIDTH)
    return model.eval(), tokenizer


@pytest.fixture
def post() -> Example:
    text, tokens = tokens_from_words(WORDS)
    return Example(id="1", text=text, tokens=tokens)


def emissions(*tags: str, strength: float = 2.0) -> torch.Tensor:
    scores = torch.randn(1, len(tags), len(LABELS), generator=torch.Generator().manual_seed(0)) / 4
    for word, tag in enumerate(tags):
        scores[0, word, LABELS.ids[tag]] += strength
    return scores  # (1, L, K)


def tagged(scores: torch.Tensor, fused: Fused | None = None, shares=None) -> Tagging:
    return Tagging(scores, torch.zeros(*scores.shape[:2], 4), fused, shares)


def batch_of(post: Example, tokenizer, *, contexts=(), image=False, most=128) -> Batch:
    generator = torch.Generator().manual_seed(1)
    regions = torch.randn(GRID[0] * GRID[1], IMAGE_WIDTH, generator=generator)
    return collate(
        [post],
        tokenizer,
        LABELS,
        contexts=[[Context(text=text, generator="typed") for text in contexts]],
        features=[ImageFeatures(regions, regions.mean(0)) if image else None],
        max_text_pieces=most,
    )


def test_entities_have_their_words_characters_and_probabilities(head, built, post):
    scores = emissions("B-PER", "I-PER", "O", "B-LOC")
    batch = batch_of(post, built[1])
    ada, oslo = entities(head, LABELS, post, batch, tagged(scores), tagged(scores))
    assert (ada.text, ada.type, ada.start, ada.end) == ("Ada Lovelace", "PER", 0, 12)
    assert (ada.token_start, ada.token_end) == (0, 2)
    assert (oslo.text, oslo.type, oslo.token_start) == ("Oslo", "LOC", 3)
    chances = scores[0].softmax(-1)  # (L, K): words are independent
    first, second = chances[0, LABELS.ids["B-PER"]], chances[1, LABELS.ids["I-PER"]]
    assert ada.marginals == pytest.approx([first.item(), second.item()], abs=1e-5)
    ends = 1 - chances[2, LABELS.ids["I-PER"]]
    assert ada.score == pytest.approx((first * second * ends).item(), abs=1e-5)
    assert oslo.score == pytest.approx(chances[3, LABELS.ids["B-LOC"]].item(), abs=1e-5)


def test_a_certain_entity_has_a_score_of_at_most_one(head, built, post):
    scores = emissions("B-PER", "I-PER", "O", "B-LOC", strength=60.0)
    found = entities(head, LABELS, post, batch_of(post, built[1]), tagged(scores), tagged(scores))
    assert [entity.score for entity in found] == pytest.approx([1.0, 1.0])
    assert all(entity.score <= 1.0 for entity in found)


@pytest.mark.parametrize(
    ("bare", "expected"),
    [
        (["B-PER", "I-PER", "O", "B-LOC"], [False, False]),
        (["O", "O", "O", "B-LOC"], [True, False]),
        (["B-PER", "O", "O", "B-LOC"], [True, False]),  # another span
        (["B-PER", "I-PER", "O", "B-PER"], [False, True]),  # another type
        (["O", "O", "O", "O"], [True, True]),
    ],
)
def test_an_entity_needs_contexts_when_it_is_not_found_without(head, built, post, bare, expected):
    scores = emissions("B-PER", "I-PER", "O", "B-LOC")
    batch = batch_of(post, built[1])
    found = entities(head, LABELS, post, batch, tagged(scores), tagged(emissions(*bare)))
    assert [entity.needs_context for entity in found] == expected


def test_a_post_without_entities_has_none(head, built, post):
    scores = emissions("O", "O", "O", "O")
    batch = batch_of(post, built[1])
    assert entities(head, LABELS, post, batch, tagged(scores), tagged(scores)) == []


def test_words_that_were_cut_have_no_entities(head, built, post):
    batch = batch_of(post, built[1], most=5)  # three pieces of Ada, two of Lovelace
    scores = emissions("B-PER", "I-PER")
    (ada,) = entities(head, LABELS, post, batch, tagged(scores), tagged(scores))
    assert ada.text == "Ada Lovelace"
    assert int(batch.cut_words[0]) == 2


def test_gates_are_laid_out_by_word_and_by_row_of_the_grid(built, post):
    batch = batch_of(post, built[1])
    fused = Fused(
        words=torch.zeros(1, 4, 4),
        text_gate=torch.tensor([[0.25, 0.5, 0.75, 1.0]]),
        image_gate=torch.arange(6.0)[None] / 8,
        attention=torch.full((1, 4, 6), 1 / 6),
    )
    tagging = tagged(torch.zeros(1, 4, 5), fused, torch.tensor([[0.75, 0.25]]))
    read = gates(tagging, batch, GRID, [1, 3], 5)
    assert read.text == [0.25, 0.5, 0.75, 1.0]
    assert read.image == [[0.0, 0.125, 0.25], [0.375, 0.5, 0.625]]
    assert read.contexts == [0.0, 0.75, 0.0, 0.25, 0.0]


@pytest.mark.parametrize("contexts", [0, 2])
def test_contexts_that_are_all_off_share_nothing(built, post, contexts):
    model, tokenizer = built
    batch = batch_of(post, tokenizer, image=True)
    with torch.no_grad():
        read = gates(model.tag(batch), batch, GRID, [], contexts)
    assert read.contexts == [0.0] * contexts
    assert read.text == [1.0] * len(WORDS)


@pytest.mark.parametrize("most", [128, 5])
def test_every_word_that_was_read_looks_at_the_image_once(built, post, most):
    model, tokenizer = built
    batch = batch_of(post, tokenizer, contexts=["a tower", "a dog"], image=True, most=most)
    with torch.no_grad():
        tagging = model.tag(batch)
    looks, read = attention(tagging, batch, GRID), gates(tagging, batch, GRID, [0, 1], 2)
    assert (looks.rows, looks.columns) == GRID
    assert len(looks.weights) == len(read.text) == len(WORDS) - int(batch.cut_words[0])
    for weights in looks.weights:
        assert len(weights) == GRID[0] * GRID[1]
        assert sum(weights) == pytest.approx(1.0, abs=1e-5)
    assert sum(read.contexts) == pytest.approx(1.0, abs=1e-5)


def test_a_post_without_an_image_has_neither_gates_nor_attention(built, post):
    batch = batch_of(post, built[1], contexts=["a tower"])
    with torch.no_grad():
        tagging = built[0].tag(batch)
    assert gates(tagging, batch, GRID, [0], 1) is None
    assert attention(tagging, batch, GRID) is None


def test_entities_by_row_are_those_of_each_row_by_itself(head, built, post):
    rows = [("B-PER", "I-PER", "O", "B-LOC"), ("O", "O", "O", "O"), ("O", "B-LOC", "O", "O")]
    scores = torch.cat([emissions(*row) for row in rows])  # (C, L, K)
    found = entities_by_row(head, LABELS, post, scores)
    assert [[entity.text for entity in row] for row in found] == [
        ["Ada Lovelace", "Oslo"],
        [],
        ["Lovelace"],
    ]
    batch = batch_of(post, built[1])
    for row, own in zip(scores, found, strict=True):
        alone = entities(head, LABELS, post, batch, tagged(row[None]), tagged(row[None]))
        assert [e.score for e in own] == pytest.approx([e.score for e in alone])
    assert found[0][0].marginals == []
    assert found[0][0].needs_context is None


def test_rows_without_any_entity_have_none(head, post):
    assert entities_by_row(head, LABELS, post, emissions("O", "O", "O", "O")) == [[]]


def test_notes_say_what_was_cut_or_changed(built, post):
    batch = batch_of(post, built[1], most=5)
    image = LoadedImage(Image.new("RGB", (4, 4)), "0" * 64, 4, 4, ("animated: first frame used",))
    whole, cut = (Context(text="a tall tower", generator="typed", cut_at=end) for end in (None, 6))
    assert notes(batch, [whole, cut], image) == [
        "animated: first frame used",
        "The model reads 2 of the sentence's 4 words; the rest was cut and has no entities.",
        "Context 2 is longer than the model takes: it was cut after character 6 of 12.",
    ]
    assert notes(batch_of(post, built[1]), [whole], None) == []
