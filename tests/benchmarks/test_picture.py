import pytest

from benchmarks.picture import check_picture
from core.errors import InputError


def test_a_picture_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        check_picture(tmp_path / "plot.svg")
    with pytest.raises(InputError, match="no such folder"):
        check_picture(tmp_path / "no" / "plot.png")
