"""The training loop: epochs of mixed sources, a moving average of the weights, resume after a kill.

A run lives in a folder of its own: `metrics.jsonl` grows while it runs and `state.pt` is what it
resumes from. Every step seeds itself by its number, so a run that was killed and started again
takes the steps, and ends with the figures, of one that was not.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import collate
from core.datasets.labels import LabelMap
from core.encoders.image import ImageFeatures
from core.errors import InputError
from core.evaluation.tagging import tagging_report
from core.model import ShapCA
from core.records import Example
from core.training.checkpoint import replace, trained_state
from core.training.objectives import batch_losses
from core.training.plan import PlannedBatch, plan_epoch, steps_per_epoch
from core.training.run_log import RunLog

STATE = "state.pt"
LOG_EVERY = 20

Data = tuple[list[Example], list[ImageFeatures | None]]


@dataclass
class Progress:
    """How far a run is; all of it is in `state.pt`.

    Attributes:
        step: Batches trained on.
        best_score: Dev F1 of the best epoch, -1 before the first.
        best_epoch: Counted from 1.
        seconds: Spent training, over all starts of the run.
        average: Moving average of the trained parameters.
        best: The average after the best epoch.
    """

    step: int = 0
    best_score: float = -1.0
    best_epoch: int = 0
    seconds: float = 0.0
    average: list[Tensor] = field(default_factory=list)
    best: list[Tensor] = field(default_factory=list)


class Trainer:
    """Trains a model on the sources of a config and leaves it with its best dev weights.

    Args:
        config: The experiment.
        model: Changed in place.
        tokenizer: Of its text encoder.
        sources: Examples and image features of each source, in the config's order.
        dev: Chooses the epoch.
        folder: Of the run.
        device: `cpu`, `cuda`, `mps`, or `auto`.

    Raises:
        InputError: The folder holds a run of another config.
    """

    def __init__(
        self,
        config: Config,
        model: ShapCA,
        tokenizer: PreTrainedTokenizerFast,
        sources: list[Data],
        dev: Data,
        folder: Path,
        *,
        device: str = "auto",
    ) -> None:
        self.config, self.tokenizer, self.sources, self.dev = config, tokenizer, sources, dev
        self.folder = folder
        self.labels = LabelMap(config.head.entity_types)
        self.accelerator = Accelerator(
            mixed_precision=config.training.precision, cpu=device == "cpu"
        )
        if self.accelerator.num_processes > 1:
            raise InputError("Training runs in one process; start it without a launcher.")
        self.plan_sources = [
            (source, examples)
            for source, (examples, _) in zip(config.data.sources, sources, strict=True)
        ]
        self.steps_per_epoch = steps_per_epoch(self.plan_sources)
        groups = parameter_groups(model, config)
        self.base_rates = [group["lr"] for group in groups]
        optimizer = torch.optim.AdamW(groups, weight_decay=config.training.weight_decay)
        self.model, self.optimizer = self.accelerator.prepare(model, optimizer)
        self.trained = list(trained_state(self.model).values())
        self.average_into = get_ema_multi_avg_fn(config.training.average_decay)
        self.progress = Progress(average=_copies(self.trained))
        self._load_state()
        self.log = RunLog(folder, resume_at=self.progress.step)

    def run(self, report: Callable[[int, int, dict[str, float]], None]) -> Progress:
        """Train to the end, or on from where the run stopped, and load the best weights.

        Args:
            report: Called after every step with the step, their number, and the losses.
        """
        steps = self.steps_per_epoch * self.config.training.epochs
        for epoch in range(self.progress.step // self.steps_per_epoch, self.config.training.epochs):
            planned = plan_epoch(
                self.plan_sources,
                epoch=epoch,
                seed=self.config.seed,
                max_contexts=self.config.training.max_contexts,
            )
            for batch in planned[self.progress.step - epoch * self.steps_per_epoch :]:
                started = time.perf_counter()
                losses = self._step(batch, share=self.progress.step / steps)
                self.progress.step += 1
                self.progress.seconds += time.perf_counter() - started
                self._log(batch, losses, epoch)
                report(self.progress.step, steps, losses)
                if self.progress.step % self.config.training.checkpoint_every == 0:
                    self._save_state()
            self._end_epoch(epoch)
        _copy_into(self.trained, self.progress.best)
        return self.progress

    def _step(self, planned: PlannedBatch, *, share: float) -> dict[str, float]:
        set_seed(self.config.seed * 1_000_003 + self.progress.step)
        self.model.train()
        factor = learning_rate_factor(share, self.config.training.warmup)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        source = self.config.data.sources[planned.source]
        batch = self._collate(planned)
        with self.accelerator.autocast():
            parts = batch_losses(self.model, batch, source.objectives, self.config)
        self.optimizer.zero_grad(set_to_none=True)
        if parts["total"].requires_grad:
            self.accelerator.backward(parts["total"])
            self.accelerator.clip_grad_norm_(self.trained, self.config.training.clip)
            self.optimizer.step()
        if self.config.training.average_decay and self.progress.step:
            self.average_into(self.progress.average, self.trained, self.progress.step)
        else:
            _copy_into(self.progress.average, self.trained)
        return {name: float(value.detach()) for name, value in parts.items()}

    def _collate(self, planned: PlannedBatch) -> Any:
        examples, features = self.sources[planned.source]
        chosen = [examples[index] for index in planned.examples]
        return collate(
            chosen,
            self.tokenizer,
            self.labels,
            contexts=[
                [example.contexts[place] for place in places]
                for example, places in zip(chosen, planned.contexts, strict=True)
            ],
            features=[features[index] for index in planned.examples],
            label_names=self.config.head.labels,
            max_text_pieces=self.config.text_encoder.max_text_pieces,
            max_context_pieces=self.config.text_encoder.max_context_pieces,
        ).to(self.accelerator.device)

    def _end_epoch(self, epoch: int) -> None:
        """Score the averaged weights on dev and keep them when they are the best so far."""
        current = _copies(self.trained)
        _copy_into(self.trained, self.progress.average)
        report = tagging_report(self.model, self.tokenizer, self.config, *self.dev)
        _copy_into(self.trained, current)
        if report.f1 > self.progress.best_score:
            self.progress.best_score, self.progress.best_epoch = report.f1, epoch + 1
            self.progress.best = _copies(self.progress.average)
        self.log.write(
            self.progress.step,
            event="epoch",
            epoch=epoch + 1,
            dev_precision=report.precision,
            dev_recall=report.recall,
            dev_f1=report.f1,
        )
        self._save_state()

    def _log(self, planned: PlannedBatch, losses: dict[str, float], epoch: int) -> None:
        if self.progress.step % LOG_EVERY == 0:
            source = self.config.data.sources[planned.source].name
            self.log.write(
                self.progress.step, event="step", epoch=epoch + 1, source=source, losses=losses
            )

    def _save_state(self) -> None:
        state = {
            "config": self.config.model_dump_json(),
            "progress": vars(self.progress),
            "parameters": self.trained,
            "optimizer": self.optimizer.state_dict(),
        }
        replace(self.folder / STATE, lambda path: torch.save(state, path))

    def _load_state(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / STATE
        if not path.exists():
            return
        state = torch.load(path, map_location=self.accelerator.device, weights_only=True)
        if state["config"] != self.config.model_dump_json():
            raise InputError(
                f"{self.folder} holds a run of another config: remove it, or choose another --run"
            )
        self.progress = Progress(**state["progress"])
        _copy_into(self.trained, state["parameters"])
        self.optimizer.load_state_dict(state["optimizer"])


def parameter_groups(model: ShapCA, config: Config) -> list[dict[str, Any]]:
    """Split what is trained into text encoder, CRF and the rest, each with its learning rate."""
    rates = config.training
    groups: dict[str, list[Tensor]] = {"encoder": [], "crf": [], "rest": []}
    for name, parameter in trained_state(model).items():
        if name.startswith("text_encoder."):
            groups["encoder"].append(parameter)
        else:
            groups["crf" if name.startswith("head.crf.") else "rest"].append(parameter)
    named = zip(
        ("encoder", "crf", "rest"),
        (rates.encoder_learning_rate, rates.crf_learning_rate, rates.learning_rate),
        strict=True,
    )
    return [{"params": groups[name], "lr": rate} for name, rate in named if groups[name]]


def learning_rate_factor(share: float, warmup: float) -> float:
    """Return the factor after `share` of all steps: linear up in the warm-up, linear down to 0."""
    if share < warmup:
        return share / warmup
    return (1 - share) / (1 - warmup)


def _copies(tensors: list[Tensor]) -> list[Tensor]:
    return [tensor.detach().clone() for tensor in tensors]


@torch.no_grad()
def _copy_into(targets: list[Tensor], sources: list[Tensor]) -> None:
    for target, source in zip(targets, sources, strict=True):
        target.copy_(source)
