"""The text encoder: contextual word pieces from any Hugging Face encoder, by default MiniLM."""

import hashlib
import json
import math

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import (
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from core.errors import InputError
from core.weights import resolve_model

_LOADING_ERRORS = (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError)


class TextEncoder(nn.Module):
    """Encodes word pieces; its embedding table stays frozen, and its lowest layers when asked.

    Paper: BERT. Ours: any encoder of the BERT family by id or folder, MiniLM by default; frozen
    embeddings, so that a checkpoint need not carry the table.
    """

    def __init__(self, model: PreTrainedModel, *, frozen_layers: int = 0) -> None:
        super().__init__()
        self.model = model
        self.width = int(model.config.hidden_size)
        self._freeze(frozen_layers)

    def _freeze(self, frozen_layers: int) -> None:
        layers = encoder_layers(self.model)
        if frozen_layers > len(layers):
            raise InputError(
                f"frozen_layers is {frozen_layers}, but the text encoder has {len(layers)} layers"
            )
        frozen: list[nn.Module] = [self.model.get_input_embeddings(), *layers[:frozen_layers]]
        frozen += [part for name, part in self.model.named_children() if name == "embeddings"]
        frozen += [part for name, part in self.model.named_children() if name == "pooler"]
        for part in frozen:
            part.requires_grad_(False)

    @property
    def table(self) -> Tensor:
        """The frozen embeddings of all pieces, shape (V, D)."""
        return self.model.get_input_embeddings().get_parameter("weight")

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Return the last hidden states, shape (B, S, D), of pieces of shape (B, S).

        Args:
            input_ids: Pieces.
            attention_mask: 1 for pieces, 0 for padding, shape (B, S), or what is added to the
                attention of one piece (row) to another, shape (B, 1, S, S).
            token_type_ids: Left out for models that have none.
        """
        types = {}
        if token_type_ids is not None and getattr(self.model.config, "type_vocab_size", 0) > 1:
            types["token_type_ids"] = token_type_ids
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, **types)
        hidden: Tensor = output.last_hidden_state
        return hidden


def subdue_contexts(attention_mask: Tensor, token_type_ids: Tensor, weight: float) -> Tensor:
    """Return the attention mask under which the sentence attends less to contexts.

    Ours: before they are normalised, the weights that a piece of the sentence gives to pieces of
    contexts are multiplied by `weight`, in every layer and head. At 1 nothing changes; towards 0
    the sentence is read as if it stood alone. Contexts read one another and the sentence as ever.

    Args:
        attention_mask: 1 for pieces, 0 for padding, shape (B, S).
        token_type_ids: 0 for the sentence, 1 for contexts, shape (B, S).
        weight: Above 0.

    Returns:
        What is added to the logits of attention, shape (B, 1, S, S).
    """
    there = attention_mask.bool()
    context = there & token_type_ids.bool()  # (B, S)
    listening = (there & ~context).unsqueeze(2) & context.unsqueeze(1)  # (B, S, S)
    added = listening * math.log(weight)
    return added.masked_fill(~there.unsqueeze(1), torch.finfo(added.dtype).min).unsqueeze(1)


def encoder_layers(model: PreTrainedModel) -> list[nn.Module]:
    """Return the transformer layers from the bottom up, whatever the family calls them.

    Raises:
        InputError: The model has no list of layers that is known here.
    """
    depth = getattr(model.config, "num_hidden_layers", None)
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    raise InputError(f"{type(model).__name__} cannot be a text encoder: it has no list of layers")


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Average hidden states (..., S, D) where `mask` (..., S) is set; empty rows give zeros."""
    weights = mask.to(hidden.dtype).unsqueeze(-1)  # (..., S, 1)
    return (hidden * weights).sum(-2) / weights.sum(-2).clamp(min=1)


def load_tokenizer(name_or_path: str) -> PreTrainedTokenizerFast:
    """Load the fast tokenizer of a packaged name, a Hugging Face id or a folder.

    Raises:
        InputError: There is none, or it has no fast version.
    """
    source = resolve_model(name_or_path)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, add_prefix_space=True)
    except _LOADING_ERRORS as error:
        raise InputError(
            f"{name_or_path}: holds no readable tokenizer; it needs tokenizer.json, as "
            "save_pretrained writes it"
        ) from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise InputError(f"{name_or_path}: its tokenizer has no fast version")
    return tokenizer


def load_text_encoder(name_or_path: str, *, frozen_layers: int = 0) -> TextEncoder:
    """Load a text encoder by packaged name, Hugging Face id or folder, as float32.

    Raises:
        InputError: The model cannot be found or read, lacks weights, or is not a text encoder.
    """
    source = resolve_model(name_or_path)
    try:
        model, report = AutoModel.from_pretrained(
            source, dtype=torch.float32, output_loading_info=True
        )
    except _LOADING_ERRORS as error:
        raise InputError(
            f"{name_or_path}: holds no readable text encoder; it needs config.json and "
            "model.safetensors, as save_pretrained writes them"
        ) from error
    missing: set[str] = report["missing_keys"]
    if lacking := sorted(name for name in missing if not name.startswith("pooler.")):
        raise InputError(f"{name_or_path}: lacks weights of a text encoder, such as {lacking[0]}")
    if missing:
        model.pooler = None  # never read; left at random, it would change every fingerprint
    if not hasattr(model.config, "hidden_size") or model.config.is_encoder_decoder:
        raise InputError(f"{name_or_path}: is not a text encoder; choose one of the BERT family")
    return TextEncoder(model, frozen_layers=frozen_layers)


def frozen_fingerprint(module: nn.Module) -> str:
    """Return the SHA-256 of every frozen parameter: name, shape and bytes, in order of name."""
    digest = hashlib.sha256()
    for name, parameter in sorted(module.named_parameters()):
        if not parameter.requires_grad:
            digest.update(f"{name}{tuple(parameter.shape)}".encode())
            digest.update(parameter.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def tokenizer_fingerprint(tokenizer: PreTrainedTokenizerFast) -> str:
    """Return the SHA-256 of the tokenizer's definition, without the padding of its last call."""
    definition = json.loads(tokenizer.backend_tokenizer.to_str())
    for changing in ("padding", "truncation"):
        definition.pop(changing, None)
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
