"""What a training step costs with each alignment objective, and how much of it is the loss.

All objectives take the same batch of posts with text, contexts and photo through the same model.
The loss alone starts from that batch's features, already computed. Times are medians of steps taken
in turn, shares and ratios those of the same round; memory is that of tensors alive at once beyond
those at the start, which does not depend on the machine.
"""

import statistics
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from benchmarks.alignment.runs import BenchData
from benchmarks.shapley.timing import time_in_turn
from core.config import Config
from core.datasets.batches import Batch
from core.evaluation.predictions import batches
from core.model import AlignmentFeatures, ShapCA
from core.records import Frozen
from core.training.checkpoint import build_model, trained_state
from core.training.objectives import align_features, batch_losses

ROUNDS = 15
POSTS = 32


class Cost(Frozen):
    """Of one training step of `POSTS` posts.

    Attributes:
        seconds: Of the step: both encodings of a post, loss, gradient and update.
        ratio: Of its seconds to those of the base in the same round.
        loss_seconds: Of the loss alone, forward and backward.
        loss_share: Of the loss in the step.
        megabytes: Most memory that the step holds at once.
        loss_megabytes: Most memory that the loss alone holds at once.
    """

    seconds: float
    ratio: float
    loss_seconds: float
    loss_share: float
    megabytes: float
    loss_megabytes: float


def measure_costs(
    configs: Mapping[str, Config], data: BenchData, *, base: str, rounds: int
) -> dict[str, Cost]:
    """Return the cost of a step with each config, by name.

    Args:
        configs: They differ in how they align, and in nothing else.
        data: Its first source with photos gives the batch.
        base: The name of the config whose ratio is 1.
        rounds: How often each step is taken.
    """
    config = configs[base]
    torch.manual_seed(config.seed)
    model, tokenizer = build_model(config, image_width=data.image_width)
    examples, features = next(source for source in data.sources if source[1][0] is not None)
    ((_, batch),) = batches(tokenizer, config, examples[:POSTS], features[:POSTS], max_contexts=1)
    # Nothing is learned: every step meets the same weights and so the same similarities.
    optimizer = torch.optim.AdamW(trained_state(model).values(), lr=0.0)
    leaves = _features(model.train(), batch)
    steps = {name: partial(_step, model, batch, one, optimizer) for name, one in configs.items()}
    losses = {name: partial(_loss, leaves, batch, one) for name, one in configs.items()}
    of_losses = {f"{name}, loss": run for name, run in losses.items()}
    taken = time_in_turn(steps | of_losses, rounds=rounds)
    return {
        name: Cost(
            seconds=statistics.median(taken[name]),
            ratio=_median_ratio(taken[name], taken[base]),
            loss_seconds=statistics.median(taken[f"{name}, loss"]),
            loss_share=_median_ratio(taken[f"{name}, loss"], taken[name]),
            megabytes=peak_bytes(steps[name]) / 1e6,
            loss_megabytes=peak_bytes(losses[name]) / 1e6,
        )
        for name in configs
    }


def peak_bytes(run: Callable[[], object]) -> int:
    """Return the most bytes of new tensors that are alive at once while `run` runs."""
    live = _LiveBytes()
    with live:
        run()
    return live.peak


class _LiveBytes(TorchDispatchMode):
    """Counts the storages that operations make, from when they appear until nobody holds them."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch declares no types for it
        self.live, self.peak = 0, 0
        self.known: set[int] = set()  # addresses of the storages that are alive

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = {_address(item) for item in tree_iter((args, kwargs)) if isinstance(item, Tensor)}
        made = func(*args, **(kwargs or {}))
        for item in tree_iter(made):
            if isinstance(item, Tensor) and _address(item) not in before | self.known:
                self._count(item.untyped_storage())
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        address, size = storage._cdata, storage.nbytes()
        self.known.add(address)
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._forget, address, size)

    def _forget(self, address: int, size: int) -> None:
        self.known.discard(address)
        self.live -= size


def _address(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _step(model: ShapCA, batch: Batch, config: Config, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad(set_to_none=True)
    with _precision(config):
        total = batch_losses(model, batch, ("alignment",), config).total
    total.backward()
    optimizer.step()


def _loss(features: AlignmentFeatures, batch: Batch, config: Config) -> None:
    align_features(features, batch, config).total.backward()


def _features(model: ShapCA, batch: Batch) -> AlignmentFeatures:
    with torch.no_grad():
        found = model.align(batch)
    leaves = (found.text, found.contexts, found.image)
    return AlignmentFeatures(*(leaf.requires_grad_() for leaf in leaves))


@contextmanager
def _precision(config: Config) -> Iterator[None]:
    """Compute as the training loop does."""
    with torch.autocast("cpu", torch.bfloat16, enabled=config.training.precision == "bf16"):
        yield


def _median_ratio(taken: list[float], base: list[float]) -> float:
    return statistics.median(own / by for own, by in zip(taken, base, strict=True))
