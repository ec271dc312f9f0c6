from benchmarks.evidence.differences import draw_differences
from tests.benchmarks.evidence.invented import COMPARISON


def traces():
    return {trace.name: trace for trace in draw_differences(COMPARISON, "Ablations").data}


def test_a_seed_stands_where_its_difference_from_the_same_seed_of_the_first_is():
    seeds = traces()["one seed"]
    assert [round(x, 9) for x in seeds.x] == [-1.0, -4.0]  # seed 15 has nothing to stand against
    assert list(seeds.y) == ["text-only", "text-only"]


def test_the_pooled_difference_reaches_from_end_to_end_of_its_interval():
    pooled = traces()["all seeds, 95 % interval over posts"]
    assert list(pooled.x) == [-2.5]
    assert list(pooled.y) == ["text-only"]
    assert round(pooled.x[0] + pooled.error_x.array[0], 9) == -1.0
    assert round(pooled.x[0] - pooled.error_x.arrayminus[0], 9) == -4.0


def test_every_variant_but_the_first_has_a_row():
    layout = draw_differences(COMPARISON, "Ablations").layout
    assert list(layout.yaxis.categoryarray) == ["no seed in common", "text-only"]
    assert "full: 81.00" in layout.title.text
