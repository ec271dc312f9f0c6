"""What goes into an analysis, and what people or the model say of it."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Task = Literal["mner", "mre", "jmere", "classification"]


class Frozen(BaseModel):
    """A value: immutable, with no unknown keys and no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Token(Frozen):
    """One word of the sentence; `text == post.text[start:end]`."""

    text: str
    start: int = Field(ge=0)
    end: int


class ImageInfo(Frozen):
    """What is kept of a photo: never its pixels."""

    sha256: str
    width: int = Field(gt=0, description="pixels, after EXIF rotation")
    height: int = Field(gt=0, description="pixels, after EXIF rotation")


class Context(Frozen):
    """A sentence that describes the photo, and where it comes from."""

    text: str = Field(min_length=1)
    generator: str = Field(description="perception, precomputed, typed, ...")
    model: str | None = Field(None, description="model or file that wrote it")
    prompt: str | None = Field(None, description="name@hash of the file that was the prompt")
    seconds: float | None = Field(None, ge=0)
    log_likelihood: float | None = Field(
        None, le=0, description="mean log probability of its word pieces, in nats; None: not told"
    )
    cost: float | None = Field(None, ge=0, description="US dollars; None: free, or not told")
    included: bool = Field(True, description="switched on: takes part in games and fusion")
    cut_at: int | None = Field(
        None, description="the model read only text[:cut_at]; None when it read everything"
    )


class Entity(Frozen):
    """A named entity at characters `start:end`, words `token_start:token_end` (half open)."""

    text: str
    type: str
    start: int = Field(ge=0)
    end: int
    token_start: int = Field(ge=0)
    token_end: int
    score: float = Field(
        1.0, ge=0, le=1, description="CRF probability of exactly this span and type; 1 for gold"
    )
    marginals: list[float] = Field(
        default_factory=list, description="CRF marginal of the predicted tag, per word of the span"
    )
    needs_context: bool | None = Field(
        None, description="True: not predicted without contexts; None: not asked"
    )


class Relation(Frozen):
    """A relation between two entities, by their index in `entities`."""

    head: int = Field(ge=0)
    tail: int = Field(ge=0)
    type: str
    score: float = Field(1.0, ge=0, le=1)


class Pair(Frozen):
    """The two entities of a sentence whose relation is asked for, as words (half open)."""

    head: tuple[int, int]
    tail: tuple[int, int]

    @model_validator(mode="after")
    def _both_cover_words(self) -> Self:
        for start, end in (self.head, self.tail):
            if not 0 <= start < end:
                raise ValueError(f"words {start} to {end} are no words")
        return self


class Outcome(Frozen):
    """What is said of a post, by people or by the model."""

    entities: list[Entity] = Field(default_factory=list)
    relations: list[Relation] = Field(default_factory=list)
    label: str | None = Field(None, description="of the whole post, or of its marked pair")


class Label(Frozen):
    """The label of a whole post or of its marked pair, and how sure the model is of each."""

    name: str
    probabilities: dict[str, float] = Field(description="of every label, by name; they sum to 1")


class Post(Frozen):
    """The post as the model saw it."""

    id: str
    text: str
    tokens: list[Token]
    image: ImageInfo | None = None


class Example(Frozen):
    """One row of a dataset: a post with whatever is known about it; any of it may be missing."""

    id: str
    text: str
    tokens: tuple[Token, ...]
    image: Path | None = None
    contexts: tuple[Context, ...] = ()
    entities: tuple[Entity, ...] | None = Field(None, description="gold; None: not annotated")
    relations: tuple[Relation, ...] | None = Field(
        None, description="gold, among `entities`; None: not annotated"
    )
    pair: Pair | None = Field(None, description="whose relation is asked for; `label` is its name")
    label: str | None = Field(
        None, description="gold label of the whole post, such as a sentiment, or of its pair"
    )
