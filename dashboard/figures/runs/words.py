"""Numbers of a run in words."""

from collections.abc import Sequence

from core.training.run_summary import RunSummary

UNKNOWN = "–"
LOSSES = {
    "loss total": "Loss",
    "loss task": "Loss, task",
    "loss label": "Loss, label of the post",
    "loss consistency": "Loss, consistency",
    "loss agreement": "Loss, agreement of two readings",
    "loss words": "Loss, hidden words",
    "loss context_to_text": "Loss, context → text",
    "loss text_to_context": "Loss, text → context",
    "loss context_to_image": "Loss, context → image",
    "loss image_to_context": "Loss, image → context",
    "learning_rate": "Learning rate",
    "posts_per_second": "Throughput, posts per second",
}


def quantity(column: str) -> str:
    """Return what a column of steps is called."""
    return LOSSES.get(column) or column.replace("loss ", "Loss, ", 1).replace("_", " ")


def duration(seconds: float | None) -> str:
    """Return a time as a person says it.

    Example:
        >>> duration(8), duration(190), duration(4393), duration(None)
        ('8 s', '3 min', '1 h 13 min', '–')
    """
    if seconds is None:
        return UNKNOWN
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours / 24:.0f} days"


def status(summary: RunSummary) -> str:
    """Return where a run stands, in a sentence."""
    again = ""
    if summary.resumes:
        again = f", resumed {'once' if summary.resumes == 1 else f'{summary.resumes} times'}"
    match summary.status:
        case "waiting":
            return "nothing logged yet"
        case "running":
            silent = duration(summary.silent_seconds)
            said = f"scoring dev for {silent}" if summary.is_scoring else f"last event {silent} ago"
            return said + again
        case "finished":
            return (summary.ended if summary.ended != "finished" else "to its end") + again
        case "stale":
            doing = " while scoring dev" if summary.is_scoring else ""
            silent = duration(summary.silent_seconds)
            return f"silent for {silent}{doing}, no end logged{again}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    Example:
        >>> listed(["one", "two", "three"])
        'one, two and three'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
