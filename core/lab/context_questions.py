"""Questions about the game itself: copies, removals, offsets, temperature, sign, interaction."""

from collections.abc import Mapping, Sequence

import torch

from core.lab.card import Card, Photo, closest, exact_values, grand_value, sign, table_rows
from core.shapley.enumeration import value_table
from core.shapley.interactions import pairwise_interactions
from core.shapley.similarity_games import MaxGame, MeanGame, SoftmaxMeanGame, SumGame

_OFFSET = 0.1


def copy_added(photo: Photo) -> Card:
    """Ask who loses when the best context, or the second best, is doubled."""
    # A copy of a weak one costs everybody about the same: no question to ask.
    twin = int(photo.similarities.squeeze(1).topk(2).indices[photo.seed % 2])
    doubled = torch.cat((photo.similarities, photo.similarities[twin : twin + 1]))
    before = exact_values(SoftmaxMeanGame(photo.similarities)).tolist()
    after = exact_values(SoftmaxMeanGame(doubled)).tolist()
    changes = [new - old for new, old in zip(after, before, strict=False)]
    answer = changes.index(min(changes))
    if answer == twin:
        reason = "Whatever it can do the copy can do too, so the twins share the credit."
    else:
        reason = (
            "The copy takes softmax weight from everybody, not from its twin alone, whose φ goes "
            f"from {before[twin]:.4f} to {after[twin]:.4f}."
        )
    return Card(
        id="copy",
        question=f"An exact copy of {photo.labels[twin]} joins. Which context loses most of its φ?",
        options=photo.labels,
        answer=answer,
        because=(
            f"φ of {photo.labels[answer]} goes from {before[answer]:.4f} to {after[answer]:.4f}. "
            f"{reason}"
        ),
        numbers=table_rows(
            {
                "context": [*photo.labels, "the copy"],
                "φ before": [*before, 0.0],
                "φ after": after,
                "change": [*changes, after[-1]],
            }
        ),
    )


def weakest_removed(photo: Photo) -> Card:
    """Ask what everybody is worth once the weakest context is gone."""
    weakest = int(photo.similarities.argmin())
    kept = torch.cat((photo.similarities[:weakest], photo.similarities[weakest + 1 :]))
    before, after = (
        grand_value(SoftmaxMeanGame(photo.similarities)),
        grand_value(SoftmaxMeanGame(kept)),
    )
    return Card(
        id="weakest",
        question=(
            f"The weakest context, {photo.labels[weakest]}, is removed. What happens to v(N), what "
            "all contexts are worth together?"
        ),
        options=("it falls", "it stays the same", "it rises"),
        answer=1 + sign(after - before),
        because=(
            f"v(N) goes from {before:.4f} to {after:.4f}: it is a weighted mean of similarities, "
            "and whoever fits less than the mean pulls it down. More contexts are not better."
        ),
        numbers=table_rows({"contexts": ["all", "without it"], "v": [before, after]}),
    )


def offset_added(photo: Photo) -> Card:
    """Ask what an offset common to all similarities does."""
    before = exact_values(SoftmaxMeanGame(photo.similarities))
    after = exact_values(SoftmaxMeanGame(photo.similarities + _OFFSET))
    n = len(before)
    outcomes = {
        f"each rises by {_OFFSET:g}": before + _OFFSET,
        f"each rises by {_OFFSET:g} / {n} = {_OFFSET / n:g}": before + _OFFSET / n,
        "each grows in proportion to itself": before * (after.sum() / before.sum()),
        "nothing changes": before,
    }
    return Card(
        id="offset",
        question=f"{_OFFSET:g} is added to every similarity. What does each φ do?",
        options=tuple(outcomes),
        answer=closest(after, list(outcomes.values())),
        because=(
            "The softmax weights do not notice the offset, so every coalition is worth "
            f"{_OFFSET:g} more, and whoever arrives first brings that in: each context is first in "
            f"one of {n} orders."
        ),
        numbers=_before_and_after(photo, before.tolist(), after.tolist()),
    )


def high_temperature(photo: Photo) -> Card:
    """Ask which game is left when all weigh the same."""
    return _limit(photo, "high", 100.0, "every context then has the same weight")


def low_temperature(photo: Photo) -> Card:
    """Ask which game is left when only the best weighs anything."""
    return _limit(photo, "low", 0.001, "the best context present then has all the weight")


def _limit(photo: Photo, word: str, temperature: float, reason: str) -> Card:
    found = exact_values(SoftmaxMeanGame(photo.similarities, temperature))
    outcomes = {
        "the sum: everybody keeps the own similarity": exact_values(SumGame(photo.similarities)),
        "the mean: all count the same": exact_values(MeanGame(photo.similarities)),
        "the maximum: only the best counts": exact_values(MaxGame(photo.similarities)),
    }
    return Card(
        id=f"{word}-temperature",
        question=(
            f"The temperature is set very {word}, to {temperature:g}. Which game is now played?"
        ),
        options=tuple(outcomes),
        answer=closest(found, list(outcomes.values())),
        because=f"The temperature says how much a better fit counts; {reason}.",
        numbers=table_rows(
            {"context": photo.labels, f"φ at temperature {temperature:g}": found.tolist()}
            | {f"φ of {name.partition(':')[0]}": phi.tolist() for name, phi in outcomes.items()}
        ),
    )


