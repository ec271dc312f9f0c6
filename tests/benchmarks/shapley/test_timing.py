from benchmarks.shapley.timing import summarise, time_in_turn


def test_every_run_is_timed_once_a_round_and_in_changing_order():
    called = []
    taken = time_in_turn(
        {name: lambda name=name: called.append(name) for name in "abc"}, rounds=4, seed=1
    )
    assert {name: len(seconds) for name, seconds in taken.items()} == {"a": 4, "b": 4, "c": 4}
    in_turn = [name for i, name in enumerate(called) if i == 0 or called[i - 1] != name]
    assert len(in_turn) >= 3 * 4


def test_a_ratio_is_taken_within_each_round_so_that_a_slow_round_does_not_move_it():
    timings = summarise({"plain": [1.0, 10.0, 1.0], "ours": [3.0, 30.0, 3.0]}, base="plain")
    assert timings["plain"].ratio == 1
    assert timings["ours"].ratio == 3
    assert timings["ours"].seconds == 3
