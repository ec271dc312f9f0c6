from benchmarks.machine import (
    COPY_BYTES,
    CopyRate,
    Rates,
    better_of,
    describe_machine,
    measure_rates,
)


def rates(*, copy=1e9, flops=1e9, dispatch=1e-6):
    return Rates(
        copies=[
            CopyRate(bytes=1_000, bytes_per_second=4 * copy),
            CopyRate(bytes=1_000_000, bytes_per_second=copy),
        ],
        flops={"float32": flops},
        exponentials={"float32": 1e9},
        dispatch_seconds=dispatch,
    )


def test_a_copy_runs_at_the_rate_of_the_largest_size_that_is_not_larger():
    assert rates().copy_rate(10) == 4e9
    assert rates().copy_rate(999_999) == 4e9
    assert rates().copy_rate(1_000_000) == 1e9
    assert rates().copy_rate(10**9) == 1e9


def test_the_better_of_two_measurements_is_the_faster_in_every_respect():
    best = better_of(rates(copy=2e9, dispatch=3e-6), rates(flops=5e9))
    assert best == rates(copy=2e9, flops=5e9, dispatch=1e-6)


def test_the_machine_is_measured_in_both_precisions():
    measured = measure_rates()
    assert [copy.bytes for copy in measured.copies] == list(COPY_BYTES)
    assert all(copy.bytes_per_second > 0 for copy in measured.copies)
    assert measured.flops.keys() == measured.exponentials.keys() == {"float32", "float64"}
    assert 0 < measured.dispatch_seconds < 1


def test_the_machine_is_described_and_busy_above_one_and_a_half_programs():
    machine = describe_machine()
    assert machine.cores >= 1
    assert machine.threads >= 1
    assert not machine.model_copy(update={"load": 1.5}).is_busy
    assert machine.model_copy(update={"load": 1.6}).is_busy
