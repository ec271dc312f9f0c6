"""Reads configs from TOML files; errors name the file and the key that is wrong."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.config import Config
from core.errors import InputError, describe

_DEEPEST = 5  # files that extend one another
_CONFIG = TypeAdapter(Config)
_Read = TypeVar("_Read")


def load_config(path: Path, overrides: list[str] | None = None) -> Config:
    """Read the config of an experiment, as `load_toml` reads any file.

    Raises:
        InputError: The file is missing, is no TOML, or a key is unknown, missing or mistyped.
    """
    return load_toml(path, _CONFIG, overrides)


def load_toml(path: Path, schema: TypeAdapter[_Read], overrides: list[str] | None = None) -> _Read:
    """Read a file of settings, with `key.sub=value` overrides whose values are TOML.

    A file may begin with `extends = "other.toml"`, a path from its own folder: it then says only
    what differs. Sections are merged key by key, lists replaced as a whole; the words of a card
    are not taken over.

    Raises:
        InputError: The file is missing, is no TOML, or a key is unknown, missing or mistyped.
    """
    table = _read_table(path)
    for override in overrides or []:
        _apply(table, override)
    try:
        return schema.validate_python(table)
    except ValidationError as error:
        raise InputError(f"{path}: {describe(error)}") from None


def base_of(path: Path) -> Path | None:
    """Return the file that a config extends, None where it stands by itself.

    Raises:
        InputError: The file is missing, or is no TOML.
    """
    base = _parse(path).get("extends")
    return path.parent / base if isinstance(base, str) else None


def _read_table(path: Path, depth: int = 0) -> dict[str, Any]:
    table = _parse(path)
    base = table.pop("extends", None)
    if base is None:
        return table
    if depth == _DEEPEST or not isinstance(base, str):
        raise InputError(f"{path}: extends {base!r}; name one file, and no circle of files")
    extended = _read_table(path.parent / base, depth + 1)
    extended.pop("card", None)  # what it claims was found out about that checkpoint alone
    return _merged(extended, table)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a config file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: is not valid TOML: {error}") from None


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the base with the changes put in, sections key by key."""
    merged = dict(base)
    for key, value in changes.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            value = _merged(known, value)
        merged[key] = value
    return merged


def is_config(text: str, config: Config) -> bool:
    """Return whether JSON that an earlier version may have written trains the same as a config.

    Keys that it did not know yet count as left at their defaults, which change nothing; nor do the
    words of the card.
    """
    try:
        said = Config.model_validate_json(text)
    except ValidationError:
        return False
    return said.model_copy(update={"card": config.card}) == config


def _apply(table: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    if not separator:
        raise InputError(f"--set {override}: write it as key.sub=value")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value  # a bare word is meant as a string
    *parents, last = key.strip().split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            raise InputError(f"--set {override}: {parent} is not a section")
    table[last] = parsed
