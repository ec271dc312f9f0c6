"""What the model asks of a head, whatever the task."""

from typing import Protocol

from torch import Tensor


class Head(Protocol):
    """Turns word features into scores, scores into a loss and into the best answer.

    Scores are float32, and so is everything made of them. Their shape, like that of the answers, is
    the task's own; the first axis is the posts'.
    """

    def scores(self, features: Tensor, mask: Tensor, pairs: Tensor) -> Tensor:
        """Return scores, shape (B, ...).

        Args:
            features: Of words, shape (B, L, D).
            mask: True for words, shape (B, L).
            pairs: Words (half open) of the head and of the tail whose relation is asked for, shape
                (B, 2, 2); zeros where nothing is asked.
        """
        ...

    def loss(self, scores: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
        """Return what is minimised, a mean over posts unless the head says over what.

        `gold` is as the task's codec encodes it.
        """
        ...

    def loss_weight(self, gold: Tensor, mask: Tensor) -> float:
        """Return how much `loss` is a mean over: what it weighs beside the loss of other posts."""
        ...

    def decode(self, scores: Tensor, mask: Tensor) -> Tensor:
        """Return the best answers, in the shape of gold."""
        ...

    def log_likelihood(self, scores: Tensor, answers: Tensor, mask: Tensor) -> Tensor:
        """Return the log-likelihood of exactly these answers, in nats, shape (B,)."""
        ...

    def disagreement(self, scores: Tensor, others: Tensor, mask: Tensor) -> Tensor:
        """Return how far apart two readings of each post are, in nats, shape (B,).

        Half the Jeffreys divergence, the mean of the two Kullback-Leibler divergences; 0 exactly
        where both say the same. On the scale of `loss`, and differentiable.
        """
        ...
