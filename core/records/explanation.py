"""Why: what contexts do to the prediction, and what an entity owes to what was read."""

from typing import Annotated, Literal

from pydantic import Field

from core.records.games import Side
from core.records.values import Entity, Frozen, Relation


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
