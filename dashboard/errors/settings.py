"""The error page's settings: what decides what is shown, with its name in the address."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dashboard.address import Address

View = Literal[
    "overview",
    "map",
    "contexts",
    "slices",
    "confusion",
    "disagreements",
    "calibration",
    "records",
    "review",
]
Order = Literal["given", "confidence", "misaligned", "gate", "id"]
Facet = Annotated[tuple[str, ...], BeforeValidator(lambda given: _split(given))]


def _split(given: object) -> object:
    return [part for part in given.split(",") if part] if isinstance(given, str) else given


class Settings(Address):
    """Everything that decides what the page shows."""

    run: str = Field("", max_length=400, alias="x_run", description="'': one's own, or the newest")
    view: View = Field("overview", alias="x_view")
    slice: str = Field("", max_length=2000, alias="x_slice", description="posts selected; '': all")
    name: str = Field("", max_length=80, alias="x_name", description="that the visitor gave it")
    post: str = Field("", max_length=400, alias="x_post", description="'': none is open")
    tau_text: float = Field(0.0, ge=-100, le=100, alias="x_tau_text")
    tau_image: float = Field(0.0, ge=-100, le=100, alias="x_tau_image")
    feature: str = Field("words", max_length=40, alias="x_by", description="what posts are cut by")
    measure: str = Field("", max_length=40, alias="x_measure", description="'': the strongest")
    search: str = Field("", max_length=200, alias="x_q")
    outcomes: Facet = Field((), max_length=5, alias="x_outcome", description="none: all")
    effects: Facet = Field((), max_length=4, alias="x_effect", description="none: all")
    verdicts: Facet = Field((), max_length=4, alias="x_verdict", description="none: all")
    order: Order = Field("given", alias="x_order", description="given: as the selection has it")
    gallery: bool = Field(False, alias="x_gallery")
    page: int = Field(1, ge=1, alias="x_page")
