"""What a visitor can do on the error page: choose a run, select posts, turn to another section."""

import difflib
import logging
from collections.abc import Sequence
from typing import Any

from core.errors import InputError
from dashboard.errors.runs import Run, RunFile, Upload, open_run
from dashboard.errors.selection import Chosen, area_link
from dashboard.errors.state import Errors, key
from dashboard.jobs import OUR_FAULT

OWN = "own file"  # in the list of runs and in the address: whose, only the session knows
# What another run need not have: a filter on it could not be seen, nor taken away.
_NOTHING_CHOSEN: dict[str, Any] = {
    "slice": "",
    "name": "",
    "post": "",
    "page": 1,
    "search": "",
    "outcomes": (),
    "effects": (),
    "verdicts": (),
}

_log = logging.getLogger(__name__)


def choose_run(state: Errors) -> None:
    """Open the run that was chosen; what was selected in the one before is forgotten."""
    state.set_to(run=state.widgets[key("set", "run")], **_NOTHING_CHOSEN)


def upload(state: Errors, chooser: str) -> None:
    """Take the run of a file chooser, or say why not; the run before it stays then."""
    file = state.widgets[chooser]
    if file is None:
        return
    try:
        own = Upload(file.name, file)
        open_run(own.file)  # what cannot be opened does not take the place of what can
    except InputError as error:
        state.upload_error = str(error)
        return
    except Exception:  # whatever a file from elsewhere may hold
        _log.exception("A run that was brought along cannot be opened.")
        state.upload_error = OUR_FAULT
        return
    state.upload, state.upload_error = own, ""
    state.set_to(run=OWN, **_NOTHING_CHOSEN)


def opened_file(state: Errors, files: Sequence[RunFile]) -> RunFile | None:
    """Return the run to show: the visitor's own, the one named, or else the newest.

    Raises:
        InputError: The run named is not there; the message offers the nearest, or asks for the
            visitor's own, which went with the session that it was brought to.
    """
    if state.upload and state.settings.run in ("", OWN):
        return state.upload.file
    if state.settings.run == OWN:
        raise InputError(
            "This address is of somebody's own file, which is kept for one visit only. Bring it "
            "along once more with “Own file”, or choose a run."
        )
    if not state.settings.run:
        return files[0] if files else None
    by_name = {file.name: file for file in files}
    if state.settings.run in by_name:
        return by_name[state.settings.run]
    nearest = difflib.get_close_matches(state.settings.run, by_name, n=1, cutoff=0.0)
    offer = f"The nearest is {nearest[0]}." if nearest else "There is none yet."
    raise InputError(f"There is no run called {state.settings.run[:80]}. {offer}")


def turn_to(state: Errors) -> None:
    """Show the section of the navigation; a post that is open is closed."""
    state.set_to(view=state.widgets[key("set", "view")], post="", page=1)


def select(state: Errors, link: str) -> None:
    """Select posts, on every chart of the page."""
    state.set_to(slice=link, name="", page=1)


def save(state: Errors, words: str) -> None:
    """Keep the selection in this session, under its name or else its words."""
    state.kept[state.settings.name or words] = state.settings.slice


def open_post(state: Errors, id: str) -> None:
    """Show everything about one post."""
    state.set_to(view="records", post=id)


def open_row(state: Errors, run: Run, rows: Sequence[int], chosen: Chosen) -> None:
    """Show the post of the cell that was clicked in a table of posts.

    Args:
        state: Of this visitor.
        run: That is open.
        rows: Place in the run of each line of the table.
        chosen: What was clicked, if anything.
    """
    if chosen["cells"]:
        open_post(state, run.id(rows[chosen["cells"][0][0]]))


def choose_on_map(state: Errors, sides: Sequence[str], chosen: Chosen) -> None:
    """Select the posts in a box or a lasso, or open the post of the mark that was clicked.

    Args:
        state: Of this visitor.
        sides: Whose margins the axes of the map show.
        chosen: As Plotly tells.
    """
    link = area_link(chosen, sides)
    if link:
        select(state, link)
    else:
        open_post(state, str(chosen["points"][0]["customdata"][0]))
