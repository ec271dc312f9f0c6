"""What is optimised at which rate."""

from typing import Any

from torch import Tensor

from core.config import Config
from core.model import ShapCA
from core.training.checkpoint import trained_state


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
