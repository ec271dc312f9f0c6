"""What is loaded is not collected again and again."""

import gc

from dashboard.memory import settle


def test_what_is_there_leaves_the_collectors_rounds():
    loaded = [[number] for number in range(1000)]
    before = gc.get_freeze_count()
    try:
        settle()
        assert gc.get_freeze_count() >= before + len(loaded)
        assert not any(loaded[0] is other for other in gc.get_objects())
    finally:
        gc.unfreeze()
