"""A file of posts looked over before it is used: counts, bad lines, contexts that tell answers.

No model is needed for it.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from pydantic import Field

from core.contexts.precomputed import load_all_contexts
from core.datasets.image_text import KEYS, unread_keys
from core.datasets.leaks import Leak, LeakReport, find_leaks
from core.datasets.published import published_split
from core.datasets.readers import read_posts
from core.datasets.statistics import Comparison, Counts, compare, count
from core.records import Frozen

_SHOWN = 20  # bad lines; the JSON has all


class Expected(Frozen):
    """What was published of a split, beside what was counted."""

    split: str
    source: str
    note: str
    rows: tuple[Comparison, ...]


class CheckReport(Frozen):
    """Everything that is found out about a file of posts."""

    file: str
    dataset: str = Field(description="its format")
    counts: Counts
    skipped: tuple[str, ...] = Field(description="bad lines, as `file:line: why`")
    skipped_contexts: tuple[str, ...] = Field(description="bad lines of context files, likewise")
    unread: dict[str, int] = Field(description="keys of an image_text file that nothing reads")
    expected: Expected | None
    leaks: LeakReport

    @property
    def is_sound(self) -> bool:
        """Whether there are posts, no bad line, no published number that differs, and no leak."""
        bad = self.skipped + self.skipped_contexts
        agrees = self.expected is None or all(row.agrees for row in self.expected.rows)
        return self.counts.posts > 0 and not bad and agrees and not self.leaks.warnings


def check_file(
    dataset: str,
    file: Path,
    *,
    contexts: Sequence[Path] = (),
    images: Path | None = None,
    split: str | None = None,
    expect: str | None = None,
) -> CheckReport:
    """Return what is found out about a file; bad lines are left out and listed.

    Args:
        dataset: Its format; see `core.datasets.readers`.
        file: In that format.
        contexts: JSONL files of contexts by image id.
        images: Folder of photos.
        split: Of an image_text file.
        expect: Published split to compare with, such as `twitter17/train`.

    Raises:
        InputError: Something cannot be read at all, the format or the split is unknown, or contexts
            belong to no post.
    """
    published = published_split(expect) if expect else None
    known = load_all_contexts(contexts, skip_bad_lines=True)
    loaded = read_posts(dataset, file, known.by_image, True, images=images, split=split)
    known.check_used(loaded.examples)
    counts = count(loaded.examples)
    return CheckReport(
        file=str(file),
        dataset=dataset,
        counts=counts,
        skipped=loaded.skipped,
        skipped_contexts=known.skipped,
        unread=dict(unread_keys(file).most_common()) if dataset == "image_text" else {},
        expected=published
        and Expected(
            split=expect or "",
            source=published.source,
            note=published.note,
            rows=compare(counts, published),
        ),
        leaks=find_leaks(loaded.examples),
    )


def check_table(report: CheckReport) -> str:
    """Return a report as text for a terminal."""
    parts = [_counts(report.counts)]
    if report.unread:
        parts.append(_unread(report.unread))
    if report.expected:
        parts.append(_expected(report.expected))
    if report.leaks.leaks:
        parts.append([_LEAK_HEAD, *(_leak_row(leak) for leak in report.leaks.leaks)])
    if report.leaks.warnings:
        parts.append([f"warning: {warning}" for warning in report.leaks.warnings])
    for what, lines in (
        (f"bad lines in {report.file}", report.skipped),
        ("bad lines in files of contexts", report.skipped_contexts),
    ):
        if lines:
            more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
            parts.append([f"{len(lines)} {what}, left out:", *lines[:_SHOWN], *more])
    if not report.counts.posts:
        parts.append([f"{report.file} has no posts; check the file and the split"])
    parts.append(["sound" if report.is_sound else "not sound: see above"])
    return "\n\n".join("\n".join(part) for part in parts)


def _counts(counts: Counts) -> list[str]:
    length = counts.mean_context_words
    rows = [
        ("posts", counts.posts),
        ("... with gold", counts.annotated),
        ("... with a photo at hand", counts.with_image),
        ("... without context", counts.without_context),
        ("... with one context", counts.with_one_context),
        ("... with more contexts", counts.with_more_contexts),
        ("... with an id that was taken", counts.repeated_ids),
        ("... with a sentence seen before", counts.repeated_sentences),
        ("... with a photo seen before", counts.repeated_images),
        ("words", counts.words),
        *((f"entities {name}", number) for name, number in counts.entities.items()),
        *((f"relations {name}", number) for name, number in counts.relations.items()),
        *((f"label {name}", number) for name, number in counts.labels.items()),
    ]
    lines = [f"{name:<40}{number:>10,}" for name, number in rows]
    return lines + ([f"{'words of a context, on average':<40}{length:>10.1f}"] if length else [])


def _unread(keys: dict[str, int]) -> list[str]:
    named = ", ".join(f"{name} ({count:,})" for name, count in islice(keys.items(), _SHOWN))
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return [f"keys that nothing reads, and how often: {named}{more}", f"read are {', '.join(KEYS)}"]


def _expected(expected: Expected) -> list[str]:
    lines = [
        f"{expected.split} ({expected.source})",
        f"{'':<40}{'published':>10}{'here':>10}",
        *(
            f"{row.name:<40}{row.expected:>10,}{row.found:>10,}  {row.verdict}"
            for row in expected.rows
        ),
    ]
    return lines + ([expected.note] if expected.note else [])


_LEAK_HEAD = f"{'what contexts say of the gold':<48}{'own':>8}{'others':>8}{'p':>8}{'words':>8}"


def _leak_row(leak: Leak) -> str:
    name = f"{leak.kind}, {leak.source}"
    verdict = "leak" if leak.is_leak else ""
    return (
        f"{name:<48}{leak.own:>8.1%}{leak.other:>8.1%}{leak.p_value:>8.3f}{leak.density:>8.1%}"
        f"  {verdict}"
    ).rstrip()
