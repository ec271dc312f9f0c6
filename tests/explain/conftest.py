"""One post, read by a tiny real model that is as if trained: nothing in it is zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from core.bank import Bank
from core.config import Config, HeadConfig
from core.datasets.batches import Batch, collate
from core.datasets.samples import BankEntry
from core.datasets.targets import Codec
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.explain.post_games import play_games
from core.model import ShapCA
from core.outcomes import post_outcome
from core.records import Context, Example, ImageInfo, Pair, Post, Record, Task
from core.tasks import build_codec
from core.training.checkpoint import build_model

IMAGE_WIDTH, GRID = 24, (2, 2)
WORDS = ["Ada", "Lovelace", "visits", "Oslo"]
CONTEXTS = ["a woman by the sea", "a plate of soup.", "an old city"]


@dataclass(frozen=True)
class Reader:
    """A model with one post, as the pipeline holds them."""

    model: ShapCA
    tokenizer: PreTrainedTokenizerFast
    example: Example
    task: Task
    codec: Codec
    contexts: tuple[Context, ...]
    features: ImageFeatures | None

    def read(self, coalitions: Sequence[Sequence[int]]) -> Batch:
        own = [context for context in self.contexts if context.included]
        return collate(
            [self.example] * len(coalitions),
            self.tokenizer,
            self.codec,
            contexts=[[own[player] for player in members] for members in coalitions],
            features=[self.features] * len(coalitions),
        )

    @property
    def whole(self) -> Batch:
        return self.read([range(sum(context.included for context in self.contexts))])

    @torch.no_grad()
    def record(self) -> Record:
        batch, bare = self.whole, self.read([[]])
        reading = self.model.read(batch)
        found, _ = post_outcome(
            self.model.head, self.codec, self.example, batch, reading, self.model.read(bare)
        )
        return Record(
            task=self.task,
            post=Post(
                id="1",
                text=self.example.text,
                tokens=list(self.example.tokens),
                image=ImageInfo(sha256="a" * 64, width=4, height=4) if self.features else None,
            ),
            contexts=list(self.contexts),
            games=play_games(
                self.contexts,
                self.model.align(batch),
                bank(),
                has_image=self.features is not None,
                temperature=0.1,
                method="exact",
            ),
            entities=found.outcome.entities,
            relations=found.outcome.relations,
            label=found.label,
            verdicts=[],
            timings={},
            fingerprints={"checkpoint": "tiny@0"},
        )


def bank() -> Bank:
    entry = BankEntry(id="x", text="Rain again", image=None, context="a wet street")
    vectors = torch.nn.functional.normalize(torch.ones(1, 16), dim=-1)
    return Bank([entry], [None], vectors, vectors, torch.zeros(1, 16))


@pytest.fixture(scope="session")
def make_reader(make_config: Callable[..., Config]) -> Callable[..., Reader]:
    """Build the post's reader; without letters the model has no character encoder.

    The task is mner unless the head says another.
    """

    def make(
        texts: Sequence[str] = CONTEXTS,
        *,
        image: bool = True,
        off: Sequence[int] = (),
        letters: bool = True,
        words: Sequence[str] = WORDS,
        head: HeadConfig | None = None,
    ) -> Reader:
        table: dict[str, Any] = make_config().model_dump()
        if head is not None:
            table["head"] = head.model_dump()
        if not letters:
            table["text_encoder"]["character_width"] = 0
        config = Config.model_validate(table)
        torch.manual_seed(0)
        model, tokenizer = build_model(config, image_width=IMAGE_WIDTH)
        taught = [model.head.projection.weight] if head is None else model.head.parameters()
        for parameter in (*model.fusion.parameters(), *taught):
            torch.nn.init.normal_(parameter, std=0.3)
        text, tokens = tokens_from_words(words)
        contexts = tuple(
            Context(text=told, generator="typed", included=place not in off)
            for place, told in enumerate(texts)
        )
        regions = torch.randn(4, IMAGE_WIDTH, generator=torch.Generator().manual_seed(1))
        features = ImageFeatures(regions, regions.mean(0)) if image else None
        task = config.head.task
        pair = Pair(head=(3, 4), tail=(0, 2)) if task == "mre" else None
        example = Example(id="1", text=text, tokens=tokens, pair=pair)
        codec = build_codec(config.head)
        return Reader(model.eval(), tokenizer, example, task, codec, contexts, features)

    return make
