"""Every task is learned: the real trainer teaches a tiny model two posts by heart."""

import pytest
import torch

from core.config import Config, HeadConfig
from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.evaluation.predictions import predict_outcomes
from core.records import Context, Example, Pair, Relation
from core.training.checkpoint import build_model
from core.training.loop import Trainer
from core.training.run_log import read_run_log

HEADS = {
    "mner": HeadConfig(),
    "mre": HeadConfig(task="mre", relations=("None", "likes")),
    "jmere": HeadConfig(task="jmere", relations=("likes", "visits")),
    "jmere, directed": HeadConfig(task="jmere", relations=("likes", "visits"), directed=True),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}


def post(words: str, image: int, *, relation: str, head: int, tail: int, label: str) -> Example:
    """Return a post about Ada (words 0 to 2) and a place (words 3 to 4)."""
    text, tokens = tokens_from_words(words.split())
    entities = tuple(
        entity_from_words(text, tokens, start, end, name)
        for start, end, name in ((0, 2, "PER"), (3, 4, "LOC"))
    )
    spans = [(0, 2), (3, 4)]
    return Example(
        id=str(image),
        text=text,
        tokens=tokens,
        contexts=(Context(text="a woman in a city", generator="typed"),),
        entities=entities,
        relations=(Relation(head=head, tail=tail, type=relation),),
        pair=Pair(head=spans[head], tail=spans[tail]),
        label=label,
    )


def examples(task: str) -> list[Example]:
    labels = ("likes", "None") if task == "mre" else ("good", "bad")
    return [
        post("Ada Lovelace likes Oslo !", 1, relation="likes", head=0, tail=1, label=labels[0]),
        post("Max Planck visits Rome", 2, relation="visits", head=1, tail=0, label=labels[1]),
    ]


def photos() -> list[ImageFeatures]:
    generator = torch.Generator().manual_seed(0)
    regions = torch.randn(2, 4, 24, generator=generator)
    return [ImageFeatures(one, one.mean(0)) for one in regions]


@pytest.fixture(params=HEADS)
def config(request, make_config) -> Config:
    made = make_config(epochs=25, warmup=0.1)
    source = made.data.sources[0].model_copy(update={"objectives": ("task", "alignment")})
    data = made.data.model_copy(update={"sources": (source,)})
    head = HEADS[request.param].model_copy(update={"dropout": 0.0})
    return made.model_copy(update={"data": data, "head": head})


def test_two_posts_are_learned_by_heart(config, tmp_path):
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    known = examples(config.head.task)
    data = known, photos()
    trainer = Trainer(config, model, tokenizer, [data], data, tmp_path, device="cpu")
    progress = trainer.run(lambda *_: None)
    assert progress.best_score == 1.0
    found = predict_outcomes(model, tokenizer, config, *data)
    for outcome, example in zip(found, known, strict=True):
        if config.head.task in ("mner", "jmere"):
            assert outcome.entities == list(example.entities)
        if config.head.task == "jmere":
            ((relation,), (expected,)) = outcome.relations, example.relations
            ends = (expected.head, expected.tail)
            # Undirected, the entity that comes first in the sentence is the head.
            assert (relation.head, relation.tail) == (ends if config.head.directed else (0, 1))
            assert relation.type == expected.type
        if config.head.task in ("mre", "classification"):
            assert outcome.label == example.label
    log = read_run_log(tmp_path / "metrics.jsonl")
    assert [event["dev"]["f1"] for event in log if event["event"] == "epoch"][-1] == 1.0
