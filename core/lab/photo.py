"""Games among descriptions of one photo: the method's own, with its contexts as players."""

import random
from collections.abc import Sequence
from dataclasses import replace

import torch

from core.errors import InputError
from core.lab.small_game import (
    TEMPERATURE,
    LabGame,
    by_coalition,
    check_size,
    check_temperature,
    one_line,
)
from core.shapley.coalitions import all_coalitions
from core.shapley.similarity_games import SoftmaxMeanGame

_POST = "Rex will not leave the sea alone"
# Descriptions of its photo, and how similar each usually is to the post.
_DESCRIPTIONS = (
    ("a dog in the waves", 0.62),
    ("a man throws a ball", 0.44),
    ("sand and water", 0.41),
    ("an animal plays outdoors", 0.38),
    ("a day by the sea", 0.33),
    ("a blue sky", 0.21),
    ("a red umbrella", 0.14),
    ("words on a sign", 0.07),
)


def context_game(
    labels: Sequence[str], similarities: Sequence[float], temperature: float = TEMPERATURE
) -> LabGame:
    """Return the alignment game among a post's own contexts, at most eight.

    Args:
        labels: One per context.
        similarities: Of each context to the target, cosine.
        temperature: Of the softmax-mean game, in units of similarity.

    Raises:
        InputError: Labels and similarities differ in number, there are none or too many, or a
            number is not finite or the temperature not positive.
    """
    if len(labels) != len(similarities):
        raise InputError(
            f"{len(labels)} labels name {len(similarities)} similarities; give one for each"
        )
    check_size(len(labels))
    check_temperature(temperature)
    soft = SoftmaxMeanGame(
        torch.tensor(similarities, dtype=torch.float64).unsqueeze(1), temperature
    )
    soft.check()
    values = soft.coalition_values(all_coalitions(soft.players)).squeeze(1)  # (2^n,)
    return LabGame(
        name="contexts",
        title="This post's contexts",
        story="Contexts of one post play for their softmax-weighted mean similarity to it.",
        players=tuple(one_line(label) for label in labels),
        values=tuple(values.tolist()),
        unit="similarity",
    )


def photo_contexts(players: int, seed: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return descriptions of one photo and their similarities to its post, the best one first.

    Args:
        players: How many, 1 to 8.
        seed: Moves every similarity a little off the usual one.

    Raises:
        InputError: The size is out of range.
    """
    check_size(players)
    draw = random.Random(seed)
    similarities: list[float] = []
    # No two alike: a question about the best of them has one answer.
    while len(set(similarities)) < len(_DESCRIPTIONS):
        similarities = [round(usual + draw.uniform(-0.05, 0.05), 2) for _, usual in _DESCRIPTIONS]
    labels = (
        f"{text} ({similarity:.2f})"
        for (text, _), similarity in zip(_DESCRIPTIONS, similarities, strict=True)
    )
    return tuple(labels)[:players], tuple(similarities[:players])


def best_match(players: int, seed: int) -> LabGame:
    """Return the game of the best description, which is the airport game in disguise."""
    labels, similarities = photo_contexts(players, seed)
    return by_coalition(
        "best_match",
        "Best match",
        "Descriptions of one photo are worth the similarity of the best one among them to the post "
        f"“{_POST}”.",
        labels,
        lambda members: max((similarities[i] for i in members), default=0.0),
        unit="similarity",
    )


def soft_match(players: int, seed: int) -> LabGame:
    """Return the game Shap-CA plays: good descriptions count more, all count."""
    labels, similarities = photo_contexts(players, seed)
    return replace(
        context_game(labels, similarities),
        name="soft_match",
        title="Soft match",
        story="Descriptions of one photo are worth their mean similarity to the post "
        f"“{_POST}”, good ones counting more: this is the game Shap-CA plays.",
    )
