"""What a Record says, read off tensors whose answer is known by hand."""

import pytest
import torch
from PIL import Image

from core.datasets.batches import Batch, collate
from core.datasets.labels import LabelMap
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.fusion import Fused
from core.images import LoadedImage
from core.model import Reading
from core.reading import attention, gates, notes
from core.records import Context, Example
from core.training.checkpoint import build_model

LABELS = LabelMap(("PER", "LOC"))
WORDS = ["Ada", "Lovelace", "likes", "Oslo"]
GRID = (2, 3)
IMAGE_WIDTH = 24


@pytest.fixture(scope="module")
def built(make_config):
    torch.manual_seed(0)
    model, tokenizer = build_model(make_config(), image_width=IMAGE_WIDTH)
    return model.eval(), tokenizer


@pytest.fixture
def post() -> Example:
    text, tokens = tokens_from_words(WORDS)
    return Example(id="1", text=text, tokens=tokens)


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


def test_gates_are_laid_out_by_word_and_by_row_of_the_grid(built, post):
    batch = batch_of(post, built[1])
    fused = Fused(
        words=torch.zeros(1, 4, 4),
        text_gate=torch.tensor([[0.25, 0.5, 0.75, 1.0]]),
        image_gate=torch.arange(6.0)[None] / 8,
        attention=torch.full((1, 4, 6), 1 / 6),
    )
    shares = torch.tensor([[0.75, 0.25]])
    reading = Reading(torch.zeros(1, 4, 5), torch.zeros(1, 4, 4), fused, shares)
    read = gates(reading, batch, GRID, [1, 3], 5)
    assert read.text == [0.25, 0.5, 0.75, 1.0]
    assert read.image == [[0.0, 0.125, 0.25], [0.375, 0.5, 0.625]]
    assert read.contexts == [0.0, 0.75, 0.0, 0.25, 0.0]


@pytest.mark.parametrize("contexts", [0, 2])
def test_contexts_that_are_all_off_share_nothing(built, post, contexts):
    model, tokenizer = built
    batch = batch_of(post, tokenizer, image=True)
    with torch.no_grad():
        read = gates(model.read(batch), batch, GRID, [], contexts)
    assert read.contexts == [0.0] * contexts
    assert read.text == [1.0] * len(WORDS)


@pytest.mark.parametrize("most", [128, 5])
def test_every_word_that_was_read_looks_at_the_image_once(built, post, most):
    model, tokenizer = built
    batch = batch_of(post, tokenizer, contexts=["a tower", "a dog"], image=True, most=most)
    with torch.no_grad():
        reading = model.read(batch)
    looks, read = attention(reading, batch, GRID), gates(reading, batch, GRID, [0, 1], 2)
    assert (looks.rows, looks.columns) == GRID
    assert len(looks.weights) == len(read.text) == len(WORDS) - int(batch.cut_words[0])
    for weights in looks.weights:
        assert len(weights) == GRID[0] * GRID[1]
        assert sum(weights) == pytest.approx(1.0, abs=1e-5)
    assert sum(read.contexts) == pytest.approx(1.0, abs=1e-5)


def test_a_post_without_an_image_has_neither_gates_nor_attention(built, post):
    batch = batch_of(post, built[1], contexts=["a tower"])
    with torch.no_grad():
        reading = built[0].read(batch)
    assert gates(reading, batch, GRID, [0], 1) is None
    assert attention(reading, batch, GRID) is None


def test_notes_say_what_was_cut_or_changed(built, post):
    batch = batch_of(post, built[1], most=5)
    image = LoadedImage(Image.new("RGB", (4, 4)), "0" * 64, 4, 4, ("animated: first frame used",))
    whole, cut = (Context(text="a tall tower", generator="typed", cut_at=end) for end in (None, 6))
    assert notes(batch, [whole, cut], image) == [
        "animated: first frame used",
        "The model reads 2 of the sentence's 4 words; the rest was cut.",
        "Context 2 is longer than the model takes: it was cut after character 6 of 12.",
    ]
    assert notes(batch_of(post, built[1]), [whole], None) == []


def test_a_model_for_which_contexts_count_less_says_so_where_there_are_any(built, post):
    [context] = own = [Context(text="a tall tower", generator="typed")]
    given = batch_of(post, built[1], contexts=[context.text])
    [note] = notes(given, own, None, context_attention=0.1)
    assert "weighs 0.1, a piece of the sentence 1" in note
    assert notes(given, own, None) == []
    assert notes(batch_of(post, built[1]), [], None, context_attention=0.1) == []
