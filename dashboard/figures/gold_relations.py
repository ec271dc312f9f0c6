"""Relations found against gold ones."""

from collections.abc import Sequence

from core.records import Record, Relation
from dashboard.figures.findings import plain_name
from dashboard.figures.sentence import GoldEntity, Judged, Outcome

Ends = tuple[tuple[int, int], ...]  # characters of both names


def judge_relations(
    record: Record,
    entities: Sequence[GoldEntity],
    relations: Sequence[Relation],
    *,
    directed: bool,
) -> list[Judged]:
    """Return every gold relation with what became of it, then those found that are not gold.

    Data sets name relations differently ("contain", "/loc/loc/contain"): the last part counts.

    Args:
        record: Of one post.
        entities: Gold ones.
        relations: Gold ones, among `entities`.
        directed: Whether head and tail may not be swapped.
    """
    found = {
        _ends(record.entities, one, directed=directed): plain_name(one.type)
        for one in record.relations
    }
    judged, known = [], set()
    for relation in relations:
        ends, name = _ends(entities, relation, directed=directed), plain_name(relation.type)
        known.add(ends)
        outcome: Outcome = "missed"
        if ends in found:
            outcome = "right" if found[ends] == name else "wrong type"
        judged.append(Judged(_words(entities, relation), name, outcome))
    judged += [
        Judged(_words(record.entities, one), plain_name(one.type), "not gold")
        for one in record.relations
        if _ends(record.entities, one, directed=directed) not in known
    ]
    return judged


def _ends(entities: Sequence[GoldEntity], relation: Relation, *, directed: bool) -> Ends:
    ends = [(entities[end].start, entities[end].end) for end in (relation.head, relation.tail)]
    return tuple(ends if directed else sorted(ends))


def _words(entities: Sequence[GoldEntity], relation: Relation) -> str:
    return f"{entities[relation.head].text} – {entities[relation.tail].text}"
