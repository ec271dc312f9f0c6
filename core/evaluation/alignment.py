"""How well Shapley values tell a post's own context from other posts' contexts."""

from dataclasses import dataclass

import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from core.shapley import SoftmaxMeanGame, shapley_values


@dataclass(frozen=True)
class AlignmentReport:
    """Own against foreign contexts, over games of K posts drawn at random.

    Attributes:
        posts: Posts that took part.
        game_size: K, the players of each game.
        auroc: Area under the ROC curve of Kφ: own contexts against foreign ones, games pooled.
        auroc_similarity: The same of the raw similarity.
        recall_at_1: Share of the games whose own context has the largest value.
        own_value: Mean Kφ of own contexts.
        foreign_value: Mean Kφ of foreign contexts.
        seed: Of the draw.
    """

    posts: int
    game_size: int
    auroc: float
    auroc_similarity: float
    recall_at_1: float
    own_value: float
    foreign_value: float
    seed: int


def alignment_report(
    contexts: Tensor, targets: Tensor, *, temperature: float, game_size: int = 32, seed: int = 0
) -> AlignmentReport:
    """Play every post's game with its own context and K - 1 of other posts.

    What another post's context says may be word for word what the own one does, where posts share a
    photo; it counts as foreign all the same, so that AUROC stays below 1.

    Args:
        contexts: Unit vectors, one context per post, shape (posts, P).
        targets: Unit vectors of the posts' texts or images, shape (posts, P).
        temperature: Of the utility.
        game_size: K; the last, smaller group is filled up with posts of the first.
        seed: Of the draw of the groups.

    Raises:
        ValueError: There are fewer than two posts.
    """
    posts = len(contexts)
    if posts < 2:
        raise ValueError("alignment needs at least two posts")
    game_size = min(game_size, posts)
    order = torch.randperm(posts, generator=torch.Generator().manual_seed(seed))
    own_value, own_similarity, foreign_value, foreign_similarity, first = [], [], [], [], 0
    for start in range(0, posts, game_size):
        group = order[start : start + game_size]
        fresh = len(group)
        group = torch.cat([group, order[: game_size - fresh]])
        similarity = contexts[group].double() @ targets[group].double().T  # (K, K)
        values = shapley_values(SoftmaxMeanGame(similarity, temperature)).values
        own = torch.eye(game_size, dtype=torch.bool)
        own[:, fresh:] = False
        foreign = ~torch.eye(game_size, dtype=torch.bool)
        foreign[:, fresh:] = False
        own_value.append(values[own])
        own_similarity.append(similarity[own])
        foreign_value.append(values[foreign])
        foreign_similarity.append(similarity[foreign])
        first += int((values.argmax(0) == torch.arange(game_size))[:fresh].sum())
    return AlignmentReport(
        posts=posts,
        game_size=game_size,
        auroc=_auroc(torch.cat(own_value), torch.cat(foreign_value)),
        auroc_similarity=_auroc(torch.cat(own_similarity), torch.cat(foreign_similarity)),
        recall_at_1=first / posts,
        own_value=float(torch.cat(own_value).mean()) * game_size,
        foreign_value=float(torch.cat(foreign_value).mean()) * game_size,
        seed=seed,
    )


def _auroc(own: Tensor, foreign: Tensor) -> float:
    truth = torch.cat([torch.ones_like(own), torch.zeros_like(foreign)])
    return float(roc_auc_score(truth.numpy(), torch.cat([own, foreign]).numpy()))
