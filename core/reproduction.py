"""Whether a checkpoint still scores what its `metrics.json` says."""

from pathlib import Path
from typing import Any, NamedTuple

from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.errors import InputError
from core.evaluation.scores import scores
from core.evaluation.tables import figures
from core.training.checkpoint import Checkpoint, image_encoder_of, load_checkpoint
from core.training.sources import image_features, load_source

SAME = 5e-5  # half a unit of the last place that cards and tables show


class Reproduced(NamedTuple):
    """One figure of a checkpoint, as it is told and as it is found again."""

    data: str
    measure: str
    told: float
    found: float

    @property
    def is_same(self) -> bool:
        """Whether both are equal to four decimals."""
        return abs(self.told - self.found) <= SAME


def reproduce(checkpoint: str | Path, *, device: str = "auto") -> list[Reproduced]:
    """Score a checkpoint on the data that its config names, and return every figure of its metrics.

    Args:
        checkpoint: Name or folder.
        device: See `core.devices`.

    Raises:
        InputError: The checkpoint or its data cannot be read, or its metrics tell of other figures.
    """
    device = choose_device(device)
    ready = load_checkpoint(checkpoint)
    model, config = ready.model.to(device), ready.config
    cache = FeatureCache(image_encoder_of(ready, device))
    found: list[Reproduced] = []
    for source in (config.data.dev, *config.data.evaluations):
        examples = load_source(source, config.data)
        made = scores(model, ready.tokenizer, config, examples, image_features(examples, cache))
        told, again = dict(figures(_told(ready, source.name))), dict(figures(made))
        if missing := sorted(set(told) - set(again)):
            raise InputError(f"{config.name}: {missing[0]} of {source.name} can no longer be found")
        found += [Reproduced(source.name, name, told[name], again[name]) for name in told]
    return found


def _told(checkpoint: Checkpoint, data: str) -> dict[str, Any]:
    scored: dict[str, dict[str, Any]] = checkpoint.metrics.get("scores", {})
    if data not in scored:
        raise InputError(
            f"{checkpoint.config.name}: metrics.json has no figures of {data}; its training was "
            "stopped before the end, start it again"
        )
    return scored[data]


def reproduction_table(found: list[Reproduced]) -> str:
    """Return the figures as aligned text, those that differ marked."""
    lines = [f"{'data':<18}{'measure':<70}{'told':>8}{'found':>8}"]
    lines += [
        f"{row.data:<18}{row.measure:<70}{row.told:>8.4f}{row.found:>8.4f}"
        f"{'' if row.is_same else '  differs'}"
        for row in found
    ]
    same = sum(row.is_same for row in found)
    return "\n".join([*lines, "", f"{same} of {len(found)} figures are the same"])
