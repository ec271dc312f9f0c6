"""Labels that agree, against a plain reading with loops and against cases by hand."""

import math
from itertools import groupby, product

import pytest
import torch

from core.heads.pair_decoding import agreeing_labels

TYPES = 2  # labels: 0 none, 1 and 2 entity types, 3 and 4 relations
LIKES, OWNS = 3, 4
ANY = [
    (relation, head, tail) for relation in (LIKES, OWNS) for head, tail in product((1, 2), (1, 2))
]
TYPED = [(LIKES, 1, 1), (OWNS, 1, 2)]


def random_scores(words, seed, *, none=0.0):
    scores = 2 * torch.randn(words, words, 5, generator=torch.Generator().manual_seed(seed))
    scores[torch.arange(words), torch.arange(words), 1:3] += 2.0
    scores[..., 0] += none
    return scores


def nats(row):
    total = math.log(sum(math.exp(value) for value in row))
    return [value - total for value in row]


def mean(values):
    return sum(values) / len(values)


def by_loops(scores, signatures, *, directed):
    """The definition, one float at a time."""
    words = len(scores)
    cells = [[nats(row) for row in line] for line in scores.tolist()]
    best = [max(range(5), key=lambda k, w=word: cells[w][w][k]) for word in range(words)]
    runs = groupby(range(words), key=lambda word: 1 <= best[word] <= TYPES)
    spans = [list(run) for inside, run in runs if inside]
    typed = [
        [mean([nats(cells[w][w][1 : 1 + TYPES])[t] for w in span]) for t in range(TYPES)]
        for span in spans
    ]
    found = []
    for one, other in product(range(len(spans)), repeat=2):
        for relation, head, tail in signatures:
            if one == other:
                continue
            pairs = list(product(spans[one], spans[other]))
            if not directed:
                pairs = [(min(pair), max(pair)) for pair in pairs]
            gain = mean([cells[i][j][relation] - cells[i][j][0] for i, j in pairs])
            gain += typed[one][head - 1] - max(typed[one])
            gain += typed[other][tail - 1] - max(typed[other])
            if gain > 0:
                found.append((gain, one, other, relation, head, tail))
    square, settled, joined = [[0] * words for _ in range(words)], {}, set()
    for _, one, other, relation, head, tail in sorted(found, reverse=True):
        wanted = {one: head, other: tail}
        if {one, other} in map(set, joined):
            continue
        if any(settled.get(each, label) != label for each, label in wanted.items()):
            continue
        settled |= wanted
        joined.add((one, other))
        for i, j in product(spans[one], spans[other]):
            row, column = (i, j) if directed else (min(i, j), max(i, j))
            square[row][column] = relation
    for entity, span in enumerate(spans):
        own = 1 + max(range(TYPES), key=lambda t, e=entity: typed[e][t])
        for i, j in product(span, span):
            if i <= j:
                square[i][j] = settled.get(entity, own)
    return square


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("signatures", [ANY, TYPED], ids=["any types", "typed"])
@pytest.mark.parametrize("words", [1, 2, 5, 9])
def test_labels_agree_with_loops(words, signatures, directed):
    for seed in range(12):
        scores = random_scores(words, seed).double()
        found = agreeing_labels(scores, TYPES, torch.tensor(signatures), directed=directed)
        assert found.tolist() == by_loops(scores, signatures, directed=directed)


def entity(scores, words, label, margin=4.0):
    for word in words:
        scores[word, word, label] += margin


def relation(scores, rows, columns, label, margin):
    for i, j in product(rows, columns):
        scores[i, j, label] += margin


def blank(words):
    scores = torch.zeros(words, words, 5)
    scores[..., 0] = 1.0
    return scores


def test_a_sure_relation_settles_an_unsure_type():
    scores = blank(3)
    entity(scores, [0], 1)
    entity(scores, [2], 1, margin=2.0)
    scores[2, 2, 2] += 1.9  # nearly as sure to be of the other type
    relation(scores, [0], [2], OWNS, 3.0)
    labels = agreeing_labels(scores, TYPES, torch.tensor(TYPED), directed=True)
    assert labels.tolist() == [[1, 0, OWNS], [0, 0, 0], [0, 0, 2]]


def test_a_sure_type_denies_a_relation_that_cannot_join_it():
    scores = blank(3)
    entity(scores, [0], 1)
    entity(scores, [2], 1, margin=9.0)
    relation(scores, [0], [2], OWNS, 3.0)
    labels = agreeing_labels(scores, TYPES, torch.tensor(TYPED), directed=True)
    assert labels.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_all_pairs_of_words_of_two_entities_are_one_piece_of_evidence():
    scores = blank(4)
    entity(scores, [0, 1], 1)
    entity(scores, [3], 1)
    relation(scores, [0], [3], LIKES, 4.0)  # one pair of words says yes, the other is unsure
    labels = agreeing_labels(scores, TYPES, torch.tensor(TYPED), directed=True)
    assert labels[:2, 3].tolist() == [LIKES, LIKES]
    scores[1, 3, 0] += 9.0  # and now says no, louder
    labels = agreeing_labels(scores, TYPES, torch.tensor(TYPED), directed=True)
    assert labels[:2, 3].tolist() == [0, 0]


def test_two_entities_have_one_relation_the_surer_way_round():
    scores = blank(3)
    entity(scores, [0], 1)
    entity(scores, [2], 1)
    relation(scores, [0], [2], LIKES, 3.0)
    relation(scores, [2], [0], LIKES, 5.0)
    labels = agreeing_labels(scores, TYPES, torch.tensor(ANY), directed=True)
    assert (labels[0, 2], labels[2, 0]) == (0, LIKES)


def test_a_run_of_words_is_one_entity_of_the_type_its_words_are_surest_of():
    scores = blank(3)
    entity(scores, [0], 1, margin=3.0)
    entity(scores, [1], 2, margin=6.0)
    labels = agreeing_labels(scores, TYPES, torch.tensor(ANY), directed=True)
    assert labels.tolist() == [[2, 2, 0], [0, 2, 0], [0, 0, 0]]


def test_nothing_found_is_nothing_said():
    labels = agreeing_labels(blank(4), TYPES, torch.tensor(TYPED), directed=True)
    assert labels.tolist() == [[0] * 4] * 4


def test_a_sentence_without_words_has_no_labels():
    labels = agreeing_labels(torch.zeros(0, 0, 5), TYPES, torch.tensor(TYPED), directed=True)
    assert labels.shape == (0, 0)


def test_a_model_that_knows_no_relation_still_finds_entities():
    scores = blank(2)
    entity(scores, [1], 2)
    labels = agreeing_labels(scores, TYPES, torch.zeros(0, 3, dtype=torch.long), directed=False)
    assert labels.tolist() == [[0, 0], [0, 2]]
