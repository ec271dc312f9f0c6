"""Which examples an epoch sees, in which batches, with which contexts: all of it from the seed.

Nothing here depends on what ran before, so a run that is resumed draws what an unbroken one draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch

from core.config import SourceConfig
from core.records import Example

Draws = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PlannedBatch:
    """One batch: its source, its examples, and the contexts drawn for each.

    Attributes:
        source: Index of the source in the config.
        examples: Indices into the source's examples.
        contexts: For each example, indices into its contexts, in the order they are read.
        again: The same, drawn anew, of a batch that is read twice; empty: it is read once.
        lenders: The example whose contexts each example reads; empty: its own.
    """

    source: int
    examples: tuple[int, ...]
    contexts: Draws
    again: Draws = ()
    lenders: tuple[int, ...] = ()


def plan_epoch(
    sources: Sequence[tuple[SourceConfig, Sequence[Example]]],
    *,
    epoch: int,
    seed: int,
    max_contexts: int,
    without_contexts: float | None = None,
    foreign_contexts: float = 0.0,
) -> list[PlannedBatch]:
    """Return the batches of one epoch, sources mixed, of similar length inside each batch.

    Ours: a share `foreign_contexts` of the examples is read with another's contexts, wherever no
    game is played, so that a context that is wrong is known, and does no harm.

    A source with `examples_per_epoch` walks through shuffled rounds of its data, so that over the
    epochs every example has its turn.
    """
    generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
    batches: list[PlannedBatch] = []
    for number, (config, examples) in enumerate(sources):
        drawn = _draw(len(examples), config.examples_per_epoch, epoch=epoch, seed=seed + number)
        for chosen in _bucketed(drawn, examples, config.batch_size, generator):
            plays = "alignment" in config.objectives
            lenders = _lenders(chosen, len(examples), 0.0 if plays else foreign_contexts, generator)
            posts = [examples[index] for index in lenders or chosen]
            draw = partial(
                _draw_all, posts, config.objectives, max_contexts, without_contexts, generator
            )
            first, again = draw(), draw() if "agreement" in config.objectives else ()
            batches.append(PlannedBatch(number, tuple(chosen), first, again, lenders))
    order = torch.randperm(len(batches), generator=generator).tolist()
    return [batches[place] for place in order]


def steps_per_epoch(sources: Sequence[tuple[SourceConfig, Sequence[Example]]]) -> int:
    """Return the number of batches in every epoch."""
    return sum(
        -(-min(config.examples_per_epoch or len(examples), len(examples)) // config.batch_size)
        for config, examples in sources
    )


def _draw(size: int, wanted: int | None, *, epoch: int, seed: int) -> list[int]:
    """Take the epoch's share of an endless row of shuffled rounds."""
    wanted = min(wanted or size, size)
    first = epoch * wanted
    taken: list[int] = []
    while len(taken) < wanted:
        round_number, offset = divmod(first + len(taken), size)
        generator = torch.Generator().manual_seed(seed * 1_000_003 + round_number)
        order = torch.randperm(size, generator=generator).tolist()
        taken += order[offset : offset + wanted - len(taken)]
    return taken


def _bucketed(
    indices: list[int], examples: Sequence[Example], batch_size: int, generator: torch.Generator
) -> list[list[int]]:
    """Cut into batches of similar length: padding is work for nothing."""
    pool = 20 * batch_size
    batches: list[list[int]] = []
    for start in range(0, len(indices), pool):
        by_length = sorted(indices[start : start + pool], key=lambda i: len(examples[i].tokens))
        batches += [by_length[i : i + batch_size] for i in range(0, len(by_length), batch_size)]
    order = torch.randperm(len(batches), generator=generator).tolist()
    return [batches[place] for place in order]


def _lenders(
    chosen: Sequence[int], size: int, share: float, generator: torch.Generator
) -> tuple[int, ...]:
    """Draw whose contexts each example of a batch reads: its own, or those of the next one.

    A batch of one borrows from the source's next example.
    """
    if not share:
        return ()
    foreign = (torch.rand(len(chosen), generator=generator) < share).tolist()
    following = [*chosen[1:], chosen[0] if len(chosen) > 1 else (chosen[0] + 1) % size]
    return tuple(
        other if is_foreign else own
        for own, other, is_foreign in zip(chosen, following, foreign, strict=True)
    )


def _draw_all(
    posts: Sequence[Example],
    objectives: tuple[str, ...],
    most: int,
    without: float | None,
    generator: torch.Generator,
) -> Draws:
    return tuple(_draw_contexts(post, objectives, most, without, generator) for post in posts)


def _draw_contexts(
    example: Example,
    objectives: tuple[str, ...],
    most: int,
    without: float | None,
    generator: torch.Generator,
) -> tuple[int, ...]:
    """Draw none to `most` contexts; at least and at most one where only the games are played.

    Every number is as likely, unless `without` is the probability of none.
    """
    available = len(example.contexts)
    limit = min(available, most)
    if objectives == ("alignment",):
        wanted = min(available, 1)
    elif without is None or limit == 0:
        wanted = int(torch.randint(limit + 1, (), generator=generator))
    else:
        wanted = 1 + int(torch.randint(limit, (), generator=generator))
        if float(torch.rand((), generator=generator)) < without:
            wanted = 0
    return tuple(torch.randperm(available, generator=generator)[:wanted].tolist())
