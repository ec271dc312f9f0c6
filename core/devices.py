"""Where tensors live."""

import torch

from core.errors import InputError


def choose_device(name: str) -> str:
    """Return the torch device for `auto`, `cpu`, `cuda` or `mps`.

    Raises:
        InputError: The name is unknown, or this machine has no such device.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    here = [device for device, present in available.items() if present]
    if name == "auto":
        return here[0]
    if name not in here:
        raise InputError(
            f"The device {name!r} is not available; this machine has {', '.join(here)}."
        )
    return name