def negative_value(photo: Photo) -> Card:
    """Ask for the sign of the weakest context's value."""
    temperature = 1.0
    found = exact_values(SoftmaxMeanGame(photo.similarities, temperature)).tolist()
    weakest = int(photo.similarities.argmin())
    return Card(
        id="negative",
        question=(
            f"All similarities are above 0, and the temperature is {temperature:g}. What is the φ "
            f"of the weakest context, {photo.labels[weakest]}?"
        ),
        options=("below 0", "exactly 0", "above 0"),
        answer=1 + sign(found[weakest]),
        because=(
            f"It is {found[weakest]:.4f}. Arriving first, a context brings in its similarity; "
            "later it moves a mean, and a weak one moves it down. φ is the balance of the two, so "
            "it can have either sign."
        ),
        numbers=table_rows(
            {
                "context": photo.labels,
                "similarity": photo.similarities.squeeze(1).tolist(),
                "φ": found,
            }
        ),
    )


def twins(photo: Photo) -> Card:
    """Ask for the interaction of two identical contexts."""
    best = int(photo.similarities.argmax())
    similarities = torch.cat((photo.similarities, photo.similarities[best : best + 1]))
    interactions = pairwise_interactions(value_table(MaxGame(similarities)))[..., 0]  # (n, n)
    found = float(interactions[best, -1])
    return Card(
        id="twins",
        question=(
            f"{photo.labels[best]} is there twice, and a set is worth its best match. What is the "
            "interaction between the twins?"
        ),
        options=(
            "below 0: they stand in for each other",
            "0: they do not meet",
            "above 0: they need each other",
        ),
        answer=1 + sign(found),
        because=(
            f"It is {found:.3f}: once one twin is there, the other adds nothing, so the two add "
            "less together than one by one."
        ),
        numbers=table_rows(
            {
                "context": [*photo.labels, "the twin itself"],
                "interaction with the twin": interactions[-1].tolist(),
            }
        ),
    )


def best_leaves(photo: Photo) -> Card:
    """Ask whether the most useful context can be missed; another may step in for it."""
    game = MaxGame(photo.similarities)
    found = exact_values(game).tolist()
    best = max(range(len(found)), key=found.__getitem__)
    stays = torch.ones(1, len(found), dtype=torch.bool)
    stays[0, best] = False
    everything, left = grand_value(game), float(game.coalition_values(stays))
    needed = everything / 2
    verdict = "another steps in" if left >= needed else "nobody steps in"
    return Card(
        id="leaver",
        question=(
            f"A prediction needs a best match of {needed:.2f}. {photo.labels[best]}, which has the "
            f"highest φ, {found[best] / everything:.0%} of all, is switched off. What happens to "
            "the prediction?"
        ),
        options=("it does not change", "it is lost"),
        answer=int(left < needed),
        because=(
            f"The others reach {left:.2f}: {verdict}. φ shares out what all achieve together; it "
            "does not say what is lost when one leaves."
        ),
        numbers=table_rows(
            {
                "contexts": ["all", f"without {photo.labels[best]}"],
                "v": [everything, left],
                "needed": [needed, needed],
            }
        ),
    )


def bigger_batch(photo: Photo) -> Card:
    """Ask what the size of the batch does to a value."""
    single = SoftmaxMeanGame(photo.similarities)
    double = SoftmaxMeanGame(torch.cat((photo.similarities, photo.similarities)))
    before, after = exact_values(single), exact_values(double)
    outcomes = {"it doubles": 2.0, "it stays": 1.0, "it halves": 0.5}
    means = torch.stack((before.mean(), after.mean()))
    return Card(
        id="bigger-batch",
        question=(
            "The batch grows to twice the size, with contexts of the same kind. What happens to "
            "the mean φ?"
        ),
        options=tuple(outcomes),
        answer=closest(means[1] / means[0], [torch.tensor(x) for x in outcomes.values()]),
        because=(
            f"All φ add up to v(N), {grand_value(single):.3f} before and "
            f"{grand_value(double):.3f} now, and twice as many share it. Only n·φ can be compared "
            "between batches of different sizes."
        ),
        numbers=table_rows(
            {
                "contexts": [single.players, double.players],
                "v(N)": [grand_value(single), grand_value(double)],
                "mean φ": means.tolist(),
            }
        ),
    )


def _before_and_after(
    photo: Photo, before: Sequence[float], after: Sequence[float]
) -> tuple[Mapping[str, str | float], ...]:
    changes = [new - old for new, old in zip(after, before, strict=True)]
    return table_rows(
        {"context": photo.labels, "φ before": before, "φ after": after, "change": changes}
    )
