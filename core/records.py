"""The Record: everything Shap-CA says about one post, as versioned JSON.

This is the only contract between `core` and what renders it (dashboard, command line, reports).

Sizes, used in every shape comment of the project:

    B batch   L tokens (words)   R image regions   D width   K tags
    n players   T targets   P permutations
"""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# 1.0 has no explanation and no attributions; 1.1 knows entities only, and no gold.
SCHEMA_VERSION: Final = "1.2"
Side = Literal["text", "image"]
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
    prompt: str | None = None
    seconds: float | None = Field(None, ge=0)
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


class Player(Frozen):
    """A context in a game: the post's own (`context` indexes `Record.contexts`) or the bank's."""

    text: str
    context: int | None = None
    bank_id: str | None = None

    @model_validator(mode="after")
    def _is_own_or_foreign(self) -> Self:
        if (self.context is None) == (self.bank_id is None):
            raise ValueError("a player is either an own context or one of the bank")
        return self


class Standing(Frozen):
    """How one own context stands in a game."""

    context: int = Field(ge=0, description="index into Record.contexts")
    shapley_value: float
    scaled_value: float = Field(
        description="n * shapley_value: comparable across numbers of players"
    )
    standard_error: float | None = Field(None, description="of shapley_value; None: exact")
    similarity: float
    rank: int = Field(ge=1, description="1 + number of bank contexts with a larger value")
    margin: float = Field(description="scaled_value minus the largest scaled value in the bank")


class Game(Frozen):
    """A played game: the post's contexts and the bank's, towards one target of the post."""

    played: Literal[True] = True
    side: Side
    utility: str = Field(description="softmax_mean, ...")
    temperature: float
    method: str = Field(description="quadrature, enumeration, permutation, kernel")
    evaluations: int = Field(ge=0, description="coalition values computed per target")
    seed: int | None = None
    players: list[Player]
    similarities: list[float]
    shapley_values: list[float]
    standard_error: list[float] | None = Field(None, description="None: exact")
    value_empty: float = 0.0
    value_grand: float
    efficiency_residual: float = Field(description="sum of values - (value_grand - value_empty)")
    standings: list[Standing] = Field(description="one per included context, in their order")
    bank_targets: list[str] = Field(description="ids of the bank posts that have this side")
    bank_values: list[list[float]] = Field(
        description="scaled values of the own contexts towards each bank target, (own, targets)"
    )


class NoGame(Frozen):
    """A game that was not played, and why."""

    played: Literal[False] = False
    side: Side
    reason: str


AnyGame = Annotated[Game | NoGame, Field(discriminator="played")]


class Games(Frozen):
    """Both alignment games: text side (semantic gap) and image side (modality gap)."""

    text: AnyGame
    image: AnyGame


class Gates(Frozen):
    """How far each modality keeps its own voice: at 0 the contexts' bridge takes its place."""

    text: list[float] = Field(description="per word")
    image: list[list[float]] = Field(description="per region, rows of the grid from the top")
    contexts: list[float] = Field(description="share of each context in the bridge; 0 when off")


class Attention(Frozen):
    """Where each word looks, averaged over heads; each row sums to 1."""

    rows: int
    columns: int
    weights: list[list[float]] = Field(description="(words, rows * columns), row-major")


class Verdict(Frozen):
    """Whether a context belongs to the post, in one word and with the rule that decided."""

    context: int = Field(ge=0, description="index into Record.contexts")
    label: Literal["aligned", "uncertain", "misaligned", "unknown"]
    rule: str = Field(description="name of the rule that fired; see core/explain/misalignment.py")
    reason: str = Field(description="the rule with this context's numbers, in plain words")


class Coalition(Frozen):
    """What the model says when only some of the contexts are given."""

    members: list[int] = Field(description="indices into Record.contexts; none: no context given")
    value: float = Field(
        description="log-likelihood of the final prediction, in nats, above that without contexts"
    )
    text_value: float | None = Field(
        None, description="alignment of these contexts with the sentence; None: no such game"
    )
    image_value: float | None = Field(None, description="likewise, with the photo")
    entities: list[Entity] = Field(description="predicted when only these are given")
    relations: list[Relation] = Field(default_factory=list, description="likewise")
    label: str | None = Field(None, description="likewise")


class PredictionGame(Frozen):
    """The game whose value is how much contexts speak for the final prediction."""

    played: Literal[True] = True
    contexts: list[int] = Field(description="the players, as indices into Record.contexts")
    coalitions: list[Coalition] = Field(
        description="all of them in binary order: bit k is set where `contexts[k]` is a member"
    )
    log_likelihood_empty: float = Field(
        description="of the final prediction when no context is given, in nats"
    )
    shapley_values: list[float] = Field(description="one a player, exact")
    interactions: list[list[float]] = Field(
        description="pairwise Shapley interaction index, symmetric, zeros on the diagonal"
    )
    efficiency_residual: float = Field(description="sum of values - value of everybody")
    seconds: float


