"""The one error that is meant for the person at the keyboard, and words for one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class InputError(ValueError):
    """Something the user gave cannot be used: the message says what, why and what to do.

    The command line prints the message and exits with status 2; the dashboard shows it on the page.
    Neither shows a traceback.
    """


def describe(error: "ValidationError") -> str:
    """Say in one line which keys are wrong and why."""
    parts = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "the whole"
        reason = "unknown key" if item["type"] == "extra_forbidden" else item["msg"]
        parts.append(f"{key}: {reason}")
    return "; ".join(parts)
