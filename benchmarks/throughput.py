"""How fast training is beside a bare loop: `python -m benchmarks.throughput CONFIG`.

Both read the same sentences in the same batches with the same encoder, the same frozen layers and
the same precision, batch by batch in turn. The bare loop is transformers' token classification: one
linear layer, no contexts. Ours reads each sentence with the contexts that the config draws.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from benchmarks.machine import describe_machine
from core.config import Config, SourceConfig
from core.config_files import load_config
from core.datasets.batches import collate
from core.encoders.text import TextEncoder, load_text_encoder
from core.records import Example
from core.tasks import build_codec
from core.training.checkpoint import build_model
from core.training.objectives import batch_losses
from core.training.optimisation import parameter_groups
from core.training.plan import PlannedBatch, plan_epoch
from core.training.sources import load_source

RESULT = Path(__file__).parent / "results" / "throughput.json"
WANTED = 0.4
_WARM_UP = 3


class BareTagger(nn.Module):
    """A text encoder with one linear layer over word pieces."""

    def __init__(self, encoder: TextEncoder, tags: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.classifier = nn.Linear(encoder.width, tags)

    def forward(self, ids: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
        """Return the mean cross-entropy over pieces that have a label."""
        scores = self.classifier(self.encoder(ids, mask))
        return nn.functional.cross_entropy(scores.float().flatten(0, 1), labels.flatten())


def main(
    config: Annotated[Path, typer.Argument(help="Its first source of the task is read.")] = Path(
        "configs/ablations/full.toml"
    ),
    steps: Annotated[int, typer.Option(help="Batches timed, after three untimed ones.")] = 40,
) -> None:
    """Time both loops, print posts a second and their ratio, and write `RESULT`."""
    loaded = load_config(config)
    source = next(s for s in loaded.data.sources if "task" in s.objectives)
    examples = load_source(source, loaded.data)
    planned = plan_epoch(
        [(source, examples)],
        epoch=0,
        seed=loaded.seed,
        max_contexts=loaded.training.max_contexts,
        without_contexts=loaded.training.without_contexts,
    )[: _WARM_UP + steps]
    torch.manual_seed(loaded.seed)
    ours, bare = our_step(loaded, source, examples), bare_step(loaded, examples)
    seconds = [(_timed(ours, batch), _timed(bare, batch)) for batch in planned][_WARM_UP:]
    posts = sum(len(batch.examples) for batch in planned[_WARM_UP:])
    report = {
        "config": str(config),
        "machine": describe_machine().model_dump(),
        "batches": len(seconds),
        "batch_size": source.batch_size,
        "ours_posts_per_second": posts / sum(ours for ours, _ in seconds),
        "bare_posts_per_second": posts / sum(bare for _, bare in seconds),
        "ratio": statistics.median(bare / ours for ours, bare in seconds),
        "wanted": WANTED,
    }
    print(json.dumps(report, indent=2))
    RESULT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def our_step(
    config: Config, source: SourceConfig, examples: list[Example]
) -> Callable[[PlannedBatch], None]:
    """Return a training step of the model of a config, towards the source's objectives."""
    model, tokenizer = build_model(config, image_width=1)
    optimizer = torch.optim.AdamW(parameter_groups(model.train(), config))
    codec = build_codec(config.head)

    def step(planned: PlannedBatch) -> None:
        chosen = [examples[index] for index in planned.examples]
        batch = collate(
            chosen,
            tokenizer,
            codec,
            contexts=[
                [example.contexts[place] for place in places]
                for example, places in zip(chosen, planned.contexts, strict=True)
            ],
            max_text_pieces=config.text_encoder.max_text_pieces,
            max_context_pieces=config.text_encoder.max_context_pieces,
        )
        with _precision(config):
            losses = batch_losses(model, batch, source.objectives, config)
        _follow(losses.total, optimizer)

    return step


def bare_step(config: Config, examples: list[Example]) -> Callable[[PlannedBatch], None]:
    """Return a training step of plain token classification on the same sentences."""
    encoder = load_text_encoder(
        config.text_encoder.model, frozen_layers=config.text_encoder.frozen_layers
    )
    _, tokenizer = build_model(config, image_width=1)
    tagger = BareTagger(encoder, tags=9).train()
    optimizer = torch.optim.AdamW([p for p in tagger.parameters() if p.requires_grad])

    def step(planned: PlannedBatch) -> None:
        ids, mask = _pieces(tokenizer, [examples[index] for index in planned.examples], config)
        labels = torch.zeros_like(ids).masked_fill(mask == 0, -100)
        with _precision(config):
            loss = tagger(ids, mask, labels)
        _follow(loss, optimizer)

    return step


def _pieces(
    tokenizer: PreTrainedTokenizerFast, examples: list[Example], config: Config
) -> tuple[Tensor, Tensor]:
    encoded = tokenizer(
        [[token.text for token in example.tokens] for example in examples],
        is_split_into_words=True,
        padding=True,
        truncation=True,
        max_length=config.text_encoder.max_text_pieces,
        return_tensors="pt",
    )
    return encoded["input_ids"], encoded["attention_mask"]


def _precision(config: Config) -> torch.autocast:
    enabled = config.training.precision == "bf16"
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled)


def _follow(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def _timed(step: Callable[[PlannedBatch], None], planned: PlannedBatch) -> float:
    started = time.perf_counter()
    step(planned)
    return time.perf_counter() - started


if __name__ == "__main__":
    typer.run(main)
