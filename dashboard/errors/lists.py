"""The lists of posts that contradict themselves, by the name they have in the address."""

from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard.errors.runs import Run

if TYPE_CHECKING:
    from core.analysis.disagreements import Disagreement


@lru_cache(maxsize=8)
def disagreements(run: Run) -> "dict[str, Disagreement]":
    """Return the lists of a run; those of the photo's side only where it was played."""
    from core.analysis import disagreements as lists

    found = {
        "let-in": lists.trusted_without_value(run.table, "text"),
        "let-in-photo": lists.trusted_without_value(run.table, "image"),
        "still-wrong": lists.valued_but_wrong(run.table, "text"),
        "still-wrong-photo": lists.valued_but_wrong(run.table, "image"),
        "better-without": lists.fixed_by_removal(run.table),
    }
    has_photo = run.table["phi_image"].notna().any()
    return {name: one for name, one in found.items() if has_photo or not name.endswith("-photo")}
