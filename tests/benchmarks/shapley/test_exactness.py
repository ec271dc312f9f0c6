from benchmarks.shapley.exactness import ASKED, largest_errors


def test_quadrature_differs_from_enumeration_by_less_than_was_asked():
    errors = largest_errors(players=(2, 6), temperatures=(0.3,))
    assert len(errors) == 2 * len(ASKED)
    for error in errors:
        assert set(error.by_players) == {2, 6}
        assert max(error.by_players.values()) <= error.tolerance
