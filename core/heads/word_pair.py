"""Word-pair head: one label for every pair of words, entities and relations alike."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.heads.categorical import jeffreys
from core.heads.pair_decoding import NONE, agreeing_labels

IGNORED = -1  # a pair of words of which nothing is asked, as in the gold labels

# Distances from one of these up to the next share one vector.
_DISTANCES = (1, 2, 3, 4, 5, 8, 16, 32)
_CELLS_AT_ONCE = 2**16  # bounds the memory of long sentences without gradients


class WordPairHead(nn.Module):
    """Labels pairs of words by comparing what the two say together with one vector a label.

    Paper: a "word-pair contrastive layer", not defined. Ours: r = GELU(U h_i + V h_j + d(j - i)),
    a hidden layer over both words and their distance, is pulled to the prototype of its label and
    pushed from the others' by a softmax over cosines, InfoNCE with labels as candidates; "linear"
    takes inner products and a bias instead, as EEGA. Always float32.
    """

    weights: Tensor
    signatures: Tensor

    def __init__(
        self,
        width: int,
        labels: int,
        *,
        entity_types: int,
        signatures: Sequence[tuple[int, int, int]],
        directed: bool,
        layer: Literal["contrastive", "linear"],
        pair_width: int = 128,
        temperature: float = 0.1,
        none_weight: float = 0.3,
        dropout: float = 0.2,
    ) -> None:
        """Build the head.

        Args:
            width: D.
            labels: How many there are: none, which is number 0, entity types, relations.
            entity_types: How many of them.
            signatures: Allowed (relation, type of head, type of tail), as labels.
            directed: Ask pairs in both orders; otherwise those of the diagonal and above.
            layer: How a pair is compared with the labels.
            pair_width: Size of the vector of a pair, P.
            temperature: Of the cosines; "linear" has none.
            none_weight: What a pair without a label weighs in the loss, next to 1.
            dropout: Of the word features.
        """
        super().__init__()
        self.directed, self.layer, self.temperature = directed, layer, temperature
        self.entity_types = entity_types
        self.dropout = nn.Dropout(dropout)
        self.row = nn.Linear(width, pair_width)
        self.column = nn.Linear(width, pair_width, bias=False)
        self.distance = nn.Embedding(1 + 2 * len(_DISTANCES), pair_width)
        self.label = nn.Linear(pair_width, labels, bias=layer == "linear")
        weights = torch.ones(labels)
        weights[NONE] = none_weight
        self.register_buffer("weights", weights, persistent=False)
        allowed = torch.tensor(list(signatures), dtype=torch.long).view(-1, 3)  # (G, 3)
        self.register_buffer("signatures", allowed, persistent=False)

    def scores(self, features: Tensor, mask: Tensor, pairs: Tensor) -> Tensor:
        """Return label scores of every pair of words, shape (B, L, L, K), float32."""
        del mask, pairs  # pairs of padding are scored, but never asked for
        with torch.autocast(features.device.type, enabled=False):
            words = self.dropout(features.float())  # (B, L, D)
            rows, columns = self.row(words), self.column(words)  # (B, L, P)
            posts = max(1, _CELLS_AT_ONCE // words.shape[1] ** 2)
            parts = zip(rows.split(posts), columns.split(posts), strict=True)
            return torch.cat([self._compare(row, column) for row, column in parts])

    def loss(self, scores: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
        """Return the mean cross-entropy of all pairs asked for in the batch, none weighing less.

        Ours: the mean is over pairs, not over posts, so that each weighs the same in a short and
        in a long sentence. 0 where nothing is asked.

        Args:
            scores: As `scores` returns them, shape (B, L, L, K).
            gold: Labels, shape (B, L, L); `IGNORED` ones are left out.
            mask: True for words, shape (B, L).
        """
        asked = self._taught(gold, mask)  # (B, L, L)
        labels = gold[asked]
        with torch.autocast(scores.device.type, enabled=False):
            losses = functional.cross_entropy(scores[asked], labels, self.weights, reduction="sum")
        smallest = torch.finfo(losses.dtype).tiny
        return losses / self.weights[labels].sum().clamp_min(smallest)

    def loss_weight(self, gold: Tensor, mask: Tensor) -> float:
        """Return the summed weights of all pairs asked for, over which `loss` is a mean."""
        return float(self.weights[gold[self._taught(gold, mask)]].sum())

    @torch.no_grad()
    def decode(self, scores: Tensor, mask: Tensor) -> Tensor:
        """Return labels that agree with one another, `IGNORED` where none is asked.

        Ours: see `agreeing_labels`. EEGA takes the best label of each pair of words by itself, and
        then what is most frequent.

        Returns:
            Labels, shape (B, L, L).
        """
        answers = torch.full(scores.shape[:3], NONE, device=scores.device)  # (B, L, L)
        for answer, post, words in zip(answers, scores, mask.sum(1).tolist(), strict=True):
            answer[:words, :words] = agreeing_labels(
                post[:words, :words], self.entity_types, self.signatures, directed=self.directed
            )
        return answers.masked_fill(~self._asked(mask), IGNORED)

    def log_likelihood(self, scores: Tensor, answers: Tensor, mask: Tensor) -> Tensor:
        """Return the log-likelihood of exactly these labels, in nats, shape (B,).

        Pairs are independent given the features, so it is a sum over those asked for.
        """
        asked = self._taught(answers, mask)  # (B, L, L)
        shares = scores.float().log_softmax(-1)  # (B, L, L, K)
        chosen = shares.gather(-1, answers.clamp_min(0).unsqueeze(-1)).squeeze(-1)  # (B, L, L)
        return (chosen * asked).sum((1, 2))

    def disagreement(self, scores: Tensor, others: Tensor, mask: Tensor) -> Tensor:
        """Return half the Jeffreys divergence of two readings, a mean over pairs, shape (B,)."""
        asked = self._asked(mask)  # (B, L, L)
        apart = jeffreys(scores, others) * asked
        return apart.sum((1, 2)) / asked.sum((1, 2)) / 2

    def _compare(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Compare pairs with labels, shape (B, L, L, K)."""
        both = rows.unsqueeze(2) + columns.unsqueeze(1)  # (B, L, L, P)
        hidden = functional.gelu(both + self.distance(_buckets(rows.shape[1], rows.device)))
        if self.layer == "linear":
            compared: Tensor = self.label(hidden)
            return compared
        prototypes = functional.normalize(self.label.weight, dim=-1)  # (K, P)
        return (
            functional.linear(functional.normalize(hidden, dim=-1), prototypes) / self.temperature
        )

    def _asked(self, mask: Tensor) -> Tensor:
        """Return which pairs are asked for, shape (B, L, L)."""
        both = mask.unsqueeze(2) & mask.unsqueeze(1)
        return both if self.directed else both.triu()

    def _taught(self, labels: Tensor, mask: Tensor) -> Tensor:
        """Return which pairs are asked for and have a label, shape (B, L, L)."""
        return self._asked(mask) & (labels != IGNORED)


def _buckets(length: int, device: torch.device) -> Tensor:
    """Number the distance from row to column, its direction included, shape (L, L)."""
    place = torch.arange(length, device=device)
    distance = place - place.unsqueeze(1)  # (L, L)
    edges = torch.tensor(_DISTANCES, device=device)
    bucket = torch.bucketize(distance.abs(), edges, right=True)
    return bucket + len(_DISTANCES) * (distance < 0)
