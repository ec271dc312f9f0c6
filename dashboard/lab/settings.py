"""The lab's settings: everything that decides a number, with its name in the address."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from core.records import Frozen, Side

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


class Settings(Frozen):
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

    @model_validator(mode="after")
    def _makes_a_game(self) -> Self:
        if len(self.values) not in [2**n for n in range(1, MOST_TYPED + 1)]:
            raise ValueError(f"l_v={_listed(self.values)} is no game of 2 to 32 values")
        return self

    @property
    def address(self) -> dict[str, str]:
        """What the address says about these settings: names and values, defaults left out."""
        changed = self.model_dump(by_alias=True, exclude_defaults=True)
        return {name: _written(value) for name, value in changed.items()}

    def changed(self, **fields: object) -> "Settings":
        """Return the settings with some fields changed.

        Raises:
            ValidationError: A value is out of range; the settings stay as they are.
        """
        given = {_NAMES[field]: value for field, value in fields.items()}
        return Settings.model_validate({**self.model_dump(by_alias=True), **given})


_NAMES = {field: str(info.alias) for field, info in Settings.model_fields.items()}
NAMES = frozenset(_NAMES.values())  # in the address


def read_address(given: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings an address asks for, and a sentence for each part of it not followed.

    Args:
        given: Names and values; names that are not ours are passed over.
    """
    known = {name: value for name, value in given.items() if name in NAMES}
    refused: list[str] = []
    while True:
        try:
            return Settings.model_validate(known), tuple(refused)
        except ValidationError as error:
            for fault in error.errors():
                # A fault of the whole is one of the typed values: nothing else hangs together.
                name = str(fault["loc"][0]) if fault["loc"] else _NAMES["values"]
                value = known.pop(name, None)
                if value is not None:
                    refused.append(
                        f"The address says {name}={value[:40]}, which cannot be used; "
                        "the usual value takes its place."
                    )


def _written(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return _listed(value)
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def _listed(values: Iterable[object]) -> str:
    return ",".join(_written(value) for value in values)
