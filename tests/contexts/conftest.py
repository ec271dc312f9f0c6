"""Models that write about photos, tiny and random, on disk."""

from pathlib import Path

import pytest

from tests.contexts.families import FAMILIES


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of a tiny model of each family."""
    root = tmp_path_factory.mktemp("writers")
    for name, save in FAMILIES.items():
        (root / name).mkdir()
        save(root / name)
    return {name: root / name for name in FAMILIES}
