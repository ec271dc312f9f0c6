"""The choice of a device, on this machine and as if it had others."""

import pytest
import torch

from core.devices import choose_device
from core.errors import InputError


def test_the_processor_is_always_there():
    assert choose_device("cpu") == "cpu"


def test_auto_is_a_device_that_holds_tensors():
    device = choose_device("auto")
    assert torch.zeros(1, device=device).device.type == device


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_prefers_an_accelerator(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto") == expected
    assert choose_device("cpu") == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps", "tpu", "CPU", ""])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match=f"'{name}' is not available; this machine has cpu"):
        choose_device(name)
