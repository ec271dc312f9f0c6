"""The lab's settings: everything that decides a number, with its name in the address."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from core.records import Side
from dashboard.address import Address

Choice = Literal[
    "best_match", "soft_match", "gloves", "majority", "airport", "additive", "contexts", "typed"
]  # the games of core.lab.games, and two that the page makes
Rule = Literal[
    "banzhaf", "rescaled_banzhaf", "leave_one_out", "first_arrival", "one_order", "equal"
]
Estimator = Literal["permutation", "antithetic", "rotated", "corrected", "kernel"]
CONTEXTS, TYPED = "contexts", "typed"
MOST_PLAYERS = 8
MOST_TYPED = 5  # players of a typed game
SCREENS = 7
# v of ∅, A, B, AB, C, AC, BC, ABC: C earns nothing alone, helps A, and is no use to B alone.
TYPED_EXAMPLE = (0.0, 10.0, 20.0, 40.0, 0.0, 30.0, 20.0, 60.0)


def _split(given: object) -> object:
    return [part for part in given.split(",") if part] if isinstance(given, str) else given


class Settings(Address):
    """Everything that decides a number of the page; each has its name in the address."""

    game: Choice = Field("best_match", alias="l_game")
    players: int = Field(5, ge=1, le=MOST_PLAYERS, alias="l_n")
    seed: int = Field(7, ge=0, le=9999, alias="l_seed")
    post: str = Field("", max_length=200, alias="e_post", description="'': the one on Explore")
    side: Side = Field("text", alias="l_side")
    values: Annotated[tuple[float, ...], BeforeValidator(_split)] = Field(
        TYPED_EXAMPLE, alias="l_v"
    )
    rule: Rule = Field("banzhaf", alias="l_rule")
    share: float = Field(0.0, ge=0, le=1, alias="l_share")
    estimators: Annotated[tuple[Estimator, ...], BeforeValidator(_split)] = Field(
        ("permutation", "antithetic"), alias="l_est"
    )
    budget: int = Field(400, ge=50, le=20_000, alias="l_m")
    repeats: int = Field(20, ge=1, le=50, alias="l_rep")
    error: float = Field(0.0, ge=0, le=100, alias="l_se", description="0: never")
    checks: int = Field(0, ge=0, le=100, alias="l_rank", description="0: never")
    seconds: float = Field(0.0, ge=0, le=600, alias="l_sec", description="0: never")
    screen: int = Field(0, ge=0, le=SCREENS, alias="l_step", description="0: all on one page")

    @field_validator("values")
    @classmethod
    def _make_a_game(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if len(values) not in [2**n for n in range(1, MOST_TYPED + 1)]:
            raise ValueError(f"{len(values)} values are no game; give 2, 4, ... or 32")
        return values
