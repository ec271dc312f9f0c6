"""Widgets that hold a setting: they show what the address says, and change it."""

from typing import Any

from dashboard.lab.actions import change
from dashboard.lab.state import Lab


def holds(state: Lab, field: str) -> dict[str, Any]:
    """Return the arguments that tie a widget to a field of the settings."""
    return {"key": state.widget(field), "on_change": change, "args": (state, field)}
