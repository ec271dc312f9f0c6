"""One post and one head a task, and the gold that each task looks for."""

from core.config import HeadConfig
from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.records import Example, Pair, Relation, Task

HEADS: dict[Task, HeadConfig] = {
    "mner": HeadConfig(),
    "mre": HeadConfig(task="mre", relations=("None", "likes")),
    "jmere": HeadConfig(task="jmere", relations=("likes",)),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}
TEXT, TOKENS = tokens_from_words(["Ada", "likes", "Oslo"])
BARE = Example(id="1", text=TEXT, tokens=TOKENS)
NAMES = tuple(
    entity_from_words(TEXT, TOKENS, start, start + 1, name)
    for start, name in ((0, "PER"), (2, "LOC"))
)
LIKES = Relation(head=0, tail=1, type="likes")
PAIR = Pair(head=(0, 1), tail=(2, 3))
KNOWN = {
    "mner": {"entities": NAMES},
    "mre": {"pair": PAIR, "label": "likes"},
    "jmere": {"entities": NAMES, "relations": (LIKES,)},
    "classification": {"label": "good"},
}


def example(**known) -> Example:
    return BARE.model_copy(update=known)
