from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.datasets.word_pairs import IGNORED, WordPairMap
from core.errors import InputError
from core.records import Example, Outcome, Relation

TYPES = ("PER", "ORG", "MISC", "LOC")
RELATIONS = ("peer", "member_of", "contain")
PEER, MEMBER, CONTAIN = 5, 6, 7
X = IGNORED


def labels(*, directed):
    return WordPairMap(TYPES, RELATIONS, directed=directed)


def post(words, entities=(), relations=()):
    text, tokens = tokens_from_words([f"w{number}" for number in range(words)])
    return Example(
        id="1",
        text=text,
        tokens=tokens,
        entities=tuple(entity_from_words(text, tokens, *entity) for entity in entities),
        relations=tuple(Relation(head=h, tail=t, type=name) for h, t, name in relations),
    )


def said(outcome):
    entities = [(e.token_start, e.token_end, e.type) for e in outcome.entities]
    return entities, [(r.head, r.tail, r.type) for r in outcome.relations]


def gold_of(example):
    return Outcome(entities=list(example.entities), relations=list(example.relations))


def example_by_hand():
    """Words: 0-1 PER, 2 nothing, 3 ORG; the organisation has the person as a member."""
    return post(4, [(0, 2, "PER"), (3, 4, "ORG")], [(1, 0, "member_of")])


def test_labels_are_numbered_none_first_then_types_then_relations():
    assert labels(directed=False).names == ("none", *TYPES, *RELATIONS)
    assert len(labels(directed=False)) == 8


def test_undirected_square_agrees_with_one_drawn_by_hand():
    gold, annotated = labels(directed=False).encode([example_by_hand()], [4])
    assert gold.tolist() == [[[1, 1, 0, 6], [X, 1, 0, 6], [X, X, 0, 0], [X, X, X, 2]]]
    assert (gold.dtype, annotated.tolist()) == (torch.long, [True])


