"""What every page with settings keeps of a visitor: the settings, in widgets and in the address."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from dashboard.address import Address

Chosen = TypeVar("Chosen", bound=Address)


@dataclass
class PageState(Generic[Chosen]):
    """One page of one visitor; nothing here is shared.

    Attributes:
        page: First part of the keys of its widgets.
        widgets: The session's mapping from widget key to value.
        settings: Everything that decides what is drawn.
        followed: What the address said when it was last read or written.
        refused: Why parts of the address were not followed.
    """

    page: str
    widgets: MutableMapping[Any, Any]
    settings: Chosen
    followed: dict[str, str] | None = None
    refused: tuple[str, ...] = ()

    def key(self, *parts: object) -> str:
        """Return the key of a widget on this page: `page.panel.item`."""
        return ".".join(map(str, (self.page, *parts)))

    def follow(self, given: Mapping[str, str]) -> None:
        """Take the settings of an address, unless they are those it was read or written with."""
        names = set(self.settings.names().values())
        ours = {name: value for name, value in given.items() if name in names}
        if ours != self.followed:
            self.settings, self.refused = type(self.settings).read(ours)
            self.followed = ours

    def take(self, **fields: object) -> dict[str, str]:
        """Change settings; returns what the address has to say from now on."""
        self.settings, self.refused = self.settings.changed(**fields), ()
        self.followed = self.settings.address
        return self.followed

    def holds(self, field: str) -> dict[str, Any]:
        """Return the arguments that tie a widget to a field of the settings, both ways."""
        return self.shows(field, getattr(self.settings, field))

    def shows(self, field: str, value: object) -> dict[str, Any]:
        """Return the arguments of a widget that takes a setting, and shows a value of its own."""
        return {"key": self._given(field, value), "on_change": self._taken, "args": (field,)}

    def widget(self, field: str) -> str:
        """Return the key of the widget that holds a setting, which is given the setting's value."""
        return self._given(field, getattr(self.settings, field))

    def set_to(self, **fields: object) -> None:
        """Change settings and say so in the address."""
        address = self.take(**fields)
        names = set(self.settings.names().values())
        others = {name: value for name, value in st.query_params.items() if name not in names}
        st.query_params.from_dict({**others, **address})

    def _given(self, field: str, value: object) -> str:
        name = self.key("set", field)
        # Browsers answer with a list, and next to a tuple of the same that counts as a change.
        value = list(value) if isinstance(value, tuple) else value
        # A widget that is given its value anew forgets what somebody is typing into it.
        if name not in self.widgets or self.widgets[name] != value:
            self.widgets[name] = value
        return name

    def _taken(self, field: str) -> None:
        self.set_to(**{field: self.widgets[self.key("set", field)]})
