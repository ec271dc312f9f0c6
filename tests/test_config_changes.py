import pytest

from core.config import SourceConfig
from core.config_changes import changed_keys
from core.config_files import load_config
from core.training.checkpoint import CHECKPOINTS


def test_a_config_differs_in_nothing_from_itself_under_another_name(make_config):
    config = make_config()
    assert changed_keys(config, config.model_copy(update={"name": "other", "seed": 99})) == {}


def test_a_changed_value_stands_under_its_dotted_key(make_config):
    config = make_config()
    fusion = config.fusion.model_copy(update={"gated": False})
    assert changed_keys(config, config.model_copy(update={"fusion": fusion})) == {
        "fusion.gated": False
    }


def test_sources_are_told_apart_by_name_not_by_place(make_config):
    config = make_config()
    first, *others = config.data.sources
    new = SourceConfig(name="new", kind="twitter", file="new.txt")
    smaller = first.model_copy(update={"batch_size": first.batch_size + 1})
    data = config.data.model_copy(update={"sources": (new, smaller)})
    changed = changed_keys(config, config.model_copy(update={"data": data}))
    assert changed == {
        f"data.sources.{first.name}.batch_size": first.batch_size + 1,
        **{f"data.sources.{other.name}": None for other in others},
        "data.sources.new": new.model_dump(mode="json"),
    }


@pytest.mark.parametrize("folder", sorted(CHECKPOINTS.glob("*-minilm")), ids=lambda path: path.name)
def test_a_shipped_checkpoint_is_of_the_config_that_ships(folder):
    shipped = load_config(folder / "config.toml")
    told = load_config(CHECKPOINTS.parent / "configs" / f"{folder.name}.toml")
    assert changed_keys(told, shipped) == {}
    assert (shipped.name, shipped.seed) == (told.name, told.seed)
