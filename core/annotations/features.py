"""What a post is sliced by: lengths, signs of a tweet, and how its contexts relate to it.

All of it is read off words, and off what the Record says the detector saw; no model is asked.
Shares are between 0 and 1; what has nothing to be a share of is None. How contexts are measured is
`core.contexts.quality`'s and `core.contexts.objects`'s.
"""

from collections.abc import Sequence

import regex

from core.contexts.objects import left_out, made_up
from core.contexts.quality import copy_rate, name_overlap, specificity
from core.contexts.record_quality import agreement_between_generators
from core.matching import plain_words
from core.records import Entity, Record, Token

Features = dict[str, int | float | None]

# As in the data: signs may stand apart from the word they mark, and addresses may be cut up or
# stuck to the word before. Japanese and Chinese keyboards give wide signs.
_HASHTAG = regex.compile(r"(?<![\p{L}\p{N}])[#＃]\s?(?=[\p{L}\p{N}_])")
_MENTION = regex.compile(r"(?<![\p{L}\p{N}])[@＠]\s?(?=[\p{L}\p{N}_])")
_ADDRESS = regex.compile(
    r"https?\s?:\s?/\s?/(?:\s?www\s?\.)?|\bwww\s?\.\s?(?=\w)", regex.IGNORECASE
)


def post_features(record: Record) -> Features:
    """Return the features of a post, by the names of their columns."""
    tokens, text = record.post.tokens, record.post.text
    entities = known_entities(record)
    given = [context for context in record.contexts if context.included]
    contexts = [context.text for context in given]
    seen, perhaps = record.seen, record.perhaps_seen
    return {
        "words": len(tokens),
        "entity_words": _mean([entity.token_end - entity.token_start for entity in entities or ()]),
        "entity_density": _entity_density(tokens, entities),
        "capitals": _share([any(map(str.isupper, token.text)) for token in tokens]),
        "hashtags": len(_HASHTAG.findall(text)),
        "mentions": len(_MENTION.findall(text)),
        "urls": len(_ADDRESS.findall(text)),
        "context_words": _mean([len(plain_words(context)) for context in contexts]),
        "copy_rate": copy_rate(contexts, text),
        "name_overlap": name_overlap(contexts, [entity.text for entity in entities or ()]),
        "specificity": specificity(contexts),
        "made_up": None if perhaps is None else made_up(contexts, perhaps),
        "left_out": None if seen is None else left_out(contexts, seen),
        "agreement": agreement_between_generators(given),
        "log_likelihood": _mean(
            [one.log_likelihood for one in given if one.log_likelihood is not None]
        ),
    }


def known_entities(record: Record) -> Sequence[Entity] | None:
    """Return the entities that people marked, or the given pair; None: nobody was asked."""
    if record.task == "mre":
        return record.entities
    if record.task == "classification" or record.gold is None:
        return None
    return record.gold.entities


def _entity_density(tokens: Sequence[Token], entities: Sequence[Entity] | None) -> float | None:
    if entities is None or not tokens:
        return None
    inside = {word for entity in entities for word in range(entity.token_start, entity.token_end)}
    return len(inside) / len(tokens)


def _share(claims: Sequence[bool]) -> float | None:
    return sum(claims) / len(claims) if claims else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