class NoPredictionGame(Frozen):
    """A prediction game that was not played, and why."""

    played: Literal[False] = False
    reason: str


AnyPredictionGame = Annotated[PredictionGame | NoPredictionGame, Field(discriminator="played")]


class OwnGame(Frozen):
    """An alignment game among the post's own contexts, without the bank's."""

    side: Side
    contexts: list[int] = Field(description="the players, as indices into Record.contexts")
    values: list[float] = Field(description="of every coalition, in binary order")
    shapley_values: list[float] = Field(description="one a player, exact")
    interactions: list[list[float]] = Field(
        description="pairwise Shapley interaction index, symmetric, zeros on the diagonal"
    )


class Band(Frozen):
    """What a curve looks like when chance puts the contexts in order; one value a point."""

    low: list[float] = Field(description="5 % of all orders lie below or at it")
    mean: list[float]
    high: list[float] = Field(description="95 % of all orders lie below or at it")


class Faithfulness(Frozen):
    """Whether contexts with larger values also matter more to the prediction."""

    by: Literal["prediction", "text", "image"] = Field(description="whose values rank the contexts")
    order: list[int] = Field(description="indices into Record.contexts, best first")
    deletion: list[float] = Field(
        description="value of the prediction game after 0, 1, ..., all were taken away, best first"
    )
    insertion: list[float] = Field(
        description="value of the prediction game after 0, 1, ..., all were given, best first"
    )
    random_deletion: Band
    random_insertion: Band
    comprehensiveness: float = Field(
        description="how far deletion lies below everybody's value, on average; more is better"
    )
    sufficiency: float = Field(
        description="how far insertion lies below everybody's value, on average; less is better"
    )
    kendall_tau: float | None = Field(
        description="of values and leave-one-out; None: undefined, as for a single context"
    )


class Explanation(Frozen):
    """What the contexts do to the prediction."""

    prediction: AnyPredictionGame
    own_games: list[OwnGame] = Field(description="one per side that was played")
    faithfulness: list[Faithfulness] = Field(
        description="prediction first, then each side that was played; none without prediction game"
    )
    seconds: float


class AttributedWord(Frozen):
    """One word of a context with its share; `text == context.text[start:end]`."""

    text: str
    start: int = Field(ge=0)
    end: int
    value: float


class Attribution(Frozen):
    """What an entity's log-probability owes to everything read, by integrated gradients."""

    entity: int = Field(ge=0, description="index into Record.entities")
    words: list[float] = Field(description="per word of the sentence, in nats; 0 where cut")
    contexts: list[list[AttributedWord]] = Field(
        description="per context of the record; empty when off or not read"
    )
    regions: list[list[float]] | None = Field(
        description="per region, rows of the grid from the top; None: no image"
    )
    baseline: str = Field(description="what takes the place of what is attributed to")
    log_probability: float = Field(description="of exactly this span and type, in nats")
    baseline_log_probability: float = Field(description="the same at the baseline")
    steps: int = Field(gt=0, description="points on the way from the baseline")
    completeness_gap: float = Field(
        description="sum of all shares - (log_probability - baseline_log_probability)"
    )
    seconds: float


class Record(Frozen):
    """Everything said about one post."""

    schema_version: Literal["1.0", "1.1", "1.2"] = SCHEMA_VERSION
    task: Task = Field("mner", description="of the checkpoint")
    post: Post
    contexts: list[Context]
    games: Games
    gates: Gates | None = Field(None, description="None: the post has no image, nothing was fused")
    attention: Attention | None = None
    entities: list[Entity] = Field(description="predicted; the two that were marked for mre")
    relations: list[Relation] = Field(default_factory=list)
    label: Label | None = Field(None, description="of the post or its pair; None: not this task")
    without_contexts: Outcome | None = Field(
        None, description="predicted when no context is given; None: not asked, or there is none"
    )
    gold: Outcome | None = Field(None, description="what people say; None: nobody was asked")
    verdicts: list[Verdict]
    explanation: Explanation | None = Field(None, description="None: not asked for")
    attributions: list[Attribution] = Field(
        default_factory=list, description="at most one an entity, in the order asked for"
    )
    notes: list[str] = Field(
        default_factory=list, description="what was cut, missing or changed, in plain words"
    )
    timings: dict[str, float] = Field(description="seconds by stage")
    fingerprints: dict[str, str] = Field(
        description="SHA-256 or name@version of what produced this"
    )
