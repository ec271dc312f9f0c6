"""The training loop: epochs of mixed sources, a moving average of the weights, resume after a kill.

A run lives in a folder of its own: `metrics.jsonl` grows while it runs and `state.pt` is what it
resumes from. Every step seeds itself by its number, so a run that was killed and started again
takes the steps, and ends with the figures, of one that was not.

Under `accelerate launch` every process reads its part of each batch; see `core.training.processes`.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch.optim.swa_utils import get_ema_multi_avg_fn
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Batch, collate
from core.encoders.image import ImageFeatures
from core.errors import InputError
from core.evaluation.hidden_words import hidden_word_accuracy
from core.evaluation.predictions import score_predictions
from core.evaluation.reports import Report
from core.model import ShapCA
from core.records import Example, Side
from core.replacing import remove_unfinished
from core.schedule import learning_rate_factor
from core.tasks import build_codec
from core.training.checkpoint import make_folder, trained_state
from core.training.diagnostics import GateCounts, alignment_now
from core.training.objectives import batch_losses
from core.training.optimisation import parameter_groups
from core.training.plan import PlannedBatch, plan_epoch, steps_per_epoch
from core.training.processes import average, average_gradients, own_part, processes
from core.training.progress import STATE, Progress, copies, copy_into, load_state, save_state
from core.training.run_log import RunLog, describe_start, has_ended

LOG_EVERY = 20  # steps
LOG_AFTER = 20.0  # seconds, where steps are slow: pages take a run that falls silent for dead
# What a process reads when a batch has no post for it: there is nothing to learn from.
NOTHING = Example(id="", text="", tokens=())
SEEDS = 2**32  # NumPy takes no larger ones

Data = tuple[list[Example], list[ImageFeatures | None]]
Tell = Callable[[int, int, dict[str, float]], None]


class Trainer:
    """Trains a model on the sources of a config and leaves it with its best dev weights.

    Args:
        config: The experiment.
        model: Changed in place.
        tokenizer: Of its text encoder.
        sources: Examples and image features of each source, in the config's order.
        dev: Chooses the epoch: by F1; where no source has a task by hidden words, if they are
            learned, or else by AUROC of its contexts.
        folder: Of the run.
        device: `cpu`, `cuda`, `mps`, or `auto`.

    Raises:
        InputError: The folder holds a run of another config or other data, or cannot be made.
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
        self.folder, self.fingerprint = folder, _fingerprint([*sources, dev])
        self.codec = build_codec(config.head)
        self.accelerator = Accelerator(
            mixed_precision=config.training.precision, cpu=device == "cpu"
        )
        self.plan_sources = [
            (source, examples)
            for source, (examples, _) in zip(config.data.sources, sources, strict=True)
        ]
        self.steps_per_epoch = steps_per_epoch(self.plan_sources)
        self.model = model.to(self.accelerator.device)
        groups = parameter_groups(self.model, config)
        self.base_rates = [group["lr"] for group in groups]
        self.optimizer = self.accelerator.prepare_optimizer(
            torch.optim.AdamW(groups, weight_decay=config.training.weight_decay)
        )
        self.trained = list(trained_state(self.model).values())
        self.progress = Progress(average=copies(self.trained))
        self.log: RunLog | None = None
        self.logged_at = time.monotonic()
        self._resume()
        self.gates = GateCounts(self.progress.gates)

    def run(self, report: Tell) -> Progress:
        """Train to the end, or on from where the run stopped, and load the best weights.

        A run that is finished only loads them.

        Args:
            report: Called after every step with the step, their number, and the losses.
        """
        for epoch in range(self.progress.step // self.steps_per_epoch, self.config.training.epochs):
            if self.progress.stopped_early:
                break
            self._run_epoch(epoch, report)
            self._end_epoch(epoch)
        self._log_end()
        copy_into(self.trained, self.progress.best)
        return self.progress

    @property
    def steps(self) -> int:
        """Number of batches in the whole run."""
        return self.steps_per_epoch * self.config.training.epochs

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to train."""
        return self.progress.stopped_early or self.progress.step >= self.steps

    def _run_epoch(self, epoch: int, report: Tell) -> None:
        settings = self.config.training
        planned = plan_epoch(
            self.plan_sources,
            epoch=epoch,
            seed=self.config.seed,
            max_contexts=settings.max_contexts,
            without_contexts=settings.without_contexts,
            foreign_contexts=settings.foreign_contexts,
        )
        done = self.progress.step - epoch * self.steps_per_epoch
        for place, batch in enumerate(planned[done:], start=done + 1):
            started = time.perf_counter()
            losses = self._read(batch)
            is_whole = place % settings.accumulation == 0 or place == len(planned)
            if is_whole:
                self._step()
            self.progress.step += 1
            taken = time.perf_counter() - started
            self.progress.count(len(batch.examples), taken)
            self._log_step(batch, losses, epoch, posts_per_second=len(batch.examples) / taken)
            report(self.progress.step, self.steps, losses)
            is_due = self.progress.step - self.saved_at >= settings.checkpoint_every
            # After the last batch a state would say that the epoch was over, before it is scored.
            if is_whole and is_due and place < len(planned):
                self._save()

    def _read(self, planned: PlannedBatch) -> dict[str, float]:
        """Add a batch's gradient to what has gathered, and return its losses."""
        numbered = self.config.seed * 1_000_003 + self.progress.step
        set_seed((numbered * processes() + self.accelerator.process_index) % SEEDS)
        self.model.train()
        source = self.config.data.sources[planned.source]
        batch = self._collate(own_part(planned))
        with self.accelerator.autocast():
            losses = batch_losses(self.model, batch, source.objectives, self.config)
        if not bool(losses.total.isfinite()):
            raise InputError(
                f"the loss is not a finite number at step {self.progress.step + 1}; lower "
                "training.learning_rate and training.encoder_learning_rate, or train with "
                "--set training.precision=no"
            )
        if losses.reading is not None:
            self.gates.add(losses.reading, batch)
        if losses.total.requires_grad:
            self.accelerator.backward(losses.total / self.config.training.accumulation)
        parts = {**losses.parts, "total": losses.total}
        return {name: average(float(value.detach()), value.device) for name, value in parts.items()}

    def _step(self) -> None:
        """Follow the gradient that has gathered."""
        settings = self.config.training
        factor = learning_rate_factor(self.progress.step / self.steps, settings.warmup)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        average_gradients(self.trained)
        if any(parameter.grad is not None for parameter in self.trained):
            self.accelerator.clip_grad_norm_(self.trained, settings.clip)
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self.progress.step:
            average_into = get_ema_multi_avg_fn(self._average_decay())
            average_into(self.progress.average, self.trained, self.progress.step)
        else:
            copy_into(self.progress.average, self.trained)

    def _average_decay(self) -> float:
        """Return the decay of the moving average, which reaches back a quarter of the run at most.

        Of the parameters that started at random e^-4 is left at the end, however short the run.
        """
        settings = self.config.training
        updates = self.steps / settings.accumulation
        return min(settings.average_decay, max(1 - 4 / updates, 0.0))

    def _collate(self, planned: PlannedBatch) -> Batch:
        examples, features = self.sources[planned.source]
        times = 2 if planned.again else 1
        rows = planned.examples * times
        chosen = [examples[index] for index in rows]
        lenders = [examples[index] for index in (planned.lenders or planned.examples) * times]
        contexts = [
            [lender.contexts[place] for place in places]
            for lender, places in zip(lenders, planned.contexts + planned.again, strict=True)
        ]
        return collate(
            chosen or [NOTHING],
            self.tokenizer,
            self.codec,
            contexts=contexts or [[]],
            features=[features[index] for index in rows] or [None],
            label_names=self.config.head.labels,
            max_text_pieces=self.config.text_encoder.max_text_pieces,
            max_context_pieces=self.config.text_encoder.max_context_pieces,
        ).to(self.accelerator.device)

    def _end_epoch(self, epoch: int) -> None:
        """Score the averaged weights on dev and keep them when they are the best so far."""
        progress, patience = self.progress, self.config.training.patience
        if self.log:  # a large dev set takes minutes, in which nothing else is written
            self.log.write(progress.step, event="scoring", epoch=epoch + 1)
        current = copies(self.trained)
        copy_into(self.trained, progress.average)
        report = score_predictions(self.model, self.tokenizer, self.config, *self.dev)
        aligned = alignment_now(self.model, self.tokenizer, self.config, *self.dev)
        told = self._told_words()
        copy_into(self.trained, current)
        # Rounding may differ between devices, and processes that disagreed would part for ever.
        progress.chosen_by, score = self._dev_score(report, aligned, told)
        score = average(score, self.accelerator.device)
        is_best = score > progress.best_score
        if is_best:
            progress.best_score, progress.best_epoch = score, epoch + 1
            progress.best = copies(progress.average)
        waited = epoch + 1 - progress.best_epoch
        progress.stopped_early = patience is not None and waited >= patience
        speed, gates = progress.take_speed(), self.gates.take()
        dev = {"precision": report.precision, "recall": report.recall, "f1": report.f1}
        if self.log:
            self.log.write(
                progress.step,
                event="epoch",
                epoch=epoch + 1,
                **({"dev": dev} if self.config.learns("task") else {}),  # nothing taught its head
                best=is_best,
                seconds=progress.seconds,
                posts_per_second=speed,
                alignment=aligned,
                **({} if told is None else {"hidden_word_accuracy": told}),
                **({"gates": gates} if gates else {}),
            )
        self._save()

    def _told_words(self) -> float | None:
        """Return the share of hidden words of dev that are told right, where that is learned."""
        if not self.config.learns("words"):
            return None
        return hidden_word_accuracy(self.model, self.tokenizer, self.config, *self.dev)

    def _dev_score(
        self, report: Report, aligned: Mapping[Side, Mapping[str, float]], told: float | None
    ) -> tuple[str, float]:
        """Return what epochs are chosen by: F1, or what else is learned if nothing teaches it."""
        if self.config.learns("task"):
            return "F1", report.f1
        if told is not None:
            return "hidden words", told
        if not aligned:
            return "F1", report.f1
        return "AUROC", fmean(side["auroc"] for side in aligned.values())

    def _log_step(
        self,
        planned: PlannedBatch,
        losses: dict[str, float],
        epoch: int,
        *,
        posts_per_second: float,
    ) -> None:
        is_due = (
            self.progress.step % LOG_EVERY == 0 or time.monotonic() - self.logged_at > LOG_AFTER
        )
        if self.log and is_due:
            self.logged_at = time.monotonic()
            self.log.write(
                self.progress.step,
                event="step",
                epoch=epoch + 1,
                source=self.config.data.sources[planned.source].name,
                losses=losses,
                learning_rate=self.optimizer.param_groups[0]["lr"],
                posts_per_second=posts_per_second,
            )

    def _log_end(self) -> None:
        if self.log:
            self.log.write(
                self.progress.step,
                event="end",
                reason="early stop" if self.progress.stopped_early else "finished",
                best_epoch=self.progress.best_epoch,
                best_score=self.progress.best_score,
            )

    def _save(self) -> None:
        self.saved_at = self.progress.step
        if self.accelerator.is_main_process:
            scaler = self.accelerator.scaler
            save_state(
                self.folder,
                self.config,
                self.fingerprint,
                self.progress,
                self.trained,
                self.optimizer.state_dict(),
                scaler=None if scaler is None else scaler.state_dict(),
            )
        self.accelerator.wait_for_everyone()

    def _resume(self) -> None:
        """Go on from the folder's state, if there is one, and open the log unless it has ended."""
        make_folder(self.folder)
        if self.accelerator.is_main_process:  # a state is hundreds of megabytes
            remove_unfinished(self.folder / STATE)
        state = load_state(self.folder, self.config, self.fingerprint, self.accelerator.device)
        if state:
            self.progress = state["progress"]
            copy_into(self.trained, state["parameters"])
            self.optimizer.load_state_dict(state["optimizer"])
            if self.accelerator.scaler is not None and state["scaler"]:
                self.accelerator.scaler.load_state_dict(state["scaler"])
        self.saved_at = self.progress.step
        is_over = self.is_finished and has_ended(self.folder)
        if self.accelerator.is_main_process and not is_over:
            self.log = RunLog(self.folder, resume_at=self.progress.step)
            started = describe_start(self.config, self.accelerator.device, processes())
            self.log.write(
                self.progress.step,
                event="start",
                steps=self.steps,
                steps_per_epoch=self.steps_per_epoch,
                **started,
            )


def _fingerprint(data: Sequence[Data]) -> str:
    """Return a hash of the posts and what people say of them, wherever their photos lie."""
    digest = hashlib.sha256()
    for examples, _ in data:
        for example in examples:
            told = example.model_dump_json(
                exclude={"image": True, "contexts": {"__all__": {"model", "seconds"}}}
            )
            digest.update(f"{told}\n".encode())
    return digest.hexdigest()
