"""What is said of a post, read off scores whose answer is known by hand, for every task."""

import pytest
import torch

from core.config import HeadConfig
from core.datasets.batches import Batch, collate
from core.datasets.labels import LabelMap
from core.datasets.relations import RelationMap
from core.datasets.sequence_labels import SequenceLabels
from core.datasets.tokens import tokens_from_words
from core.datasets.word_pairs import WordPairMap
from core.encoders.text import load_tokenizer
from core.heads.crf import CRFHead
from core.model import Reading
from core.outcomes import bounds, post_outcome, scored_outcomes
from core.records import Context, Example, Pair
from core.tasks import build_codec, build_head

LABELS = LabelMap(("PER", "LOC"))
WORDS = ["Ada", "Lovelace", "likes", "Oslo"]
FOUND = ("B-PER", "I-PER", "O", "B-LOC")


@pytest.fixture(scope="module")
def tokenizer(tiny_text_model):
    return load_tokenizer(str(tiny_text_model))


@pytest.fixture
def crf() -> CRFHead:
    """Without transitions, so that words are independent of one another."""
    made = CRFHead(4, len(LABELS), dropout=0.0)
    for parameter in made.crf.parameters():
        torch.nn.init.zeros_(parameter)
    return made


@pytest.fixture
def post() -> Example:
    text, tokens = tokens_from_words(WORDS)
    return Example(id="1", text=text, tokens=tokens)


@pytest.fixture
def marked(post) -> Example:
    """Oslo before Ada Lovelace: the head need not come first."""
    return post.model_copy(update={"pair": Pair(head=(3, 4), tail=(0, 2))})


def tag_scores(*tags: str, strength: float = 2.0) -> torch.Tensor:
    """Return scores (1, L, K) whose best tags are these."""
    scores = torch.randn(1, len(tags), len(LABELS), generator=torch.Generator().manual_seed(0)) / 4
    for word, tag in enumerate(tags):
        scores[0, word, LABELS.ids[tag]] += strength
    return scores


def reading_of(scores: torch.Tensor) -> Reading:
    return Reading(scores, torch.zeros(1, len(WORDS), 4), None, None)


def batch_of(post: Example, tokenizer, codec=LABELS, *, most: int = 128) -> Batch:
    own = [Context(text="a tower", generator="typed")]
    return collate([post], tokenizer, codec, contexts=[own], max_text_pieces=most)


def tagged(crf, post, batch, scores, bare):
    return post_outcome(crf, LABELS, post, batch, reading_of(scores), reading_of(bare))


def test_entities_have_their_words_characters_and_probabilities(crf, tokenizer, post):
    scores = tag_scores(*FOUND)
    found, _ = tagged(crf, post, batch_of(post, tokenizer), scores, scores)
    assert (found.outcome.relations, found.outcome.label, found.label) == ([], None, None)
    ada, oslo = found.outcome.entities
    assert (ada.text, ada.type, ada.start, ada.end) == ("Ada Lovelace", "PER", 0, 12)
    assert (ada.token_start, ada.token_end) == (0, 2)
    assert (oslo.text, oslo.type, oslo.token_start) == ("Oslo", "LOC", 3)
    chances = scores[0].softmax(-1)  # (L, K): words are independent
    first, second = chances[0, LABELS.ids["B-PER"]], chances[1, LABELS.ids["I-PER"]]
    assert ada.marginals == pytest.approx([first.item(), second.item()], abs=1e-5)
    ends = 1 - chances[2, LABELS.ids["I-PER"]]
    assert ada.score == pytest.approx((first * second * ends).item(), abs=1e-5)
    assert oslo.score == pytest.approx(chances[3, LABELS.ids["B-LOC"]].item(), abs=1e-5)


def test_a_certain_entity_has_a_score_of_at_most_one(crf, tokenizer, post):
    scores = tag_scores(*FOUND, strength=60.0)
    found, _ = tagged(crf, post, batch_of(post, tokenizer), scores, scores)
    assert [entity.score for entity in found.outcome.entities] == pytest.approx([1.0, 1.0])
    assert all(entity.score <= 1.0 for entity in found.outcome.entities)


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
def test_an_entity_needs_contexts_when_it_is_not_found_without(
    crf, tokenizer, post, bare, expected
):
    batch = batch_of(post, tokenizer)
    found, without = tagged(crf, post, batch, tag_scores(*FOUND), tag_scores(*bare))
    assert [entity.needs_context for entity in found.outcome.entities] == expected
    names = [tag for tag in bare if tag.startswith("B-")]
    assert [f"B-{entity.type}" for entity in without.entities] == names
    assert all(entity.needs_context is None for entity in without.entities)


