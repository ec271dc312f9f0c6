"""The review queue of one visitor: whose verdicts, on which posts, and what they come to."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from dashboard.errors import runs
from dashboard.errors.listing import sorted_rows
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.state import Errors, key

if TYPE_CHECKING:
    from core.analysis.agreement import Agreement
    from core.analysis.reviews import Opinion, Progress, Reviews


def folder(run: Run) -> Path:
    """Return where the reviews of a run are kept, a file for each reviewer."""
    return runs.ROOT / "runs" / "reviews" / run.file.slug


def take_name(state: Errors) -> None:
    """Take the reviewer's name from its widget."""
    name = state.widgets[key("review", "name")]
    state.reviewer = unicodedata.normalize("NFKC", name).strip()  # as their file is called


def leave_name(state: Errors) -> None:
    """Let somebody else review, or the same person under another name."""
    state.reviewer = ""


def reviews(state: Errors, run: Run) -> "Reviews | None":
    """Return what the reviewer has said so far; None before there is a name.

    Raises:
        InputError: Their file cannot be read.
    """
    from core.analysis.reviews import read_reviews, review_file

    return read_reviews(review_file(folder(run), state.reviewer)) if state.reviewer else None


def line_up(state: Errors, run: Run, selected: Selection, done: "Reviews | None") -> None:
    """Put the selected posts into the queue and go to the first without a verdict, once.

    A selection keeps its order; of all posts those come first whose contexts fit least.
    """
    made_of = (run.file, selected.link, len(selected), state.reviewer)
    if done is None or state.queued == made_of:
        return
    rows = sorted_rows(run, "misaligned") if selected.is_all else selected.rows
    state.queue, state.queued = tuple(int(row) for row in rows), made_of
    said = done.current
    state.at = next((at for at, row in enumerate(state.queue) if run.id(row) not in said), 0)


def note_key(state: Errors, run: Run, place: int) -> str:
    """Return the key of the reviewer's note on a post of this run."""
    return key("review", "note", run.file.slug, state.reviewer, place)


def give(state: Errors, run: Run, place: int, opinion: "Opinion") -> None:
    """Write a verdict to the reviewer's file and go on to the next post.

    Args:
        state: Of this visitor.
        run: That is open.
        place: Of the post.
        opinion: A key of `core.analysis.reviews.OPINIONS`.
    """
    from core.analysis.reviews import add_review

    note = str(state.widgets.get(note_key(state, run, place), ""))
    try:
        add_review(folder(run), state.reviewer, run.id(place), opinion, note=note)
    except InputError as error:
        state.review_error = str(error)
        return
    state.review_error = ""
    move(state, 1)


def move(state: Errors, step: int) -> None:
    """Go on in the queue, or back."""
    state.at = min(max(state.at + step, 0), len(state.queue) - 1)


def undo(state: Errors, run: Run) -> None:
    """Take the latest verdict back and return to its post."""
    from core.analysis.reviews import undo_review

    try:
        taken = undo_review(folder(run), state.reviewer)
    except InputError as error:
        state.review_error = str(error)
        return
    state.review_error = "" if taken else "There is no verdict of yours to take back."
    place = run.places.get(taken.id) if taken else None
    if place in state.queue:
        state.at = state.queue.index(place)


def progress(state: Errors, run: Run, done: "Reviews") -> "Progress":
    """Return how many posts of the queue have a verdict."""
    from core.analysis.reviews import progress as counted

    return counted(done, [run.id(row) for row in state.queue])


def agreements(state: Errors, run: Run) -> "list[Agreement]":
    """Return how far the reviewer agrees with the model, and with every other reviewer."""
    from core.analysis.agreement import agreement_between, agreement_with_model
    from core.analysis.reviews import read_folder

    everybody = read_folder(folder(run))
    if state.reviewer not in everybody:
        return []
    found = [agreement_with_model(state.reviewer, everybody[state.reviewer], run.table)]
    others = agreement_between(everybody)
    return found + [one for one in others if state.reviewer in (one.first, one.second)]


def as_csv(run: Run) -> str:
    """Return every reviewer's verdicts beside the model's."""
    from core.analysis.reviews import read_folder, reviews_table

    return str(reviews_table(read_folder(folder(run)), run.table).to_csv(index=False))
