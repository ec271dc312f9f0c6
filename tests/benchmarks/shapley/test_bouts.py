from benchmarks.shapley.bouts import FULL, QUICK, Extent, bouts
from benchmarks.shapley.methods import PLAIN


def test_plain_sampling_opens_every_bout():
    assert all(bout.rows[0][1] is PLAIN for bout in bouts(QUICK))


def test_the_full_benchmark_has_every_problem_it_promises():
    played = {
        (problem.game, problem.players, problem.temperature)
        for bout in bouts(FULL)
        for problem in bout.problems
    }
    for players in (8, 16, 32, 64, 128):
        assert ("softmax_mean", players, 0.1) in played
        assert ("softmax_mean", players, 1.0) in played
        assert ("cosine_mean", players, None) in played
        assert ("max", players, None) in played
    assert ("softmax_mean", 512, 0.1) in played


def test_libraries_meet_where_they_are_compared_and_nowhere_else():
    with_rivals = [
        bout.problems[0].players
        for bout in bouts(FULL)
        if any(method.family == "library" for _, method in bout.rows)
    ]
    assert with_rivals == [32]


def test_many_players_get_fewer_rounds_and_never_none():
    extent = Extent(rounds=25, draws=256)
    assert [extent.rounds_of(players) for players in (8, 64, 128, 4096)] == [25, 25, 12, 3]
    assert [extent.draws_of(players) for players in (8, 128, 4096)] == [256, 16, 4]
