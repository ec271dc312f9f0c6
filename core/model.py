"""The Shap-CA model: composes encoders, alignment, fusion and heads; it has no maths of its own."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.config import Config, TrainingConfig
from core.datasets.batches import CHARACTERS, Batch
from core.datasets.hidden_words import hide_words
from core.encoders.characters import CharacterEncoder
from core.encoders.text import TextEncoder, mean_pool, subdue_contexts
from core.fusion import ContextGatedFusion, Fused, bridge_weights
from core.heads.hidden_words import HiddenWordHead
from core.tasks import build_head


@dataclass(frozen=True)
class AlignmentFeatures:
    """Unit vectors of texts, contexts and images on one sphere; absent ones are zeros.

    Attributes:
        text: Shape (B, P).
        contexts: Shape (B, n, P).
        image: Shape (B, P).
    """

    text: Tensor
    contexts: Tensor
    image: Tensor


@dataclass(frozen=True)
class Reading:
    """What the model makes of a batch.

    Attributes:
        scores: What the task's head returns, shape (B, ...).
        features: Fused word features, shape (B, L, D).
        fused: Gates and attention; None when no post of the batch has an image.
        bridge_shares: Share of each context in the bridge, shape (B, n); None as above.
    """

    scores: Tensor
    features: Tensor
    fused: Fused | None
    bridge_shares: Tensor | None


class ShapCA(nn.Module):
    """Reads a post with the help of its contexts and its image, for the task of its head.

    Paper: joint encoding of text and context, Shapley alignment, context-gated fusion. Ours:
    alignment encodes text and context in separate passes, because a context that has already read
    its own text would be recognised by leakage rather than meaning.
    """

    def __init__(self, config: Config, text_encoder: TextEncoder, *, image_width: int) -> None:
        super().__init__()
        width, align = text_encoder.width, config.alignment.width
        self.image_width = image_width
        self.bridge_temperature = config.fusion.bridge_temperature
        self.context_attention = config.fusion.context_attention
        self.text_encoder = text_encoder
        self.text_projection = nn.Linear(width, align, bias=False)
        self.context_projection = nn.Linear(width, align, bias=False)
        nn.init.orthogonal_(self.text_projection.weight)
        # The two start equal: training starts from the sentence encoder's own similarity.
        self.context_projection.load_state_dict(self.text_projection.state_dict())
        self.image_projection = nn.Sequential(
            nn.LayerNorm(image_width),
            nn.Linear(image_width, 2 * align),
            nn.GELU(),
            nn.Linear(2 * align, align),
        )
        self.fusion = ContextGatedFusion(
            width,
            image_width,
            heads=config.fusion.heads,
            dropout=config.fusion.dropout,
            gated=config.fusion.gated,
            gate_bias=config.fusion.gate_bias,
        )
        characters = config.text_encoder.character_width
        self.characters = CharacterEncoder(len(CHARACTERS) + 2, characters) if characters else None
        self.head = build_head(config.head, width + characters)
        self.word_head: HiddenWordHead | None = None  # of models that learn to tell hidden words
        labels = len(config.head.labels) if config.head.task != "classification" else 0
        self.label_head = nn.Linear(width, labels) if labels else None

    def align(self, batch: Batch) -> AlignmentFeatures:
        """Place texts, contexts and images on the alignment sphere, each encoded by itself."""
        rows, slots, length = batch.context_ids.shape
        present = batch.has_context.flatten()  # (B*n,)
        contexts = self._pooled(
            batch.context_ids.view(rows * slots, length),
            batch.context_mask.view(rows * slots, length),
            present,
        )  # (B*n, D)
        text = self._pooled(batch.text_ids, batch.text_mask, batch.word_mask.any(1))  # (B, D)
        image = batch.image_pooled
        if image is None:
            image = text.new_zeros(rows, self.image_width)
        return AlignmentFeatures(
            _unit(self.text_projection(text)),
            _unit(self.context_projection(contexts)).view(rows, slots, -1)
            * batch.has_context.unsqueeze(-1),
            _unit(self.image_projection(image)) * batch.has_image.unsqueeze(-1),
        )

    def read(
        self, batch: Batch, *, use_image: bool = True, shares: Tensor | None = None
    ) -> Reading:
        """Score what the head tells apart.

        Args:
            batch: The posts; every row must have at least one word.
            use_image: False leaves every image out, as if the posts had none.
            shares: Of each context in the bridge where they are known, shape (B, n); None: by
                alignment.
        """
        hidden = self.text_encoder(batch.input_ids, self._mask(batch), batch.token_type_ids)
        starts = batch.word_starts.unsqueeze(-1).expand(-1, -1, hidden.shape[-1])
        words = hidden.gather(1, starts)  # (B, L, D)
        features, fused, bridged = self.fusion.without_image(words), None, None
        if use_image and batch.image_regions is not None and bool(batch.has_image.any()):
            if shares is None:
                with torch.no_grad():  # a share is a decision, not a feature
                    shares = self.bridge_shares(self.align(batch), batch.has_context)
            bridged = shares
            bridge = torch.einsum("bn,bnd->bd", shares.to(hidden.dtype), _contexts(hidden, batch))
            fused = self.fusion(words, batch.image_regions, bridge, batch.has_context.any(1))
            seeing = batch.has_image.view(-1, 1, 1)
            features = torch.where(seeing, fused.words.to(features.dtype), features)
        inputs = features
        if self.characters is not None:
            inputs = torch.cat([features, self.characters(batch.char_ids).to(features.dtype)], -1)
        scores = self.head.scores(inputs, batch.word_mask, batch.pairs)
        return Reading(scores, features, fused, bridged)

    def classify(self, reading: Reading, batch: Batch) -> Tensor:
        """Return label scores of whole posts, shape (B, labels).

        Raises:
            ValueError: The model was built without labels.
        """
        if self.label_head is None:
            raise ValueError("this model has no labels to tell apart")
        scores: Tensor = self.label_head(mean_pool(reading.features, batch.word_mask))
        return scores.float()

    def tell_words(
        self, batch: Batch, rates: TrainingConfig, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Hide words of the sentences, and return what the model takes them for.

        Args:
            batch: The posts.
            rates: Say how many words are hidden.
            generator: Chooses them; None: the default one.

        Returns:
            Scores of every piece for each hidden one, shape (N, V), and the right ones, shape (N,).

        Raises:
            ValueError: The model was built without a head for it.
        """
        if self.word_head is None:
            raise ValueError("this model does not learn to tell hidden words")
        table = self.text_encoder.table
        hidden = hide_words(
            batch,
            words=rates.hidden_words,
            capitals=rates.hidden_capitals,
            mask=self.word_head.mask,
            vocabulary=len(table),
            generator=generator,
        )
        states = self.text_encoder(hidden.input_ids, self._mask(batch), batch.token_type_ids)
        return self.word_head(states[hidden.where], table), batch.input_ids[hidden.where]

    @torch.no_grad()
    def decode(self, batch: Batch, *, use_image: bool = True) -> Tensor:
        """Return the best answers, in the shape of the batch's gold."""
        return self.head.decode(self.read(batch, use_image=use_image).scores, batch.word_mask)

    def bridge_shares(self, aligned: AlignmentFeatures, has_context: Tensor) -> Tensor:
        """Share the bridge by alignment with the text and, where there is one, the image.

        Args:
            aligned: Features of the posts, B rows, or one row for all.
            has_context: Which contexts take part, shape (B, n), bool.

        Returns:
            Shares, shape (B, n); see `bridge_weights`.
        """
        post = aligned.text + aligned.image
        affinity = torch.einsum("bnp,bp->bn", aligned.contexts, post).expand_as(has_context)
        return bridge_weights(affinity, has_context, temperature=self.bridge_temperature)

    def _mask(self, batch: Batch) -> Tensor:
        """Return the mask of the joint reading.

        Ours: contexts are subdued only once trained. Training reads with them and without, and a
        smaller weight reads between the two.
        """
        if self.training or self.context_attention == 1:
            return batch.attention_mask
        return subdue_contexts(batch.attention_mask, batch.token_type_ids, self.context_attention)

    def _pooled(self, input_ids: Tensor, mask: Tensor, present: Tensor) -> Tensor:
        """Encode and pool the rows that are present; the others are zeros, shape (rows, D)."""
        pooled = torch.zeros(len(input_ids), self.text_encoder.width, device=input_ids.device)
        if bool(present.any()):
            hidden = self.text_encoder(input_ids[present], mask[present])
            pooled = pooled.masked_scatter(
                present.unsqueeze(-1), mean_pool(hidden, mask[present]).to(pooled.dtype)
            )
        return pooled


def _contexts(hidden: Tensor, batch: Batch) -> Tensor:
    """Average the joint encoding over each context's pieces, shape (B, n, D)."""
    position = torch.arange(hidden.shape[1], device=hidden.device)
    spans = batch.context_spans.unsqueeze(-1)  # (B, n, 2, 1)
    inside = (position >= spans[:, :, 0]) & (position < spans[:, :, 1])  # (B, n, S)
    return mean_pool(hidden.unsqueeze(1), inside)


def _unit(vectors: Tensor) -> Tensor:
    return nn.functional.normalize(vectors.float(), dim=-1)
