"""The app over tiny real checkpoints, with generators of a visitor's own, and Records to draw."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import Config, HeadConfig
from core.model import ShapCA
from core.records import Record
from tests.dashboard.invented_records import (
    invented_attribution,
    invented_explanation,
    invented_record,
)

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
MakeRecord = Callable[..., Record]


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Open a page, given as a function that renders it, as a new visitor at an address."""

    def open_at(page: Callable[[], None], **address: str) -> AppTest:
        return _run_at(AppTest.from_function(page, default_timeout=60), address)

    return open_at


@pytest.fixture
def make_record() -> MakeRecord:
    """Build a Record by hand: only its shape is real, so that drawings can be checked by eye."""
    return invented_record


@pytest.fixture
def explained(make_record: MakeRecord) -> MakeRecord:
    """Build a Record with an explanation and an attribution whose numbers are known by heart.

    The prediction game: context 1 is worth 1.00, context 2 −0.50, context 3 0.25, and 1 and 3
    together 0.30 less than apart. The second entity needs context 1; with context 2 alone it is
    an ORG.
    """

    def build(**changes: object) -> Record:
        record = make_record(**changes)
        return record.model_copy(
            update={
                "explanation": invented_explanation(record),
                "attributions": [invented_attribution(record)],
            }
        )

    return build


@pytest.fixture
def page(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AppTest]:
    """Open the app as a new visitor, over the tiny checkpoint and an empty cache of contexts."""
    monkeypatch.setenv("SHAPCA_CHECKPOINT", str(tiny_checkpoint))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return lambda: AppTest.from_file(APP, default_timeout=60)


class OwnGenerators:
    """A folder of generators of the user's own, and an empty store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, text: str) -> None:
        """Write a generator's file."""
        (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def __call__(self, name: str, base_url: str, lines: str = "") -> None:
        """Write the file of one that asks a server once, and does not try again."""
        text = f'# A <test> model.\nkind = "openai"\nmodel = "{name}"\nretries = 0\n'
        self.file(name, f'{text}key_variable = ""\nbase_url = "{base_url}"\n{lines}')


@pytest.fixture
def own_generators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnGenerators:
    """Generators that a test may add to those that ship."""
    folder = tmp_path / "own-generators"
    folder.mkdir()
    monkeypatch.setenv("SHAPCA_GENERATORS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return OwnGenerators(folder)


@pytest.fixture(scope="session")
def task_checkpoints(
    tmp_path_factory: pytest.TempPathFactory,
    make_config: Callable[..., Config],
    save_untrained: Callable[[Config, Path], ShapCA],
) -> Path:
    """A folder with one checkpoint a task that nobody trained, and a damaged one."""
    folder = tmp_path_factory.mktemp("task-checkpoints")
    relations = ("None", "/per/loc/place_of_residence", "/per/per/peer")
    heads: dict[str, dict[str, object]] = {
        "tiny-mner": {"task": "mner"},
        "tiny-mre": {"task": "mre", "relations": relations},
        "tiny-jmere": {"task": "jmere", "relations": ("peer", "contain"), "directed": True},
        "tiny-label": {"task": "classification", "labels": ("bad", "good")},
        "damaged": {"task": "mner"},
    }
    for name, head in heads.items():
        config = make_config().model_copy(
            update={"name": name, "head": HeadConfig.model_validate(head)}
        )
        save_untrained(config, folder / name)
    weights = folder / "damaged" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    return folder


@pytest.fixture
def any_task(
    page: Callable[[], AppTest], task_checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    """Open the app at an address, over a checkpoint of every task; the mner one is its own."""
    for module in ("core.training.checkpoint", "dashboard.offers"):
        monkeypatch.setattr(f"{module}.CHECKPOINTS", task_checkpoints)
    monkeypatch.setenv("SHAPCA_CHECKPOINT", "tiny-mner")

    return lambda **address: _run_at(page(), address)


def _run_at(app: AppTest, address: dict[str, str]) -> AppTest:
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app