def test_directed_square_agrees_with_one_drawn_by_hand():
    gold, _ = labels(directed=True).encode([example_by_hand()], [4])
    assert gold.tolist() == [[[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [6, 6, 0, 2]]]


def test_padding_and_posts_without_gold_are_ignored():
    unknown = post(2).model_copy(update={"entities": None, "relations": None})
    gold, annotated = labels(directed=True).encode([post(1), unknown, post(3)], [1, 2, 3])
    assert annotated.tolist() == [True, False, True]
    assert gold[0].tolist() == [[0, X, X], [X, X, X], [X, X, X]]
    assert (gold[1] == X).all()
    assert (gold[2] == 0).all()


@pytest.mark.parametrize("directed", [False, True])
def test_where_only_entities_are_known_nothing_is_asked_between_words_of_two(directed):
    entities_only = example_by_hand().model_copy(update={"relations": None})
    gold, annotated = labels(directed=directed).encode([entities_only], [4])
    assert annotated.tolist() == [True]
    assert gold.tolist() == [[[1, 1, X, X], [X, 1, X, X], [X, X, 0, X], [X, X, X, 2]]]


def test_words_the_model_does_not_read_have_no_labels():
    gold, _ = labels(directed=False).encode([example_by_hand()], [1])
    assert gold.tolist() == [[[1]]]
    gold, _ = labels(directed=False).encode([example_by_hand()], [0])
    assert gold.tolist() == [[[X]]]


@pytest.mark.parametrize("directed", [False, True])
def test_entities_and_relations_come_back_from_their_labels(directed):
    example = post(
        6,
        [(0, 2, "PER"), (3, 4, "ORG"), (5, 6, "LOC")],
        [(0, 1, "member_of"), (2, 0, "contain") if directed else (0, 2, "contain")],
    )
    codec = labels(directed=directed)
    gold, _ = codec.encode([example, post(9)], [6, 9])
    assert codec.outcome(example, gold[0]) == gold_of(example)


def test_undirected_relations_come_back_with_the_earlier_entity_as_head():
    codec, example = labels(directed=False), example_by_hand()
    gold, _ = codec.encode([example], [4])
    assert said(codec.outcome(example, gold[0]))[1] == [(0, 1, "member_of")]


def test_directed_labels_hold_a_relation_each_way():
    both = [(0, 1, "peer"), (1, 0, "contain")]
    example = post(3, [(0, 1, "PER"), (2, 3, "PER")], both)
    codec = labels(directed=True)
    gold, _ = codec.encode([example], [3])
    assert said(codec.outcome(example, gold[0]))[1] == both


def test_touching_entities_come_back_as_one_of_the_first_type():
    codec, example = labels(directed=False), post(3, [(0, 1, "PER"), (1, 3, "LOC")])
    gold, _ = codec.encode([example], [3])
    assert said(codec.outcome(example, gold[0])) == ([(0, 3, "PER")], [])


@pytest.mark.parametrize("directed", [False, True])
def test_of_nested_entities_the_longer_stays_and_its_relation_with_the_shorter_is_lost(directed):
    example = post(3, [(0, 3, "ORG"), (0, 1, "PER")], [(1, 0, "member_of")])
    codec = labels(directed=directed)
    gold, _ = codec.encode([example], [3])
    assert said(codec.outcome(example, gold[0])) == ([(0, 3, "ORG")], [])


def test_the_most_frequent_relation_wins_and_one_pair_of_words_is_enough():
    codec, example = labels(directed=False), post(5)
    square = torch.tensor(
        [
            [1, 0, PEER, CONTAIN, 0],
            [0, 1, CONTAIN, 0, 0],
            [0, 0, 0, 0, PEER],
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 4],
        ]
    )
    assert said(codec.outcome(example, square)) == ([(0, 2, "PER"), (4, 5, "LOC")], [])
    square[2, 2] = square[3, 3] = 2  # one run: words 0 to 4
    assert said(codec.outcome(example, square)) == ([(0, 5, "PER")], [])
    square[1, 1] = 0
    square[0, 2:4] = torch.tensor([PEER, PEER])
    square[0, 4] = CONTAIN
    assert said(codec.outcome(example, square)) == (
        [(0, 1, "PER"), (2, 5, "ORG")],
        [(0, 1, "peer")],
    )


def test_a_relation_on_the_diagonal_is_no_entity():
    square = torch.tensor([[PEER, 0], [0, 0]])
    assert said(labels(directed=False).outcome(post(2), square)) == ([], [])


def test_padding_of_the_answers_is_passed_over():
    square = torch.full((4, 4), X)
    square[0, 0] = 3
    assert said(labels(directed=True).outcome(post(2), square)) == ([(0, 1, "MISC")], [])
    square[3, 3] = 3
    assert said(labels(directed=True).outcome(post(2), square))[0] == [(0, 1, "MISC")]


def decoded_by_loops(square, words, *, directed):
    """Entities and relations of a square, cell by cell."""
    runs, start = [], None
    for word in range(words + 1):
        inside = word < words and 1 <= square[word][word] <= len(TYPES)
        if inside and start is None:
            start = word
        if not inside and start is not None:
            runs.append((start, word, TYPES[square[start][start] - 1]))
            start = None
    relations = []
    for a, (a_start, a_end, _) in enumerate(runs):
        for b, (b_start, b_end, _) in enumerate(runs):
            if a == b or (a > b and not directed):
                continue
            cells = [square[i][j] for i in range(a_start, a_end) for j in range(b_start, b_end)]
            counts = Counter(cell for cell in cells if cell > len(TYPES))
            if counts:
                best = min(counts, key=lambda number: (-counts[number], number))
                relations.append((a, b, RELATIONS[best - 1 - len(TYPES)]))
    return runs, relations


def squares(words):
    row = st.lists(st.integers(X, 7), min_size=words, max_size=words)
    return st.lists(row, min_size=words, max_size=words)


