"""How far a long command is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def work_bar(name: str, unit: str) -> Iterator[Callable[[int, int, int], None]]:
    """Show a bar with rate and time left; give what tells it of items done, of all, and failed."""
    from tqdm import tqdm

    with tqdm(desc=name, unit=unit) as bar:

        def report(done: int, total: int, failed: int) -> None:
            if bar.total is None:
                bar.reset(total)
                # What an earlier start did says nothing of the rate of this one.
                bar.initial = bar.n = bar.last_print_n = done
            bar.set_postfix(failed=failed, refresh=False)
            bar.update(done - bar.n)

        try:
            yield report
        except KeyboardInterrupt:
            bar.write("stopped; the same command goes on from here", file=sys.stderr)
            raise
