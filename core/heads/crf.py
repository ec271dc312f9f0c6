"""Linear-chain CRF over words: pytorch-crf's likelihood and Viterbi, our marginals and scores."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torchcrf import CRF

EXCLUDED = -1e4  # a score that no path can afford, finite so that sums stay finite


class CRFHead(nn.Module):
    """Scores a tag sequence per sentence (Lafferty et al., 2001).

    Paper: a CRF for MNER. Ours: always in float32, since under bfloat16 the likelihood of a
    sentence is off by whole nats.
    """

    def __init__(self, width: int, tags: int, *, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.projection = nn.Linear(width, tags)
        self.crf = CRF(tags, batch_first=True)

    def scores(self, features: Tensor, mask: Tensor, pairs: Tensor) -> Tensor:
        """Return tag scores of shape (B, L, K), float32, for features of shape (B, L, D)."""
        del mask, pairs  # every word is scored by itself
        scores: Tensor = self.projection(self.dropout(features))
        return scores.float()

    def loss(self, scores: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
        """Return the mean negative log-likelihood per sentence; see `log_likelihood`."""
        return -self.log_likelihood(scores, gold, mask).mean()

    def loss_weight(self, gold: Tensor, mask: Tensor) -> float:
        """Return the number of posts, over which `loss` is a mean."""
        return float(len(gold))

    def log_likelihood(self, scores: Tensor, answers: Tensor, mask: Tensor) -> Tensor:
        """Return the log-likelihood of each sentence's tags, shape (B,).

        Args:
            scores: Of tags, shape (B, L, K).
            answers: Tags, shape (B, L); any valid id where padded.
            mask: True for words, shape (B, L); the first word of every sentence must be set.
        """
        with torch.autocast(scores.device.type, enabled=False):
            likelihood: Tensor = self.crf(scores, answers, mask=mask, reduction="none")
        return likelihood

    @torch.no_grad()
    def decode(self, scores: Tensor, mask: Tensor) -> Tensor:
        """Return the best tags, 0 where padded, shape (B, L)."""
        paths = [torch.tensor(path) for path in self.best_paths(scores, mask)]
        missing = mask.shape[1] - max(len(path) for path in paths)
        padded = nn.functional.pad(pad_sequence(paths, batch_first=True), (0, missing))
        return padded.to(mask.device)

    @torch.no_grad()
    def best_paths(self, emissions: Tensor, mask: Tensor) -> list[list[int]]:
        """Return the best tag sequence of each sentence (Viterbi), without its padding."""
        paths: list[list[int]] = self.crf.decode(emissions, mask=mask)
        return paths

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Return the probability of each tag at each word (forward-backward), differentiable.

        Args:
            emissions: Tag scores, shape (B, L, K).
            mask: True for words, shape (B, L).

        Returns:
            Shape (B, L, K); rows sum to 1, those of padding are 0.
        """
        crf = self.crf
        backward = [crf.end_transitions.expand(len(emissions), -1)]  # (B, K), of the last word
        for word in range(emissions.shape[1] - 1, 0, -1):
            leaving = crf.transitions + (emissions[:, word] + backward[-1]).unsqueeze(1)
            mass = torch.logsumexp(leaving, dim=2)  # (B, K)
            backward.append(torch.where(mask[:, word, None], mass, crf.end_transitions))
        both = self._forward(emissions) + torch.stack(backward[::-1], dim=1)  # (B, L, K)
        return both.softmax(-1) * mask.unsqueeze(-1)

    def disagreement(self, scores: Tensor, others: Tensor, mask: Tensor) -> Tensor:
        """Return half the Jeffreys divergence of two distributions over tag sequences, shape (B,).

        Ours: both have the same transitions, so that their masses cancel and marginals are enough.
        """
        with torch.autocast(scores.device.type, enabled=False):
            one, other = (self.marginals(each, mask) for each in (scores, others))
            return ((one - other) * (scores - others)).sum((1, 2)) / 2

    def agreeing(self, path: Sequence[int], span: tuple[int, int, int]) -> Tensor:
        """Return which tags agree with a span: exactly its own, and it starts and ends there.

        Args:
            path: Tags of the sentence, length L; of interest are those of the span.
            span: Its first word, the word after its last, and the tag that would continue it, which
                stands right after the tag that would begin it.

        Returns:
            Shape (L, K), bool.
        """
        start, end, continuing = span
        allowed = torch.ones(len(path), self.crf.num_tags, dtype=torch.bool)
        for word in range(start, end):
            allowed[word] = False
            allowed[word, path[word]] = True
        if end < len(path):
            allowed[end, continuing] = False
        if start > 0 and path[start] == continuing:  # it would go on with what stands before it
            allowed[start - 1, continuing - 1 : continuing + 1] = False
        return allowed

    def log_share(self, emissions: Tensor, allowed: Tensor) -> Tensor:
        """Return the log of the share of all paths' mass whose tags are all allowed, shape (B,).

        Args:
            emissions: Tag scores without padding, shape (B, L, K); differentiable.
            allowed: Shape (B, L, K), bool. Either may have one row for all of the other's.
        """
        kept = emissions.masked_fill(~allowed, EXCLUDED)  # (B, L, K)
        return self._log_mass(kept) - self._log_mass(emissions)

    def _forward(self, emissions: Tensor) -> Tensor:
        """Return the log mass of all paths that end in each tag, shape (B, L, K)."""
        steps = [self.crf.start_transitions + emissions[:, 0]]  # (B, K)
        for word in range(1, emissions.shape[1]):
            arriving = steps[-1].unsqueeze(2) + self.crf.transitions  # (B, K, K)
            steps.append(torch.logsumexp(arriving, dim=1) + emissions[:, word])
        return torch.stack(steps, dim=1)

    def _log_mass(self, emissions: Tensor) -> Tensor:
        """Return the log mass of all paths, shape (B,)."""
        return torch.logsumexp(self._forward(emissions)[:, -1] + self.crf.end_transitions, dim=-1)
