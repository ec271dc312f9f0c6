"""The Record itself."""

from typing import Final, Literal

from pydantic import Field

from core.records.explanation import Attribution, Explanation
from core.records.games import Attention, Games, Gates, Verdict
from core.records.values import (
    Context,
    Entity,
    Frozen,
    Label,
    Outcome,
    Post,
    Relation,
    Task,
)

# 1.0 has no explanation and no attributions; 1.1 knows entities only, and no gold; 1.2 does not
# say what a context cost, how likely it was, or what the detector saw.
SCHEMA_VERSION: Final = "1.3"


class Record(Frozen):
    """Everything said about one post."""

    schema_version: Literal["1.0", "1.1", "1.2", "1.3"] = SCHEMA_VERSION
    task: Task = Field("mner", description="of the checkpoint")
    post: Post
    contexts: list[Context]
    seen: list[str] | None = Field(
        None, description="what the detector is sure to see in the photo; None: it was not asked"
    )
    perhaps_seen: list[str] | None = Field(
        None, description="what the detector cannot rule out, `seen` included; None: as `seen`"
    )
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
