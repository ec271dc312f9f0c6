import base64
import io

import pytest
from PIL import Image

from dashboard.figures.photo import LONGEST_SIDE, data_uri, photo_chart

REGIONS = [[0.1, 0.2, 0.3], [0.4, 0.9, 0.5]]


@pytest.fixture
def wide():
    return Image.new("RGB", (1200, 600), "teal")


def test_the_veil_has_the_grid_of_the_regions_from_the_top(wide):
    drawing = photo_chart(wide, REGIONS, "gate")
    veil = drawing.figure.data[0]

    assert [list(row) for row in veil.z] == REGIONS
    assert drawing.figure.layout.yaxis.range == (1, 0)
    assert drawing.table.loc["row 2", "column 2"] == 0.9


def test_the_photo_keeps_its_proportions(wide):
    assert photo_chart(wide, REGIONS, "gate").figure.layout.yaxis.scaleratio == pytest.approx(0.5)


def test_the_words_say_where_the_highest_region_is(wide):
    assert "highest in row 2, column 2" in photo_chart(wide, REGIONS, "gate").alt


def test_a_photo_travels_as_a_small_jpeg_and_stays_as_it_was(wide):
    header, _, encoded = data_uri(wide).partition(",")
    sent = Image.open(io.BytesIO(base64.b64decode(encoded)))

    assert header == "data:image/jpeg;base64"
    assert sent.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert wide.size == (1200, 600)


def test_equal_regions_are_no_error(wide):
    assert photo_chart(wide, [[0.5, 0.5]], "gate").table.shape == (1, 2)


def test_signed_values_are_tinted_about_a_clear_zero():
    drawing = photo_chart(Image.new("RGB", (4, 4)), [[0.2, -0.5]], "share", signed=True)
    (trace,) = drawing.figure.data

    assert trace.zmax == -trace.zmin == pytest.approx(0.5)
    assert trace.colorscale[1][1].endswith(", 0)")
