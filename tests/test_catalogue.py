import subprocess
import sys
from pathlib import Path

import pytest

from core.catalogue import (
    GENERATORS,
    PerceptionSettings,
    about_generator,
    build_generator,
    built_in_generators,
    generator_files,
    generator_names,
    read_settings,
)
from core.contexts.perception import PerceptionGenerator
from core.errors import InputError

ROOT = Path(__file__).parents[1]


def test_every_file_is_a_generator_that_can_be_chosen():
    assert generator_names() == sorted(path.stem for path in GENERATORS.iterdir())
    assert {"perception", "captioner", "llava-1.5", "gpt-4o"} <= set(generator_names())


@pytest.mark.parametrize("name", generator_names())
def test_every_generator_that_ships_can_be_built_without_a_model_or_a_key(name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings = read_settings(name)
    built = build_generator(settings, "cpu")
    assert built.name == settings.kind
    assert built.at_once >= 1


def test_settings_are_read_by_name_or_path_and_overridden(tmp_path):
    assert read_settings("perception") == PerceptionSettings(ocr=True)
    assert read_settings("perception", ["ocr=false"]) == PerceptionSettings(ocr=False)
    path = tmp_path / "mine.toml"
    path.write_text('kind = "perception"\nocr = false\n', encoding="utf-8")
    assert read_settings(str(path)) == PerceptionSettings(ocr=False)


@pytest.mark.parametrize("name", ["gpt-5o", "", "../perception", "perception.txt", "no\0ne"])
def test_a_generator_that_is_not_there_is_refused_with_those_that_are(name):
    with pytest.raises(InputError, match=r"there is no generator .*; choose blip2, captioner, "):
        read_settings(name)


@pytest.mark.parametrize(
    ("override", "why"),
    [("orc=false", "orc: unknown key"), ("ocr=perhaps", "ocr: "), ('kind="magic"', "kind")],
)
def test_a_wrong_key_is_named_with_the_file(override, why):
    with pytest.raises(InputError, match=rf"perception\.toml: .*{why}"):
        read_settings("perception", [override])


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        read_settings(str(tmp_path / "none.toml"))


def test_the_generator_is_built_as_it_is_set():
    built = build_generator(PerceptionSettings(ocr=False))
    assert built.name == "perception"
    assert built.fingerprint == PerceptionGenerator(ocr=False).fingerprint


def test_the_users_own_folder_is_looked_through_and_counts_before_ours(tmp_path, monkeypatch):
    before = generator_names()
    for name in ("mine", "perception"):
        (tmp_path / f"{name}.toml").write_text('kind = "perception"\nocr = false\n')
    monkeypatch.setenv("SHAPCA_GENERATORS", str(tmp_path))

    assert generator_names() == sorted([*before, "mine"])
    assert generator_files()["perception"] == tmp_path / "perception.toml"
    assert read_settings("mine") == read_settings("perception") == PerceptionSettings(ocr=False)


def test_a_folder_of_the_users_own_that_is_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("SHAPCA_GENERATORS", str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"SHAPCA_GENERATORS names .*none, which is no folder"):
        generator_names()


@pytest.mark.parametrize("name", generator_names())
def test_every_generator_that_ships_says_what_it_is(name):
    assert about_generator(GENERATORS / f"{name}.toml").endswith((".", "!"))


def test_what_a_file_says_of_itself_ends_with_the_comment_at_its_head(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('# Ours:\n#  small.\nkind = "perception"\n# no word of it\n')
    assert about_generator(path) == "Ours: small."
    path.write_text('kind = "perception"\n# no word of it\n')
    assert about_generator(path) == ""


@pytest.mark.parametrize("content", [None, b"# \xff"])
def test_a_file_that_cannot_be_read_says_nothing_of_itself(tmp_path, content):
    path = tmp_path / "mine.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.toml: cannot be read"):
        about_generator(path)


def test_choosing_perception_loads_no_library_of_other_generators():
    code = (
        "import sys\n"
        "from core.catalogue import build_generator, read_settings\n"
        "build_generator(read_settings('perception'))\n"
        "print(sorted({'torch', 'transformers', 'openai'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_ships_describes_a_photo_when_nobody_chose():
    assert [made.name for made in built_in_generators()] == ["perception", "captioner"]
    with_text, without = built_in_generators(), built_in_generators(ocr=False)
    assert with_text[0].fingerprint != without[0].fingerprint