def test_a_post_without_entities_has_none(crf, tokenizer, post):
    scores = tag_scores("O", "O", "O", "O")
    found, without = tagged(crf, post, batch_of(post, tokenizer), scores, scores)
    assert found.outcome.entities == without.entities == []


def test_words_that_were_cut_have_no_entities(crf, tokenizer, post):
    batch = batch_of(post, tokenizer, most=5)  # three pieces of Ada, two of Lovelace
    scores = tag_scores("B-PER", "I-PER")
    found, _ = tagged(crf, post, batch, scores, scores)
    (ada,) = found.outcome.entities
    assert ada.text == "Ada Lovelace"
    assert int(batch.cut_words[0]) == 2


def test_what_is_said_of_each_way_of_reading_is_what_is_said_of_it_alone(crf, tokenizer, post):
    rows = [FOUND, ("O", "O", "O", "O"), ("O", "B-LOC", "O", "O")]
    scores = torch.cat([tag_scores(*row) for row in rows])  # (C, L, K)
    found = [made.outcome.entities for made in scored_outcomes(crf, LABELS, post, scores, 4)]
    assert [[entity.text for entity in row] for row in found] == [
        ["Ada Lovelace", "Oslo"],
        [],
        ["Lovelace"],
    ]
    batch = batch_of(post, tokenizer)
    for row, own in zip(scores, found, strict=True):
        alone, _ = tagged(crf, post, batch, row[None], row[None])
        assert [e.score for e in own] == pytest.approx([e.score for e in alone.outcome.entities])
    assert found[0][0].marginals == []
    assert found[0][0].needs_context is None


def test_a_span_is_bounded_by_the_tag_that_would_continue_it():
    (span,) = LABELS.spans([LABELS.ids[tag] for tag in ("O", "B-LOC", "I-LOC", "O")])
    assert bounds(span, LABELS) == (1, 3, LABELS.ids["I-LOC"])


RELATIONS = ("None", "/per/loc/live_in", "/per/per/peer")


def relation_outcome(scores, marked, bare=None):
    config = HeadConfig(task="mre", relations=RELATIONS)
    head, codec = build_head(config, 4), build_codec(config)
    assert isinstance(codec, RelationMap)
    rows = torch.tensor(scores), torch.tensor(bare if bare else scores)
    found, without = scored_outcomes(head, codec, marked, torch.stack(rows), len(WORDS))
    return found, without


def test_a_relation_joins_the_two_marked_names_with_its_probability(marked):
    found, without = relation_outcome([0.0, 2.0, 1.0], marked, bare=[3.0, 2.0, 1.0])
    head, tail = found.outcome.entities
    assert (head.text, tail.text) == ("Oslo", "Ada Lovelace")
    (relation,) = found.outcome.relations
    chances = torch.tensor([0.0, 2.0, 1.0]).softmax(-1)
    assert (relation.head, relation.tail, relation.type) == (0, 1, "/per/loc/live_in")
    assert relation.score == pytest.approx(chances[1].item())
    assert found.outcome.label == found.label.name == "/per/loc/live_in"
    assert found.label.probabilities == pytest.approx(
        dict(zip(RELATIONS, chances.tolist(), strict=True))
    )
    assert without.outcome.relations == []
    assert (without.outcome.label, without.label.name) == ("None", "None")


def test_that_two_names_have_no_relation_is_an_answer_of_its_own(marked):
    found, _ = relation_outcome([5.0, 2.0, 1.0], marked)
    assert [entity.text for entity in found.outcome.entities] == ["Oslo", "Ada Lovelace"]
    assert (found.outcome.relations, found.outcome.label) == ([], "None")


def test_a_pair_of_which_no_word_was_read_keeps_its_names(tokenizer, marked):
    config = HeadConfig(task="mre", relations=RELATIONS)
    head, codec = build_head(config, 4), build_codec(config)
    batch = batch_of(marked, tokenizer, codec, most=6)  # a mark, three pieces of Ada, two more
    reading = reading_of(torch.tensor([[0.0, 2.0, 1.0]]))
    found, without = post_outcome(head, codec, marked, batch, reading, reading)
    assert int(batch.cut_words[0]) == 2
    assert [entity.text for entity in found.outcome.entities] == ["Oslo", "Ada Lovelace"]
    assert found.outcome == without


