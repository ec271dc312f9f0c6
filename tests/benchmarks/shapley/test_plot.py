from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.machine import Machine, Rates
from benchmarks.shapley.methods import DEFAULT_SAMPLING
from benchmarks.shapley.plot import (
    HEIGHT,
    WIDTH,
    draw_errors,
    plotted_rows,
    save_plot,
)
from benchmarks.shapley.report import Row, ShapleyReport
from core.errors import InputError

MACHINE = Machine(
    processor="a processor",
    cores=2,
    system="a system",
    python="3",
    torch="2",
    threads=1,
    load=0.0,
)


def row(method, family, **changes):
    known = {
        "table": "a table",
        "game": "softmax_mean",
        "players": 32,
        "temperature": 0.1,
        "evaluations": 2048,
        "nmse": 1e-2,
        "forward_seconds": 1e-3,
        "forward_ratio": 2.0,
        "targets_run": 32,
    }
    return Row(method=method, family=family, **known | changes)


def report(rows):
    rates = Rates(copies=[], flops={}, exponentials={}, dispatch_seconds=1e-6)
    return ShapleyReport(
        date="2026-01-01",
        machine=MACHINE,
        rates=rates,
        permutations=64,
        embeddings="simulated",
        libraries={},
        missing=[],
        references=[],
        rows=rows,
        largest_errors=[],
        outcomes=[],
    )


ROWS = [
    row("plain sampling", "plain", forward_ratio=1.0),
    row("rotated", "sampled"),
    row(DEFAULT_SAMPLING, "sampled"),
    row("exact, 1e-4", "exact", nmse=1e-12),
    row("captum ShapleyValueSampling", "library", forward_ratio=150.0),
]


def test_only_the_problem_shown_and_errors_above_zero_are_plotted():
    others = [
        row("rotated", "sampled", players=8),
        row("rotated", "sampled", temperature=1.0),
        row("max, closed form", "exact", nmse=0.0),
    ]
    assert plotted_rows(ROWS + others) == ROWS


def test_every_method_has_its_own_symbol_at_its_time_and_error():
    figure = draw_errors(report(ROWS))
    symbols = [symbol for trace in figure.data for symbol in trace.marker.symbol]
    assert len(symbols) == len(set(symbols)) == len(ROWS)
    assert [trace.name.split(",")[0] for trace in figure.data] == [
        "plain sampling",
        "ours",
        "ours",
        "other libraries",
    ]
    assert list(figure.data[3].x) == [150.0]
    assert list(figure.data[2].y) == [1e-12]
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_nothing_to_plot_is_said():
    with pytest.raises(InputError, match="nothing to plot"):
        draw_errors(report([row("rotated", "sampled", players=8)]))


@pytest.mark.browser
def test_the_picture_is_saved_at_twice_its_size(chromium, tmp_path):
    from PIL import Image

    with ThreadPoolExecutor(1) as thread:  # tests of pages may hold a browser in this one
        thread.submit(save_plot, report(ROWS), tmp_path / "plot.png").result()
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.size == (2 * WIDTH, 2 * HEIGHT)
