"""Reads the labels of one sentence's word pairs so that entities and relations agree."""

import torch
from torch import Tensor

NONE = 0  # the label of most pairs


def agreeing_labels(
    scores: Tensor, entity_types: int, signatures: Tensor, *, directed: bool
) -> Tensor:
    """Return labels of word pairs whose relations join entities of types they can join.

    Ours: entities are runs of words that the diagonal calls one. A relation is judged on all pairs
    of words of two entities at once, by its mean log-odds against none, less the mean log-odds
    that changing the entities' types to the relation's costs. Relations are taken greedily, the
    surest first, at most one between two entities; the first taken settles an entity's type.
    Evidence thus flows both ways: who is surely a member makes an unsure word an organisation.

    Args:
        scores: Of each label for each pair of words, shape (L, L, K): none, the entity types,
            the relations; below the diagonal not read unless directed.
        entity_types: How many there are.
        signatures: Allowed (relation, type of head, type of tail) as labels, shape (G, 3).
        directed: Whether (i, j) asks for another relation than (j, i).

    Returns:
        Labels, shape (L, L), long: none wherever nothing is found; undirected relations stand
        above the diagonal.
    """
    shares = scores.log_softmax(-1)  # (L, L, K)
    member = _entity_words(scores.diagonal().argmax(0), entity_types)  # (E, L)
    weights = (member / member.sum(1, keepdim=True)).to(scores.dtype)
    on_diagonal = shares.diagonal()[1 : 1 + entity_types].log_softmax(0)  # (types, L)
    typed = weights @ on_diagonal.T  # (E, types)
    evidence = torch.einsum("il,lmk,jm->ijk", weights, shares, weights)  # (E, E, K)
    if not directed:
        above = torch.ones(evidence.shape[:2], device=scores.device).triu().bool().unsqueeze(-1)
        evidence = torch.where(above, evidence, evidence.transpose(0, 1))
    types, relations = _settle(typed, evidence, signatures)
    return _square(member, types, relations, directed=directed)


def _entity_words(diagonal: Tensor, entity_types: int) -> Tensor:
    """Return which words each entity has, shape (E, L): maximal runs inside of one."""
    inside = (diagonal > NONE) & (diagonal <= entity_types)  # (L,)
    before = torch.cat([inside.new_zeros(1), inside[:-1]])
    starts = inside & ~before
    number = starts.cumsum(0) * inside  # (L,), 0 where outside
    entities = torch.arange(1, int(starts.sum()) + 1, device=number.device)
    return number == entities.unsqueeze(1)


def _settle(
    typed: Tensor, evidence: Tensor, signatures: Tensor
) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return the type of each entity, and the relation of each pair (head, tail) that has one."""
    relation, head, tail = signatures.unbind(1)
    costs = typed - typed.amax(1, keepdim=True)  # (E, types), at most 0
    gains = evidence[:, :, relation] - evidence[:, :, NONE : NONE + 1]  # (E, E, G)
    gains = gains + costs[:, head - 1].unsqueeze(1) + costs[:, tail - 1].unsqueeze(0)
    gains.diagonal().fill_(0)  # no entity relates to itself
    places = (gains > 0).nonzero()  # (found, 3)
    order = gains[tuple(places.T)].argsort(descending=True, stable=True)
    settled: dict[int, int] = {}
    relations: dict[tuple[int, int], int] = {}
    for one, other, number in places[order].tolist():
        wanted = {one: int(head[number]), other: int(tail[number])}
        is_joined = (one, other) in relations or (other, one) in relations
        if not is_joined and all(settled.get(each, t) == t for each, t in wanted.items()):
            settled |= wanted
            relations[one, other] = int(relation[number])
    best = (1 + typed.argmax(1)).tolist() if len(typed) else []
    return [settled.get(entity, label) for entity, label in enumerate(best)], relations


def _square(
    member: Tensor, types: list[int], relations: dict[tuple[int, int], int], *, directed: bool
) -> Tensor:
    """Return the labels that say these entities and relations, shape (L, L)."""
    words = member.shape[1]
    labels = torch.full((words, words), NONE, device=member.device)
    for (head, tail), relation in relations.items():
        row, column = (head, tail) if directed else (min(head, tail), max(head, tail))
        labels[member[row].unsqueeze(1) & member[column]] = relation
    for words_of, label in zip(member, types, strict=True):
        labels[(words_of.unsqueeze(1) & words_of).triu()] = label
    return labels
