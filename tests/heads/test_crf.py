"""The CRF head against brute force over every tag sequence."""

import itertools

import pytest
import torch

from core.heads.crf import CRFHead

TAGS = 3
WORDS = 4


@pytest.fixture
def head() -> CRFHead:
    torch.manual_seed(0)
    made = CRFHead(5, TAGS, dropout=0.0)
    torch.nn.init.normal_(made.crf.transitions)
    return made


@pytest.fixture
def emissions() -> torch.Tensor:
    return torch.randn(WORDS, TAGS, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def path_score(head: CRFHead, emissions: torch.Tensor, path: tuple[int, ...]) -> float:
    crf = head.crf
    score = crf.start_transitions[path[0]] + crf.end_transitions[path[-1]]
    score = score + sum(emissions[word, tag] for word, tag in enumerate(path))
    return float(score + sum(crf.transitions[a, b] for a, b in itertools.pairwise(path)))


def all_paths(head: CRFHead, emissions: torch.Tensor) -> dict[tuple[int, ...], float]:
    paths = list(itertools.product(range(TAGS), repeat=len(emissions)))
    scores = torch.tensor([path_score(head, emissions, path) for path in paths])
    return dict(zip(paths, scores.softmax(0).tolist(), strict=True))


def test_loss_is_the_negative_log_share_of_the_gold_path(head, emissions):
    gold = (0, 2, 1, 1)
    loss = head.loss(emissions[None], torch.tensor([gold]), torch.ones(1, WORDS, dtype=torch.bool))
    expected = -torch.tensor(all_paths(head, emissions)[gold]).log()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)


def test_decode_finds_the_best_path(head, emissions):
    paths = all_paths(head, emissions)
    decoded = head.decode(emissions[None], torch.ones(1, WORDS, dtype=torch.bool))
    assert tuple(decoded[0]) == max(paths, key=paths.__getitem__)


def test_padding_changes_neither_loss_nor_path(head, emissions):
    padded = torch.cat([emissions, torch.full((2, TAGS), 9.0)])[None]
    mask = torch.tensor([[True] * WORDS + [False] * 2])
    tags = torch.tensor([[0, 1, 2, 0, 0, 0]])
    whole = torch.ones(1, WORDS, dtype=torch.bool)
    assert head.loss(padded, tags, mask).item() == pytest.approx(
        head.loss(emissions[None], tags[:, :WORDS], whole).item(), abs=1e-5
    )
    assert head.decode(padded, mask) == head.decode(emissions[None], whole)


def test_marginals_are_sums_over_all_paths(head, emissions):
    expected = torch.zeros(WORDS, TAGS)
    for path, share in all_paths(head, emissions).items():
        for word, tag in enumerate(path):
            expected[word, tag] += share
    torch.testing.assert_close(head.marginals(emissions), expected, atol=1e-5, rtol=0)


def test_one_word_has_marginals(head, emissions):
    expected = list(all_paths(head, emissions[:1]).values())
    assert head.marginals(emissions[:1])[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_span_score_is_the_share_of_paths_with_that_span(head, emissions):
    path, span = (0, 1, 2, 0), (1, 3, 2)
    expected = sum(
        share
        for other, share in all_paths(head, emissions).items()
        if other[1:3] == path[1:3] and other[3] != 2
    )
    assert head.span_scores(emissions, path, [span]) == pytest.approx([expected], abs=1e-5)


def test_span_at_the_end_of_the_sentence_needs_no_follower(head, emissions):
    path, span = (0, 1, 2, 1), (3, 4, 0)
    expected = sum(s for other, s in all_paths(head, emissions).items() if other[3] == 1)
    assert head.span_scores(emissions, path, [span]) == pytest.approx([expected], abs=1e-5)


def test_no_spans_give_no_scores(head, emissions):
    assert head.span_scores(emissions, (0, 0, 0, 0), []) == []


def test_gradients_reach_projection_and_transitions(head):
    features = torch.randn(2, WORDS, 5)
    mask = torch.ones(2, WORDS, dtype=torch.bool)
    head.loss(head.emissions(features), torch.zeros(2, WORDS, dtype=torch.long), mask).backward()
    assert head.projection.weight.grad.abs().sum() > 0
    assert head.crf.transitions.grad.abs().sum() > 0