def test_the_label_of_a_post_has_the_probabilities_of_all(post):
    config = HeadConfig(task="classification", labels=("bad", "good"))
    head, codec = build_head(config, 4), build_codec(config)
    assert isinstance(codec, SequenceLabels)
    scores = torch.tensor([[1.0, 3.0], [3.0, 1.0]])
    with_contexts, without = scored_outcomes(head, codec, post, scores, len(WORDS))
    assert (with_contexts.outcome.label, without.outcome.label) == ("good", "bad")
    assert with_contexts.outcome.entities == with_contexts.outcome.relations == []
    chance = torch.tensor([1.0, 3.0]).softmax(-1)[1].item()
    assert with_contexts.label.name == "good"
    assert with_contexts.label.probabilities == pytest.approx({"bad": 1 - chance, "good": chance})


def pair_scores(codec: WordPairMap, cells: dict[tuple[int, int], str], words: int) -> torch.Tensor:
    """Return scores (1, L, L, K), a different height for each cell, whose best labels are these."""
    scores = torch.rand(1, words, words, len(codec), generator=torch.Generator().manual_seed(0))
    scores[..., codec.ids["none"]] += 2
    for number, (cell, name) in enumerate(cells.items()):
        scores[0, *cell, codec.ids[name]] += 4 + number / 4
    return scores


SQUARE = {(0, 0): "PER", (0, 1): "PER", (1, 1): "PER", (3, 3): "LOC", (0, 3): "likes"}


def joint_outcome(post, cells, *, directed, words=4):
    config = HeadConfig(
        task="jmere", entity_types=("PER", "LOC"), relations=("likes",), directed=directed
    )
    head, codec = build_head(config, 4), build_codec(config)
    scores = pair_scores(codec, cells, words)
    (found,) = scored_outcomes(head, codec, post, scores, words)
    return found.outcome, scores[0].softmax(-1), codec


def test_the_score_of_an_entity_is_the_mean_over_its_words(post):
    outcome, chances, codec = joint_outcome(post, SQUARE, directed=False)
    ada, oslo = outcome.entities
    assert (ada.text, ada.type, oslo.text, oslo.type) == ("Ada Lovelace", "PER", "Oslo", "LOC")
    person = codec.ids["PER"]
    expected = (chances[0, 0, person] + chances[1, 1, person]) / 2
    assert ada.score == pytest.approx(expected.item())
    assert oslo.score == pytest.approx(chances[3, 3, codec.ids["LOC"]].item())
    assert outcome.label is None


def test_the_score_of_a_relation_is_the_mean_over_pairs_of_its_words(post):
    outcome, chances, codec = joint_outcome(post, SQUARE, directed=False)
    (relation,) = outcome.relations
    likes = codec.ids["likes"]
    # One of the two pairs of words says nothing of a relation, which makes it less sure.
    expected = (chances[0, 3, likes] + chances[1, 3, likes]) / 2
    assert (relation.head, relation.tail) == (0, 1)
    assert relation.score == pytest.approx(expected.item())


def test_a_directed_relation_may_point_backwards(post):
    cells = {cell: name for cell, name in SQUARE.items() if name != "likes"}
    outcome, chances, codec = joint_outcome(post, {**cells, (3, 0): "likes"}, directed=True)
    (relation,) = outcome.relations
    assert (relation.head, relation.tail) == (1, 0)
    likes = codec.ids["likes"]
    expected = (chances[3, 0, likes] + chances[3, 1, likes]) / 2
    assert relation.score == pytest.approx(expected.item())
    undirected, *_ = joint_outcome(post, {**cells, (3, 0): "likes"}, directed=False)
    assert undirected.relations == []


def test_word_pairs_beyond_the_words_that_were_read_say_nothing(post):
    outcome, *_ = joint_outcome(post, {(1, 1): "PER"}, directed=False, words=2)
    assert [entity.text for entity in outcome.entities] == ["Lovelace"]


def test_scores_of_a_certain_square_are_at_most_one(post):
    config = HeadConfig(task="jmere", entity_types=("PER", "LOC"), relations=("likes",))
    head, codec = build_head(config, 4), build_codec(config)
    scores = 1000 * pair_scores(codec, SQUARE, len(WORDS))
    (found,) = scored_outcomes(head, codec, post, scores, len(WORDS))
    certain = [*found.outcome.entities, *found.outcome.relations]
    assert all(0.0 <= one.score <= 1.0 for one in certain)
    assert found.outcome.entities[0].score == 1.0


def test_a_head_and_a_codec_of_two_tasks_are_refused(crf, post):
    with pytest.raises(TypeError, match="CRFHead and SequenceLabels are not of one task"):
        scored_outcomes(crf, SequenceLabels(tuple("abcde")), post, tag_scores("O"), 1)
