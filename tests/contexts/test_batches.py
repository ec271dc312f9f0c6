import pytest
import torch

from core.contexts.batches import HalvingBatches, is_memory_full


class Squares:
    """Squares numbers, and remembers how many at a time."""

    def __init__(self, most=100, odd=()):
        self.most, self.odd = most, odd
        self.sizes = []

    def __call__(self, numbers):
        self.sizes.append(len(numbers))
        if len(numbers) > self.most:
            torch.empty(2**60)  # more than any machine has
        if any(number in self.odd for number in numbers):
            raise KeyError("odd")
        return [number**2 for number in numbers]


def test_results_come_in_order_from_batches_of_the_size():
    squares = Squares()
    assert list(HalvingBatches(squares, 3).run(range(7))) == [0, 1, 4, 9, 16, 25, 36]
    assert squares.sizes == [3, 3, 1]


def test_what_the_memory_is_too_small_for_is_halved_once_and_for_all(caplog):
    squares = Squares(most=2)
    batches = HalvingBatches(squares, 8)
    assert list(batches.run(range(12))) == [number**2 for number in range(12)]
    assert squares.sizes == [8, 4, 2, 2, 4, 2, 2, 2, 2]
    assert batches.size == 2
    assert "too small for 8 photos" in caplog.text


def test_an_item_that_fails_alone_is_the_only_one_to_fail():
    batches = HalvingBatches(Squares(odd=[2]), 4)
    results = list(batches.run(range(8)))
    assert isinstance(results[2], KeyError)
    assert [result for result in results if isinstance(result, int)] == [0, 1, 9, 16, 25, 36, 49]
    assert batches.size == 4


def test_one_item_too_large_for_the_memory_is_told_from_one_that_is_odd():
    [large] = HalvingBatches(Squares(most=0), 4).run([3])
    [odd] = HalvingBatches(Squares(odd=[3]), 4).run([3])
    assert is_memory_full(large)
    assert not is_memory_full(odd)


@pytest.mark.parametrize("kind", [MemoryError, torch.OutOfMemoryError])
def test_a_full_memory_is_known_by_its_type(kind):
    assert is_memory_full(kind())
