"""The verdict line: what the numbers say, in one or two plain sentences."""

import html
from collections.abc import Sequence

from core.records import Game, Label, NoGame, Record
from dashboard.figures.findings import origins, plain_name

MOST_NAMED = 3  # entities, and as many relations
LABEL_WORDS = {
    "aligned": "belong to this post",
    "uncertain": "uncertain",
    "misaligned": "misaligned",
    "unknown": "could not be judged",
}


def verdict_html(record: Record) -> str:
    """Return the verdict on the contexts, and what the answer is and owes to them, escaped HTML."""
    if record.label:
        return f"{_on_label(record, record.label)} {_on_contexts(record)}"
    return " ".join(part for part in (_on_contexts(record), _on_findings(record)) if part)


def method_line(record: Record) -> str:
    """Return how the values were computed: method, players, residual, seconds."""
    played = [game for game in (record.games.text, record.games.image) if isinstance(game, Game)]
    if not played:
        return f"No game was played · {_seconds(record):.2f} s"
    game = played[0]
    kind = "exact" if game.standard_error is None else "sampled, with standard errors"
    own = len(game.standings)
    residual = max(abs(game.efficiency_residual) for game in played)
    return (
        f"φ {kind} ({game.method}, {own} own + {len(game.players) - own} reference contexts) · "
        f"Σφ = v(N), residual {residual:.0e} · {_seconds(record):.2f} s"
    )


def _on_contexts(record: Record) -> str:
    text, image = record.games.text, record.games.image
    missing = [html.escape(game.reason) for game in (text, image) if isinstance(game, NoGame)]
    if len(missing) == 2:
        return " ".join(dict.fromkeys(missing))
    included = [place for place, context in enumerate(record.contexts) if context.included]
    by_label = {
        label: [v.context for v in record.verdicts if v.label == label and v.context in included]
        for label in LABEL_WORDS
    }
    sentences = [
        _group(label, places, len(included)) for label, places in by_label.items() if places
    ]
    line = "; ".join(sentences) + "."
    if len(by_label["misaligned"]) < len(included):  # the bridge has nothing else to take from
        line += _bridge(record, by_label["misaligned"])
    return " ".join([line[0].upper() + line[1:], *missing])


def _group(label: str, places: Sequence[int], everyone: int) -> str:
    one = len(places) == 1
    who = f"context{'' if one else 's'} {_enumerate([str(place + 1) for place in places])}"
    if len(places) == everyone:
        who = {1: "the only context", 2: "both contexts"}.get(everyone, f"all {everyone} contexts")
    if label == "aligned":
        return f'{who} <b class="sc-aligned">belong{"s" if one else ""}</b> to this post'
    if label == "unknown":
        return f"{who} could not be judged"
    return f'{who} {"is" if one else "are"} <b class="sc-{label}">{LABEL_WORDS[label]}</b>'


def _bridge(record: Record, misaligned: Sequence[int]) -> str:
    if record.gates is None or not misaligned:
        return ""
    share = sum(record.gates.contexts[place] for place in misaligned)
    whom = "it" if len(misaligned) == 1 else "them"
    if share < 0.005:
        return f" The fusion takes nothing from {whom}."
    verb = "still takes" if share >= 0.1 else "takes only"
    return f" The fusion {verb} {share:.0%} of its bridge from {whom}."


def _on_label(record: Record, label: Label) -> str:
    """Say the label of the post or of its pair, and whether the contexts change it."""
    sure = f"<b>{html.escape(plain_name(label.name))}</b> ({label.probabilities[label.name]:.2f})"
    if record.task == "mre":
        head, tail = (_quoted(entity.text) for entity in record.entities)
        said = f"From {head} to {tail}: {sure}"
    else:
        said = f"The post is {sure}"
    bare = record.without_contexts
    if bare is None or bare.label is None:
        return f"{said}."
    if bare.label == label.name:
        return f"{said}, without the contexts as well."
    return f"{said}; without the contexts {html.escape(plain_name(bare.label))}."


def _on_findings(record: Record) -> str:
    """Say which entities and relations are found only with the contexts."""
    if not record.entities:
        return "No entity is found in the sentence."
    if not any(context.included for context in record.contexts):
        return ""
    needed = origins(record)
    entities = [
        _quoted(entity.text)
        for entity, only in zip(record.entities, needed.entities, strict=True)
        if only
    ]
    relations = [
        f"{html.escape(plain_name(one.type))} of {_quoted(record.entities[one.head].text)} and "
        f"{_quoted(record.entities[one.tail].text)}"
        for one, only in zip(record.relations, needed.relations, strict=True)
        if only
    ]
    named = [*_first(entities), *_first(relations, "relations")]
    if not named:
        return ""
    verb = "is" if len(entities) + len(relations) == 1 else "are"
    line = f"{_enumerate(named)} {verb} found only with the contexts."
    return line if named[0].startswith("<") else line[0].upper() + line[1:]


def _first(named: Sequence[str], what: str = "") -> list[str]:
    rest = len(named) - MOST_NAMED
    more = f"{rest} more {what}".strip()
    return [*named] if rest <= 0 else [*named[:MOST_NAMED], more]


def _quoted(text: str) -> str:
    return f"<q>{html.escape(text)}</q>"


def _enumerate(parts: Sequence[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last


def _seconds(record: Record) -> float:
    return sum(record.timings.values())
