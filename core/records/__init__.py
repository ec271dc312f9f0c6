"""The Record: everything Shap-CA says about one post, as versioned JSON.

This is the only contract between `core` and what renders it (dashboard, command line, reports).

Sizes, used in every shape comment of the project:

    B batch   L tokens (words)   R image regions   D width   K tags
    n players   T targets   P permutations
"""

from core.records.explanation import (
    AnyPredictionGame,
    AttributedWord,
    Attribution,
    Band,
    Coalition,
    Explanation,
    Faithfulness,
    NoPredictionGame,
    OwnGame,
    PredictionGame,
)
from core.records.games import (
    AnyGame,
    Attention,
    Game,
    Games,
    Gates,
    NoGame,
    Player,
    Side,
    Standing,
    Verdict,
)
from core.records.record import (
    SCHEMA_VERSION,
    Record,
)
from core.records.values import (
    Context,
    Entity,
    Example,
    Frozen,
    ImageInfo,
    Label,
    Outcome,
    Pair,
    Post,
    Relation,
    Task,
    Token,
)

__all__ = [
    "SCHEMA_VERSION",
    "AnyGame",
    "AnyPredictionGame",
    "Attention",
    "AttributedWord",
    "Attribution",
    "Band",
    "Coalition",
    "Context",
    "Entity",
    "Example",
    "Explanation",
    "Faithfulness",
    "Frozen",
    "Game",
    "Games",
    "Gates",
    "ImageInfo",
    "Label",
    "NoGame",
    "NoPredictionGame",
    "Outcome",
    "OwnGame",
    "Pair",
    "Player",
    "Post",
    "PredictionGame",
    "Record",
    "Relation",
    "Side",
    "Standing",
    "Task",
    "Token",
    "Verdict",
]
