"""The time below which a method cannot fall on this machine, from the torch operations it makes.

Every operation of one run is recorded with the bytes it must read and write, its multiplications
and additions if it is a matrix product, and the exponentials or logarithms it takes. At the
machine's best rates it takes the longest of these and of what starting any operation takes; the
bound is the sum over the operations.

An estimate: what an operation reads again is counted once, its operands may lie in a cache of their
own size, arithmetic other than the above is free, as are operations that only look at a tensor
differently, and Python between the operations. Fewer operations would lower the bound itself.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from benchmarks.machine import Rates

_PER_ELEMENT = ("exp", "exp2", "expm1", "log", "log1p", "log2", "logaddexp", "tanh", "erf")
_PER_INPUT = ("_softmax", "_log_softmax", "logsumexp", "logcumsumexp", "_logcumsumexp")


class Operation(NamedTuple):
    """One torch operation.

    Attributes:
        name: As torch calls it.
        moved: Bytes read and written.
        flops: Multiplications and additions of a matrix product.
        exponentials: And logarithms.
        dtype: What it computes in.
    """

    name: str
    moved: int
    flops: int
    exponentials: int
    dtype: str


class Bound(NamedTuple):
    """The least time of a run.

    Attributes:
        seconds: Their number.
        by: What takes most of it: "memory", "products", "exponentials" or "dispatch".
    """

    seconds: float
    by: str


class _Recorder(TorchDispatchMode):
    """Writes down every operation that does something."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        del types
        returned = func(*args, **(kwargs or {}))
        if not _is_view(func):
            self.operations.append(_describe(func, args, kwargs or {}, returned))
        return returned


def record_operations(run: Callable[[], object]) -> list[Operation]:
    """Return the torch operations of one run, in their order."""
    recorder = _Recorder()
    with recorder:
        run()
    return recorder.operations


def least_time(operations: list[Operation], rates: Rates) -> Bound:
    """Return the bound on the time that these operations take at such rates."""
    shares: defaultdict[str, float] = defaultdict(float)
    for operation in operations:
        costs = {
            "memory": operation.moved / rates.copy_rate(operation.moved),
            "products": operation.flops / _of(rates.flops, operation.dtype),
            "exponentials": operation.exponentials / _of(rates.exponentials, operation.dtype),
            "dispatch": rates.dispatch_seconds,
        }
        dearest = max(costs, key=costs.__getitem__)
        shares[dearest] += costs[dearest]
    by = max(shares, key=shares.__getitem__) if shares else "dispatch"
    return Bound(sum(shares.values()), by)


def _describe(func: Any, args: Any, kwargs: Any, returned: Any) -> Operation:
    name = func.overloadpacket.__name__.removesuffix("_")  # in place or not is all the same
    read = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    written = [leaf for leaf in tree_leaves(returned) if isinstance(leaf, Tensor)]
    exponents = written if name in _PER_ELEMENT else read if name in _PER_INPUT else []
    count = flop_registry.get(func.overloadpacket)
    # Integers, such as orders, say nothing about what is computed in.
    real = [tensor.dtype for tensor in (*written, *read) if tensor.is_floating_point()]
    return Operation(
        name=name,
        moved=sum(map(_bytes, (*read, *written))),
        flops=count(*args, **kwargs, out_val=returned) if count else 0,
        exponentials=sum(tensor.numel() for tensor in exponents),
        dtype=str(real[0] if real else torch.float32).removeprefix("torch."),
    )


def _bytes(tensor: Tensor) -> int:
    """Return the bytes behind a tensor; what is merely repeated counts once."""
    elements = 1
    for size, stride in zip(tensor.shape, tensor.stride(), strict=True):
        elements *= size if stride else min(size, 1)
    return elements * tensor.element_size()


def _is_view(func: Any) -> bool:
    returns = func._schema.returns
    return any(each.alias_info and not each.alias_info.is_write for each in returns)


def _of(rates: dict[str, float], dtype: str) -> float:
    return rates.get(dtype, rates["float32"])
