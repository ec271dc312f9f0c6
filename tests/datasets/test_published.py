import pytest

from core.datasets.published import PUBLISHED, published_split
from core.errors import InputError


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_split_says_where_its_numbers_come_from(name):
    split = published_split(name)
    assert split.source
    assert all(number > 0 for number in split.totals.values())


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name.startswith("twitter")])
def test_types_add_up_to_the_published_total(name):
    split = published_split(name)
    assert sum(split.entities.values()) == split.totals["entities"]


def test_splits_of_mnre_add_up_to_its_published_size():
    parts = [published_split(f"mnre/{part}").totals for part in ("train", "val", "test")]
    assert sum(part["posts"] for part in parts) == 15_485
    assert sum(part["images"] for part in parts) == 9_201


def test_an_unknown_split_is_refused_with_the_names():
    with pytest.raises(InputError, match="twitter17/train"):
        published_split("twitter18")
