"""What every head does that gives a post exactly one of K labels."""

import torch
from torch import Tensor, nn


class CategoricalHead(nn.Module):
    """Turns label scores of shape (B, K) into a loss, an answer and probabilities.

    Masks are not asked for: they are in the scores already.
    """

    def loss(self, scores: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
        """Return the cross-entropy of gold labels of shape (B,), averaged over posts, in nats."""
        return -self.log_likelihood(scores, gold, mask).mean()

    def loss_weight(self, gold: Tensor, mask: Tensor) -> float:
        """Return the number of posts, over which `loss` is a mean."""
        return float(len(gold))

    @torch.no_grad()
    def decode(self, scores: Tensor, mask: Tensor) -> Tensor:
        """Return the best label of each post, shape (B,); the first of equally good ones."""
        return scores.argmax(-1)

    def log_likelihood(self, scores: Tensor, answers: Tensor, mask: Tensor) -> Tensor:
        """Return the log-likelihood of these labels of shape (B,), in nats, shape (B,)."""
        return scores.log_softmax(-1).gather(-1, answers.unsqueeze(-1)).squeeze(-1)

    def disagreement(self, scores: Tensor, others: Tensor, mask: Tensor) -> Tensor:
        """Return half the Jeffreys divergence of two readings' labels, in nats, shape (B,)."""
        return jeffreys(scores, others) / 2

    @torch.no_grad()
    def probabilities(self, scores: Tensor) -> Tensor:
        """Return the probability of each label, shape (B, K); rows sum to 1."""
        return scores.softmax(-1)


def jeffreys(scores: Tensor, others: Tensor) -> Tensor:
    """Return KL(p, q) + KL(q, p) of the distributions that scores (..., K) stand for, in nats."""
    return ((scores.softmax(-1) - others.softmax(-1)) * (scores - others)).sum(-1)
