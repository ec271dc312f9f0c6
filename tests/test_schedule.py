import pytest

from core.schedule import learning_rate_factor


def test_the_learning_rate_rises_then_falls_to_zero():
    factors = [learning_rate_factor(share, 0.1) for share in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert factors == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])


def test_without_a_warm_up_the_rate_starts_at_its_height():
    assert [learning_rate_factor(share, 0.0) for share in (0.0, 0.5)] == [1.0, 0.5]
