"""The classification head against the same features put together word by word."""

import pytest
import torch

from core.heads.classification import ClassificationHead

WIDTH, LABELS = 4, 3
FEATURES = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))
MASK = torch.tensor([[True] * 5, [True, True, False, False, False]])
NO_PAIRS = torch.zeros(2, 2, 2, dtype=torch.long)


@pytest.fixture
def head() -> ClassificationHead:
    torch.manual_seed(0)
    return ClassificationHead(WIDTH, LABELS, dropout=0.0)


def test_scores_come_from_mean_and_maximum_of_the_words(head):
    expected = []
    for row, words in ((0, 5), (1, 2)):
        columns = [FEATURES[row, :words, column].tolist() for column in range(WIDTH)]
        means, highest = [sum(c) / words for c in columns], [max(c) for c in columns]
        expected.append(head.layers(torch.tensor(means + highest)))
    torch.testing.assert_close(head.scores(FEATURES, MASK, NO_PAIRS), torch.stack(expected))


def test_padding_changes_nothing_even_if_it_is_nan(head):
    broken = FEATURES.masked_fill(~MASK.unsqueeze(-1), torch.nan)
    assert torch.equal(head.scores(broken, MASK, NO_PAIRS), head.scores(FEATURES, MASK, NO_PAIRS))


def test_the_order_of_words_changes_nothing(head):
    torch.testing.assert_close(
        head.scores(FEATURES.flip(1), MASK.flip(1), NO_PAIRS),
        head.scores(FEATURES, MASK, NO_PAIRS),
    )


def test_pairs_change_nothing(head):
    marked = torch.tensor([[[0, 1], [1, 2]]] * 2)
    assert torch.equal(head.scores(FEATURES, MASK, marked), head.scores(FEATURES, MASK, NO_PAIRS))


def test_a_post_without_words_is_scored_by_the_bias_with_finite_gradients(head):
    features = FEATURES.clone().requires_grad_()
    mask = torch.tensor([[True] * 5, [False] * 5])
    scores = head.scores(features, mask, NO_PAIRS)
    head.loss(scores, torch.tensor([0, 1]), mask).backward()
    assert torch.equal(scores[1], head.layers[1].bias)
    assert features.grad.isfinite().all()
    assert features.grad[1].abs().sum() == 0


def test_scores_are_float32_under_autocast(head):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = head.scores(FEATURES.bfloat16(), MASK, NO_PAIRS)
    assert scores.dtype == torch.float32
    expected = head.scores(FEATURES.bfloat16().float(), MASK, NO_PAIRS)
    torch.testing.assert_close(scores, expected)


def test_two_posts_are_learned_by_heart(head):
    gold = torch.tensor([2, 1])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        head.loss(head.scores(FEATURES, MASK, NO_PAIRS), gold, MASK).backward()
        optimizer.step()
    assert torch.equal(head.decode(head.scores(FEATURES, MASK, NO_PAIRS), MASK), gold)
