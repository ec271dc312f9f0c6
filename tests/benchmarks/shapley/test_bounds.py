import pytest
import torch

from benchmarks.machine import CopyRate, Rates
from benchmarks.shapley.bounds import least_time, record_operations

RATES = Rates(
    copies=[CopyRate(bytes=1, bytes_per_second=1e3)],
    flops={"float32": 1e6, "float64": 1e5},
    exponentials={"float32": 1e4, "float64": 1e4},
    dispatch_seconds=1e-3,
)


def test_a_matrix_product_counts_its_flops_and_bytes():
    left, right = torch.ones(3, 4), torch.ones(4, 5)
    (operation,) = record_operations(lambda: left @ right)
    assert operation.flops == 2 * 3 * 4 * 5
    assert operation.moved == 4 * (12 + 20 + 15)
    assert operation.dtype == "float32"


def test_exponentials_and_logarithms_are_counted_by_element():
    numbers = torch.ones(6, dtype=torch.float64)
    found = record_operations(lambda: (numbers.exp().log_(), numbers.logsumexp(dim=0)))
    assert [operation.exponentials for operation in found][:2] == [6, 6]
    assert sum(operation.exponentials for operation in found) >= 18
    assert found[0].dtype == "float64"


def test_a_view_costs_nothing_and_what_is_repeated_counts_once():
    row = torch.ones(8)
    assert record_operations(lambda: row.view(2, 4).T.unsqueeze(0)) == []
    (operation,) = record_operations(lambda: row.expand(100, 8).sum())
    assert operation.moved == 4 * (8 + 1)


def test_orders_do_not_decide_what_is_computed_in():
    rows, order = torch.ones(4, 2, dtype=torch.float64), torch.tensor([3, 0])
    (operation,) = record_operations(lambda: rows.index_select(0, order))
    assert operation.dtype == "float64"
    assert operation.moved == 8 * 8 + 8 * 2 + 8 * 4


def test_the_bound_sums_what_takes_longest_in_each_operation():
    left, right = torch.ones(10, 10), torch.ones(10, 10)
    product = record_operations(lambda: left @ right)  # 1.2 s of copying, 2 ms of products
    found = least_time(product, RATES)
    assert found.seconds == pytest.approx(1.2)
    assert found.by == "memory"
    small = record_operations(lambda: torch.ones(0) + torch.ones(0))
    assert least_time(small, RATES).by == "dispatch"
    assert least_time(small, RATES).seconds == pytest.approx(1e-3 * len(small))


def test_nothing_recorded_needs_no_time():
    assert least_time([], RATES).seconds == 0
