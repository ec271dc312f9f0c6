"""The games that were played, and what the model did with the contexts."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.records.values import Frozen

Side = Literal["text", "image"]


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
