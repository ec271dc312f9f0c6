"""What defines a captioner, and what is chosen when it is used."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from core.config import CardConfig, Section


class DecoderConfig(Section):
    """Size of the decoder."""

    width: PositiveInt = 256
    layers: PositiveInt = 3
    heads: PositiveInt = 8
    inner: PositiveInt = 1024
    dropout: float = Field(0.3, ge=0, lt=1)
    image_dropout: float = Field(0.2, ge=0, lt=1, description="of regions and objects")
    max_words: PositiveInt = 18


class CorpusConfig(Section):
    """Photos with captions, one JSON object a line."""

    root: str = Field("data", description="folder; the SHAPCA_DATA variable takes its place")
    file: str = "flickr8k/data.jsonl"
    images: str = "flickr8k/images"
    least_count: PositiveInt = Field(3, description="of a word that can be written")


class FittingConfig(Section):
    """Optimisation."""

    epochs: PositiveInt = 12
    photos_at_once: PositiveInt = 24
    learning_rate: PositiveFloat = 1e-3
    weight_decay: float = Field(0.05, ge=0)
    warmup: float = Field(0.06, ge=0, lt=1, description="share of all steps")
    clip: PositiveFloat = 1.0
    label_smoothing: float = Field(0.1, ge=0, lt=1)
    average_decay: float = Field(0.999, ge=0, lt=1)
    mirrored: float = Field(0.5, ge=0, le=1, description="share of photos seen in a mirror")


class CaptionerConfig(Section):
    """Everything that defines a captioner."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", description="of the checkpoint")
    seed: int = 13
    image_encoder: str = "efficientnet-lite0"
    decoder: DecoderConfig = DecoderConfig()
    corpus: CorpusConfig = CorpusConfig()
    fitting: FittingConfig = FittingConfig()
    beams: PositiveInt = Field(5, description="at decoding")
    length_power: float = Field(
        0.8, ge=0, description="log-probability is divided by length to this power"
    )
    card: CardConfig = CardConfig()


class CaptionerSettings(Section):
    """How the built-in captioner is used as a generator of contexts."""

    kind: Literal["captioner"] = "captioner"
    checkpoint: str = Field(
        "captioner-flickr8k", description="name under checkpoints/, or a folder"
    )
    beams: PositiveInt | None = Field(None, description="None: as the checkpoint says")
