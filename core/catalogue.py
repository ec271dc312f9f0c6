"""The generators a user can choose: a file of settings each, in `configs/contexts` or anywhere."""

import os
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from core.captioning.settings import CaptionerSettings
from core.config import Section
from core.config_files import load_toml
from core.contexts.generator import ContextGenerator
from core.contexts.huggingface_settings import HuggingFaceSettings
from core.contexts.openai_settings import OpenAISettings
from core.contexts.perception import PerceptionGenerator
from core.errors import InputError

VARIABLE = "SHAPCA_GENERATORS"
GENERATORS = Path(__file__).parents[1] / "configs" / "contexts"


class PerceptionSettings(Section):
    """What the built-in models look for."""

    kind: Literal["perception"] = "perception"
    ocr: bool = Field(True, description="also read the text in the photo")


Settings = Annotated[
    PerceptionSettings | CaptionerSettings | HuggingFaceSettings | OpenAISettings,
    Field(discriminator="kind"),
]
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


def generator_files() -> dict[str, Path]:
    """Return the files of the generators that can be chosen, by name, in order of the alphabet.

    The folder that the variable `SHAPCA_GENERATORS` names is looked through, too; of two files with
    one name it is the user's that counts.

    Raises:
        InputError: The variable names no folder.
    """
    own = os.environ.get(VARIABLE)
    if own and not Path(own).is_dir():
        raise InputError(f"{VARIABLE} names {own}, which is no folder: correct it, or unset it")
    folders = [GENERATORS, *([Path(own)] if own else [])]
    found = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def generator_names() -> list[str]:
    """Return the names of the generators that can be chosen; otherwise as `generator_files`."""
    return list(generator_files())


def about_generator(path: Path) -> str:
    """Return what the comment at the head of a generator's file says of it, "" without one.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); correct or remove it") from None
    comment = takewhile(lambda line: line.startswith("#"), lines)
    return " ".join(line.lstrip("# ").rstrip() for line in comment)


def read_settings(name_or_path: str, overrides: list[str] | None = None) -> Settings:
    """Return the settings of a generator by its name, or those of any other .toml file.

    Args:
        name_or_path: One of `generator_names`, or a path that ends in .toml.
        overrides: `key=value`, as in `core.config_files`.

    Raises:
        InputError: There is no such generator, or a key is unknown, missing or mistyped.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        files = generator_files()
        if name_or_path not in files:
            raise InputError(
                f"there is no generator {name_or_path!r}; choose {', '.join(files)}, "
                "or give the path of a .toml file"
            )
        path = files[name_or_path]
    return load_toml(path, _SETTINGS, overrides)


def build_generator(settings: Settings, device: str = "auto") -> ContextGenerator:
    """Return the generator of these settings; what only it needs is imported now.

    Args:
        settings: Of `read_settings`.
        device: Of a model that runs in torch; see `core.devices`.

    Raises:
        InputError: What it needs is not there: a package, weights, a key, the device.
    """
    if isinstance(settings, CaptionerSettings):
        from core.captioning.generator import CaptionerGenerator

        return CaptionerGenerator(settings)
    if isinstance(settings, HuggingFaceSettings):
        from core.contexts.huggingface import HuggingFaceGenerator

        return HuggingFaceGenerator(settings, device)
    if isinstance(settings, OpenAISettings):
        from core.contexts.openai_api import OpenAIGenerator

        return OpenAIGenerator(settings)
    return PerceptionGenerator(ocr=settings.ocr)


def built_in_generators(*, ocr: bool = True) -> tuple[ContextGenerator, ...]:
    """Return those that describe a photo when nobody chose: they ship, and work offline.

    Args:
        ocr: Whether the text in a photo is read, too.
    """
    from core.captioning.generator import CaptionerGenerator

    return PerceptionGenerator(ocr=ocr), CaptionerGenerator()
