"""What one config says differently from another."""

from typing import Any

from core.config import Config

_ASIDE = {"name", "seed", "card"}  # no training is different for them


def changed_keys(base: Config, other: Config) -> dict[str, Any]:
    """Return the values of `other` that differ, by dotted key.

    A source is the same one in both when its name is. What only the base has is None.

    Example:
        `{"fusion.gated": False, "data.sources.train, alignment": None}`
    """
    return _changes(_sections(base), _sections(other))


def _sections(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json", exclude=_ASIDE)


def _changes(base: Any, other: Any, key: str = "") -> dict[str, Any]:
    base, other = _by_name(base), _by_name(other)
    if base == other:
        return {}
    if not isinstance(base, dict) or not isinstance(other, dict):
        return {key: other}
    found: dict[str, Any] = {}
    for part in {**base, **other}:
        found |= _changes(base.get(part), other.get(part), f"{key}.{part}" if key else part)
    return found


def _by_name(value: Any) -> Any:
    """Return a list of sources as a table by their names, and anything else as it is."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return {item["name"]: item for item in value}
    return value