@given(st.integers(1, 6).flatmap(squares), st.booleans())
def test_any_square_is_read_as_by_loops_over_its_cells(square, directed):
    example = post(len(square))
    found = said(labels(directed=directed).outcome(example, torch.tensor(square)))
    assert found == decoded_by_loops(square, len(square), directed=directed)


@st.composite
def separate_entities(draw):
    """Entities with a gap between any two, and at most one relation a pair, from the earlier."""
    entities, start = [], draw(st.integers(0, 2))
    for _ in range(draw(st.integers(0, 4))):
        end = start + draw(st.integers(1, 3))
        entities.append((start, end, draw(st.sampled_from(TYPES))))
        start = end + draw(st.integers(1, 2))
    pairs = [(a, b) for a in range(len(entities)) for b in range(a + 1, len(entities))]
    chosen = [(pair, draw(st.sampled_from((None, *RELATIONS)))) for pair in pairs]
    relations = [(*pair, name) for pair, name in chosen if name]
    return post(start + 1, entities, relations)


@given(separate_entities(), st.booleans())
def test_whatever_does_not_touch_comes_back_whole(example, directed):
    codec = labels(directed=directed)
    gold, _ = codec.encode([example], [len(example.tokens)])
    assert codec.outcome(example, gold[0]) == gold_of(example)


def relation_to_nowhere():
    return post(2, [(0, 1, "PER")], [(0, 1, "peer")])


def entity_beyond_the_sentence():
    return post(2).model_copy(update={"entities": post(4, [(1, 4, "PER")]).entities})


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (post(2, [(0, 1, "ANIMAL")]), "'ANIMAL' is an unknown entity type"),
        (post(3, [(0, 1, "PER"), (2, 3, "PER")], [(0, 1, "likes")]), "'likes' is an unknown rel"),
        (post(3, [(0, 1, "PER"), (2, 3, "PER")], [(0, 1, "LOC")]), "'LOC' is an unknown relation"),
        (relation_to_nowhere(), "entities 0 and 1 of 1"),
        (entity_beyond_the_sentence(), "covers no words"),
    ],
    ids=["type", "relation", "type as relation", "nowhere", "beyond"],
)
def test_gold_that_has_no_number_is_refused(example, message):
    with pytest.raises(InputError, match=message):
        labels(directed=False).encode([example], [2])


def test_other_is_misc():
    codec = WordPairMap(("OTHER",), RELATIONS, directed=False)
    assert codec.names[1] == "MISC"
    gold, _ = codec.encode([post(1, [(0, 1, "OTHER")])], [1])
    assert gold.tolist() == [[[1]]]


@pytest.mark.parametrize(
    ("types", "relations"), [(("MISC", "OTHER"), ("peer",)), (("PER",), ("PER",)), (("PER",), ())]
)
def test_labels_named_twice_or_not_at_all_are_refused(types, relations):
    with pytest.raises(InputError, match=r"twice|at least one"):
        WordPairMap(types, relations, directed=True)


def test_signatures_number_the_types_a_relation_may_join():
    codec = WordPairMap(
        ("PER", "OTHER"),
        ("likes", "owns"),
        directed=True,
        argument_types={"owns": [("PER", "MISC")]},
    )
    per, misc, likes, owns = (codec.ids[name] for name in ("PER", "MISC", "likes", "owns"))
    anything = [(likes, head, tail) for head in (per, misc) for tail in (per, misc)]
    assert codec.signatures == [*anything, (owns, per, misc)]


@pytest.mark.parametrize(
    "wrong", [{"hates": [("PER", "PER")]}, {"likes": [("PER", "DOG")]}, {"likes": []}]
)
def test_argument_types_nobody_knows_are_refused(wrong):
    with pytest.raises(InputError, match="argument types of"):
        WordPairMap(("PER",), ("likes",), directed=True, argument_types=wrong)
