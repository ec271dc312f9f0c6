"""What this machine can do at best: copy, multiply, take exponentials, start an operation."""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from core.records import Frozen

COPY_BYTES = tuple(2**power for power in range(15, 28, 2))  # 32 KiB to 128 MiB, read and written
_GEMM_SIZE = 512
_EXP_ELEMENTS = 2**14
_DISPATCHES = 2_000
_TRIALS = 7
# One program at work is 1; another one beside it makes timings doubtful.
BUSY_LOAD = 1.5


class CopyRate(Frozen):
    """How fast so many bytes, half of them read and half written, are copied over and over."""

    bytes: int
    bytes_per_second: float


class Rates(Frozen):
    """The best of several trials, with the number of threads that was set.

    Attributes:
        copies: From what fits a cache to what does not.
        flops: Multiplications and additions per second of a matrix product, by dtype.
        exponentials: Per second, operands in the cache, by dtype.
        dispatch_seconds: Of one torch operation on one number.
    """

    copies: list[CopyRate]
    flops: dict[str, float]
    exponentials: dict[str, float]
    dispatch_seconds: float

    def copy_rate(self, moved: int) -> float:
        """Return bytes per second for an operation that moves so many; too fast if in doubt."""
        fitting = [copy for copy in self.copies if copy.bytes <= moved]
        return (fitting[-1] if fitting else self.copies[0]).bytes_per_second


class Machine(Frozen):
    """Where and when a benchmark ran.

    Attributes:
        load: Load average of the last minute, before the benchmark.
    """

    processor: str
    cores: int
    system: str
    python: str
    torch: str
    threads: int
    load: float

    @property
    def is_busy(self) -> bool:
        """Whether something else was running."""
        return self.load > BUSY_LOAD


def describe_machine() -> Machine:
    """Return what this machine is and how busy, with torch's number of threads as it is set."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        load=os.getloadavg()[0],
    )


def measure_rates() -> Rates:
    """Return what the machine does at best, in about two seconds."""
    precisions = (torch.float32, torch.float64)
    return Rates(
        copies=[_copy_rate(moved) for moved in COPY_BYTES],
        flops={_name(dtype): _gemm_rate(dtype) for dtype in precisions},
        exponentials={_name(dtype): _exp_rate(dtype) for dtype in precisions},
        dispatch_seconds=_dispatch_seconds(),
    )


def better_of(one: Rates, other: Rates) -> Rates:
    """Return the faster of two measurements in every respect."""
    return Rates(
        copies=[
            max(pair, key=lambda copy: copy.bytes_per_second)
            for pair in zip(one.copies, other.copies, strict=True)
        ],
        flops={name: max(rate, other.flops[name]) for name, rate in one.flops.items()},
        exponentials={
            name: max(rate, other.exponentials[name]) for name, rate in one.exponentials.items()
        },
        dispatch_seconds=min(one.dispatch_seconds, other.dispatch_seconds),
    )


def _copy_rate(moved: int) -> CopyRate:
    source = torch.ones(moved // 8)  # half of the bytes, float32
    target = torch.empty_like(source)
    repeats = max(1, 2**24 // moved)
    return CopyRate(
        bytes=moved,
        bytes_per_second=moved / _best_seconds(lambda: target.copy_(source), repeats),
    )


def _gemm_rate(dtype: torch.dtype) -> float:
    left, right = torch.ones(2, _GEMM_SIZE, _GEMM_SIZE, dtype=dtype)
    product = torch.empty_like(left)
    return 2 * _GEMM_SIZE**3 / _best_seconds(lambda: torch.mm(left, right, out=product), 4)


def _exp_rate(dtype: torch.dtype) -> float:
    exponents = torch.linspace(-5, 0, _EXP_ELEMENTS, dtype=dtype)
    target = torch.empty_like(exponents)
    return _EXP_ELEMENTS / _best_seconds(lambda: torch.exp(exponents, out=target), 200)


def _dispatch_seconds() -> float:
    number = torch.ones(1)
    return _best_seconds(lambda: number + number, _DISPATCHES)


def _best_seconds(run: Callable[[], Tensor], repeats: int) -> float:
    best = float("inf")
    for _ in range(_TRIALS):
        started = time.process_time()
        for _ in range(repeats):
            run()
        best = min(best, (time.process_time() - started) / repeats)
    return best


def _processor() -> str:
    """Return the processor's name where Linux tells it, otherwise what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
