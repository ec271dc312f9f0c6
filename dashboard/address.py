"""Settings that stand in the page's address: each has a name there, defaults are left out."""

from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import ValidationError

from core.records import Frozen


class Address(Frozen):
    """Settings whose fields carry, as aliases, the names they have in the address."""

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the name of each field in the address."""
        return {field: str(info.alias) for field, info in cls.model_fields.items()}

    @property
    def address(self) -> dict[str, str]:
        """What the address says about these settings."""
        changed = self.model_dump(by_alias=True, exclude_defaults=True)
        return {name: _written(value) for name, value in changed.items()}

    def changed(self, **fields: object) -> Self:
        """Return the settings with some fields changed.

        Raises:
            ValidationError: A value is out of range; the settings stay as they are.
        """
        names = self.names()
        given = {names[field]: value for field, value in fields.items()}
        return self.model_validate({**self.model_dump(by_alias=True), **given})

    @classmethod
    def read(cls, given: Mapping[str, str]) -> tuple[Self, tuple[str, ...]]:
        """Return the settings an address asks for, and a sentence for each part not followed.

        Args:
            given: Names and values; names that are not ours are passed over.
        """
        ours = set(cls.names().values())
        known = {name: value for name, value in given.items() if name in ours}
        refused: list[str] = []
        while True:
            try:
                return cls.model_validate(known), tuple(refused)
            except ValidationError as error:
                refused += [
                    f"The address says {name}={known.pop(name)[:40]}, which cannot be used; "
                    "the usual value takes its place."
                    for name in dict.fromkeys(str(fault["loc"][0]) for fault in error.errors())
                ]


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(_written, value))
    return str(value)
