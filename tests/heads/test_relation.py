"""The relation head against the same features put together word by word."""

import pytest
import torch

from core.heads.relation import RelationHead

WIDTH, RELATIONS = 4, 3
FEATURES = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))
MASK = torch.tensor([[True] * 5, [True, True, True, False, False]])
PAIRS = torch.tensor([[[0, 2], [3, 5]], [[2, 3], [0, 1]]])


@pytest.fixture
def head() -> RelationHead:
    torch.manual_seed(0)
    return RelationHead(WIDTH, RELATIONS, dropout=0.0)


def mean(rows: list[torch.Tensor]) -> torch.Tensor:
    return sum(rows, torch.zeros(WIDTH)) / max(1, len(rows))


def by_hand(head: RelationHead, row: int, words: int, pair: list[list[int]]) -> torch.Tensor:
    read = list(FEATURES[row, :words])
    first, second = (mean(read[start:end]) for start, end in pair)
    return head.layers(torch.cat([first, second, first * second, mean(read)]))


def test_scores_come_from_head_tail_product_and_sentence(head):
    expected = [by_hand(head, 0, 5, PAIRS[0].tolist()), by_hand(head, 1, 3, PAIRS[1].tolist())]
    torch.testing.assert_close(head.scores(FEATURES, MASK, PAIRS), torch.stack(expected))


def test_the_direction_of_a_pair_matters(head):
    turned = head.scores(FEATURES, MASK, PAIRS.flip(1))
    assert not torch.allclose(turned, head.scores(FEATURES, MASK, PAIRS), atol=1e-4)


def test_padding_changes_nothing_even_if_it_is_nan(head):
    longer = torch.cat([FEATURES, torch.full((2, 3, WIDTH), torch.nan)], 1)
    mask = torch.cat([MASK, torch.zeros(2, 3, dtype=torch.bool)], 1)
    torch.testing.assert_close(head.scores(longer, mask, PAIRS), head.scores(FEATURES, MASK, PAIRS))


def test_a_name_that_was_partly_read_is_its_words_that_were(head):
    partly = head.scores(FEATURES, MASK, torch.tensor([[[0, 1], [1, 2]], [[0, 1], [2, 9]]]))
    whole = head.scores(FEATURES, MASK, torch.tensor([[[0, 1], [1, 2]], [[0, 1], [2, 3]]]))
    assert torch.equal(partly, whole)


@pytest.mark.parametrize("pair", [[[7, 9], [9, 12]], [[0, 0], [0, 0]]], ids=["cut off", "none"])
def test_a_pair_that_was_not_read_counts_as_zeros(head, pair):
    scores = head.scores(FEATURES, MASK, torch.tensor([pair, pair]))
    zeros = torch.zeros(3 * WIDTH)
    for row, words in ((0, 5), (1, 3)):
        expected = head.layers(torch.cat([zeros, FEATURES[row, :words].mean(0)]))
        torch.testing.assert_close(scores[row], expected)


def test_a_post_without_words_has_finite_scores_and_gradients(head):
    features = FEATURES.clone().requires_grad_()
    scores = head.scores(features, torch.zeros_like(MASK), PAIRS)
    head.loss(scores, torch.tensor([0, 1]), MASK).backward()
    assert scores.isfinite().all()
    assert features.grad.abs().sum() == 0


def test_scores_are_float32_under_autocast(head):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = head.scores(FEATURES.bfloat16(), MASK, PAIRS)
    assert scores.dtype == torch.float32
    expected = head.scores(FEATURES.bfloat16().float(), MASK, PAIRS)
    torch.testing.assert_close(scores, expected)


def test_gradients_reach_every_layer(head):
    head.loss(head.scores(FEATURES, MASK, PAIRS), torch.tensor([0, 2]), MASK).backward()
    for name, parameter in head.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_dropout_acts_in_training_only():
    head = RelationHead(WIDTH, RELATIONS, dropout=0.9)
    torch.manual_seed(0)
    first, second = (head.scores(FEATURES, MASK, PAIRS) for _ in range(2))
    assert not torch.equal(first, second)
    head.eval()
    first, second = (head.scores(FEATURES, MASK, PAIRS) for _ in range(2))
    assert torch.equal(first, second)


def test_relations_that_only_the_order_of_a_pair_tells_are_learned(head):
    pairs = torch.tensor([[[0, 1], [2, 3]], [[2, 3], [0, 1]]])
    same = FEATURES[:1].expand(2, -1, -1)
    mask, gold = MASK[:1].expand(2, -1), torch.tensor([1, 2])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        head.loss(head.scores(same, mask, pairs), gold, mask).backward()
        optimizer.step()
    assert torch.equal(head.decode(head.scores(same, mask, pairs), mask), gold)
