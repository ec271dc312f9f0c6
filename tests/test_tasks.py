"""Every task has a codec and a head that fit together."""

import typing

import pytest
import torch
from pydantic import ValidationError

from core.config import HeadConfig
from core.datasets.tokens import tokens_from_words
from core.heads.word_pair import WordPairHead
from core.records import Entity, Example, Pair, Relation, Task
from core.tasks import build_codec, build_head

WIDTH = 6
HEADS = {
    "mner": HeadConfig(task="mner", entity_types=("PER", "LOC")),
    "mre": HeadConfig(task="mre", relations=("None", "likes", "knows")),
    "jmere": HeadConfig(task="jmere", entity_types=("PER", "LOC"), relations=("likes",)),
    "jmere, directed": HeadConfig(
        task="jmere", entity_types=("PER", "LOC"), relations=("likes",), directed=True
    ),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}


@pytest.fixture(params=HEADS)
def config(request) -> HeadConfig:
    return HEADS[request.param]


def entity(text: str, name: str, words: tuple[int, int]) -> Entity:
    start, end = words
    return Entity(text=text, type=name, start=0, end=1, token_start=start, token_end=end)


@pytest.fixture
def posts() -> list[Example]:
    """A post with everything that any task may know of it, and a longer one of which nothing is."""
    text, tokens = tokens_from_words(["Ada", "likes", "Oslo"])
    known = Example(
        id="1",
        text=text,
        tokens=tokens,
        entities=(entity("Ada", "PER", (0, 1)), entity("Oslo", "LOC", (2, 3))),
        relations=(Relation(head=0, tail=1, type="likes"),),
        pair=Pair(head=(0, 1), tail=(2, 3)),
        label="likes",
    )
    text, tokens = tokens_from_words(["it", "rains", "here", "again", "."])
    return [known, Example(id="2", text=text, tokens=tokens)]


def test_every_task_of_a_record_is_here():
    assert {config.task for config in HEADS.values()} == set(typing.get_args(Task))


def test_a_head_answers_in_the_shape_and_the_numbers_of_its_codec(config, posts):
    torch.manual_seed(0)
    codec, head = build_codec(config), build_head(config, WIDTH).eval()
    if config.task == "classification":
        posts[0] = posts[0].model_copy(update={"label": "good"})
    gold, has_gold = codec.encode(posts, [3, 5])
    mask = torch.arange(5) < torch.tensor([[3], [5]])
    pairs = torch.tensor([[[0, 1], [2, 3]], [[0, 0], [0, 0]]])
    scores = head.scores(torch.randn(2, 5, WIDTH), mask, pairs)
    answers = head.decode(scores, mask)
    assert has_gold.tolist() == [True, False]
    assert answers.shape == gold.shape
    assert answers.dtype == gold.dtype == torch.long
    assert scores.dtype == torch.float32
    assert scores.shape[:-1] == gold.shape
    assert scores.shape[-1] == len(codec)
    likelihood = head.log_likelihood(scores, answers, mask)
    assert likelihood.shape == (2,)
    assert (likelihood < 0).all()
    loss = head.loss(scores[has_gold], gold[has_gold], mask[has_gold])
    assert loss.shape == ()
    assert loss > 0


def test_gold_numbers_say_again_what_people_said(config, posts):
    codec = build_codec(config)
    if config.task == "classification":
        posts[0] = posts[0].model_copy(update={"label": "good"})
    gold, _ = codec.encode(posts, [3, 5])
    outcome = codec.outcome(posts[0], gold[0])
    if config.task in ("mner", "jmere"):
        said = [(one.type, one.token_start, one.token_end) for one in outcome.entities]
        assert said == [("PER", 0, 1), ("LOC", 2, 3)]
    if config.task in ("mre", "jmere"):
        (relation,) = outcome.relations
        assert (relation.head, relation.tail, relation.type) == (0, 1, "likes")
    if config.task in ("mre", "classification"):
        assert outcome.label == posts[0].label


def test_the_head_of_jmere_is_built_as_the_config_says():
    config = HEADS["jmere, directed"].model_copy(
        update={"pair_layer": "linear", "pair_width": 12, "pair_temperature": 0.5}
    )
    head = build_head(config, WIDTH)
    assert isinstance(head, WordPairHead)
    assert (head.directed, head.layer, head.temperature) == (True, "linear", 0.5)
    assert head.label.weight.shape == (4, 12)
    assert head.weights.tolist() == pytest.approx([config.none_weight, 1, 1, 1])


@pytest.mark.parametrize(
    ("task", "needed"), [("mre", "relations"), ("jmere", "relations"), ("classification", "labels")]
)
def test_a_task_without_anything_to_tell_apart_is_refused(task, needed):
    with pytest.raises(ValidationError, match=f"the task {task} tells {needed} apart"):
        HeadConfig(task=task)
