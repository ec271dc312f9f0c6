"""The prediction game: how much each context speaks for what the model finally says.

Ours. The players are the post's own contexts. A coalition is worth the log-likelihood of the final
prediction (what is decoded with every context given) when the model is given only its contexts,
less the same without any. It is what the pipeline would compute for a post with those contexts: the
bridge is shared among them, and they share the room in the encoder's input.

The post is read once for each of the 2^n coalitions, rows of like length together. What does not
depend on the coalition, how each context aligns with the post, is computed once.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from core.datasets.batches import Batch
from core.datasets.targets import Codec
from core.heads.protocol import Head
from core.model import ShapCA
from core.outcomes import scored_outcomes
from core.records import Coalition, Example, Outcome, OwnGame, PredictionGame, Side
from core.shapley import shapley_values
from core.shapley.coalitions import all_coalitions
from core.shapley.given_games import TableGame
from core.shapley.interactions import pairwise_interactions

CONTEXT_LIMIT = 8
_PIECES_AT_ONCE = 1024  # more leave the cache of a CPU

ReadCoalitions = Callable[[Sequence[Sequence[int]]], Batch]
"""Collates the post once for each coalition; players are numbered in the order of the contexts."""


@torch.inference_mode()
def coalition_scores(model: ShapCA, read: ReadCoalitions, players: int) -> Tensor:
    """Return the head's scores for every coalition in binary order, shape (2^n, ...).

    Args:
        model: In evaluation mode.
        read: Collates the post.
        players: Number of contexts n, at least 1.
    """
    whole = read([range(players)])
    coalitions = all_coalitions(players, device=whole.input_ids.device)  # (2^n, n)
    shares = model.bridge_shares(model.align(whole), coalitions)  # (2^n, n)
    members_first = (~coalitions).int().argsort(dim=1, stable=True)  # (2^n, n)
    packed = shares.gather(1, members_first)
    # [CLS] and [SEP] count for the text, in the joint input a context has only its [SEP].
    context_pieces = whole.context_mask[0].sum(-1) - 1  # (n,)
    lengths = whole.text_mask.sum() + (coalitions * context_pieces).sum(1)  # (2^n,)
    scores: list[Tensor] = [torch.empty(0)] * len(coalitions)
    for rows in _groups(lengths.tolist()):
        batch = read([coalitions[row].nonzero().flatten().tolist() for row in rows])
        slots = batch.has_context.shape[1]
        read_scores = model.read(batch, shares=packed[rows, :slots]).scores
        for row, row_scores in zip(rows, read_scores, strict=True):
            scores[row] = row_scores
    return torch.stack(scores)


def play_prediction_game(
    head: Head,
    codec: Codec,
    example: Example,
    scores: Tensor,
    *,
    words: int,
    contexts: Sequence[int],
    own_games: Sequence[OwnGame],
    seconds: float,
) -> PredictionGame:
    """Return the game that the coalitions' scores amount to.

    Args:
        head: Decodes and scores.
        codec: Names what the head tells apart.
        example: The post.
        scores: Of the post for every coalition in binary order, shape (2^n, ...).
        words: How many of its words were read.
        contexts: The players' places in the record.
        own_games: Games of the same players, whose values are noted beside.
        seconds: What the scores took.
    """
    likelihood = _likelihood_of_final(head, scores, words)  # (2^n,)
    values = likelihood - likelihood[0]
    shapley = shapley_values(TableGame(values)).values[:, 0]
    return PredictionGame(
        contexts=list(contexts),
        coalitions=_coalitions(
            values.tolist(),
            [found.outcome for found in scored_outcomes(head, codec, example, scores, words)],
            contexts=contexts,
            alignment={game.side: game.values for game in own_games},
        ),
        log_likelihood_empty=float(likelihood[0]),
        shapley_values=shapley.tolist(),
        interactions=pairwise_interactions(values.unsqueeze(1))[:, :, 0].tolist(),
        efficiency_residual=float(shapley.sum() - values[-1]),
        seconds=seconds,
    )


@torch.no_grad()
def _likelihood_of_final(head: Head, scores: Tensor, words: int) -> Tensor:
    """Return the log-likelihood of the last row's answer in every row, shape (2^n,), float64."""
    read = torch.ones(len(scores), words, dtype=torch.bool, device=scores.device)
    final = head.decode(scores[-1:], read[-1:])  # (1, ...)
    likelihood = head.log_likelihood(scores, final.expand(len(scores), *final.shape[1:]), read)
    return likelihood.cpu().double()


def _coalitions(
    values: Sequence[float],
    outcomes: Sequence[Outcome],
    *,
    contexts: Sequence[int],
    alignment: dict[Side, list[float]],
) -> list[Coalition]:
    text, image = alignment.get("text"), alignment.get("image")
    return [
        Coalition(
            members=[place for bit, place in enumerate(contexts) if row >> bit & 1],
            value=value,
            text_value=text[row] if text else None,
            image_value=image[row] if image else None,
            entities=found.entities,
            relations=found.relations,
            label=found.label,
        )
        for row, (value, found) in enumerate(zip(values, outcomes, strict=True))
    ]


def _groups(lengths: Sequence[int]) -> list[list[int]]:
    """Put rows of like length together, each group within the pieces read at once."""
    groups: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Rows come in order of length: padded to this one, the group has so many pieces.
        if groups and (len(groups[-1]) + 1) * lengths[row] <= _PIECES_AT_ONCE:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
