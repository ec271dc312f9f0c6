"""Numbers beside their nouns."""

import pytest

from core.amounts import amount


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (1624, "1,624 posts")]
)
def test_only_one_is_singular(count, said):
    assert amount(count, "post") == said
