"""The CRF head against brute force over every tag sequence."""

import itertools
import math

import pytest
import torch

from core.datasets.labels import LabelMap
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


def test_the_loss_weighs_as_much_as_there_are_sentences(head):
    mask = torch.tensor([[True] * WORDS, [True, False, False, False]])
    assert head.loss_weight(torch.zeros(2, WORDS, dtype=torch.long), mask) == 2


def test_each_sentence_has_its_own_log_likelihood_whatever_it_is_padded_with(head, emissions):
    padded = torch.stack([emissions, torch.cat([emissions[:2], torch.full((2, TAGS), 9.0)])])
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    tags = torch.tensor([[0, 2, 1, 1], [1, 0, 0, 0]])
    shares = [all_paths(head, emissions)[(0, 2, 1, 1)], all_paths(head, emissions[:2])[(1, 0)]]
    expected = torch.tensor(shares).log()
    found = head.log_likelihood(padded, tags, mask).detach()
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_decode_finds_the_best_path(head, emissions):
    paths = all_paths(head, emissions)
    decoded = head.decode(emissions[None], torch.ones(1, WORDS, dtype=torch.bool))
    assert tuple(decoded[0].tolist()) == max(paths, key=paths.__getitem__)


def test_padding_changes_neither_loss_nor_path(head, emissions):
    padded = torch.cat([emissions, torch.full((2, TAGS), 9.0)])[None]
    mask = torch.tensor([[True] * WORDS + [False] * 2])
    tags = torch.tensor([[0, 1, 2, 0, 0, 0]])
    whole = torch.ones(1, WORDS, dtype=torch.bool)
    assert head.loss(padded, tags, mask).item() == pytest.approx(
        head.loss(emissions[None], tags[:, :WORDS], whole).item(), abs=1e-5
    )
    (path,) = head.best_paths(emissions[None], whole)
    assert head.best_paths(padded, mask) == [path]
    assert head.decode(padded, mask).tolist() == [[*path, 0, 0]]


def test_answers_are_as_long_as_the_mask_even_where_every_sentence_is_shorter(head, emissions):
    mask = torch.tensor([[True, True, False, False], [True, False, False, False]])
    both = torch.stack([emissions, emissions])
    answers = head.decode(both, mask)
    assert answers.shape == (2, WORDS)
    assert [row[:words] for row, words in zip(answers.tolist(), (2, 1), strict=True)] == (
        head.best_paths(both, mask)
    )
    assert not answers[~mask].any()
    assert answers.dtype == torch.long


def test_marginals_are_sums_over_all_paths(head, emissions):
    expected = torch.zeros(WORDS, TAGS)
    for path, share in all_paths(head, emissions).items():
        for word, tag in enumerate(path):
            expected[word, tag] += share
    mask = torch.ones(1, WORDS, dtype=torch.bool)
    found = head.marginals(emissions[None], mask)[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_marginals_of_a_sentence_do_not_depend_on_its_padding(head, emissions):
    padded = torch.stack([emissions, torch.cat([emissions[:1], torch.full((3, TAGS), 9.0)])])
    mask = torch.tensor([[True] * 4, [True, False, False, False]])
    found = head.marginals(padded, mask)
    expected = list(all_paths(head, emissions[:1]).values())
    assert found[1, 0].tolist() == pytest.approx(expected, abs=1e-5)
    assert not found[1, 1:].any()


def test_disagreement_is_the_mean_of_both_divergences_over_all_paths(head, emissions):
    others = torch.randn(WORDS, TAGS, generator=torch.Generator().manual_seed(2))
    p, q = all_paths(head, emissions), all_paths(head, others)
    expected = sum((p[path] - q[path]) * math.log(p[path] / q[path]) for path in p) / 2
    padded = [torch.stack([each, torch.full((WORDS, TAGS), 9.0)]) for each in (emissions, others)]
    mask = torch.tensor([[True] * WORDS, [True, False, False, False]])
    found = head.disagreement(*padded, mask)
    assert found.tolist() == pytest.approx([expected, 0.0], abs=1e-5)


def test_the_gradient_of_disagreement_is_that_of_finite_differences(head, emissions):
    head = head.double()
    scores = emissions[None].double().requires_grad_()
    others = torch.randn(1, WORDS, TAGS, dtype=torch.float64).requires_grad_()
    mask = torch.ones(1, WORDS, dtype=torch.bool)
    assert torch.autograd.gradcheck(lambda a, b: head.disagreement(a, b, mask), (scores, others))


def test_tags_agree_with_a_span_that_they_neither_change_nor_continue(head):
    agreeing = head.agreeing((0, 1, 2, 0), (1, 3, 2))
    assert agreeing.int().tolist() == [[1, 1, 1], [0, 1, 0], [0, 0, 1], [1, 1, 0]]


def test_a_span_at_the_end_of_the_sentence_needs_no_follower(head):
    agreeing = head.agreeing((0, 1, 2, 1), (3, 4, 2))
    assert agreeing.int().tolist() == [[1, 1, 1]] * 3 + [[0, 1, 0]]


@pytest.mark.parametrize("path", [(0, 1, 2, 0), (0, 2, 2, 0), (1, 2, 0, 2), (2, 0, 1, 1)])
def test_the_share_that_agrees_with_a_span_is_that_of_the_paths_with_that_span(
    head, emissions, path
):
    labels = LabelMap(("PER",))
    span = labels.spans(path)[-1]
    own = slice(span.start, span.end)
    expected = sum(
        share
        for other, share in all_paths(head, emissions).items()
        if other[own] == path[own] and span in labels.spans(other)
    )
    found = head.log_share(emissions[None], head.agreeing(path, (span.start, span.end, 2))[None])
    assert found.exp().tolist() == pytest.approx([expected], abs=1e-5)


def test_log_share_is_that_of_the_paths_whose_tags_are_allowed(head, emissions):
    allowed = torch.tensor([[1, 0, 1], [1, 1, 1], [0, 1, 0], [1, 1, 0]]).bool()
    expected = sum(
        share
        for path, share in all_paths(head, emissions).items()
        if all(allowed[word, tag] for word, tag in enumerate(path))
    )
    found = head.log_share(emissions[None], allowed[None])
    assert found.exp().tolist() == pytest.approx([expected], abs=1e-5)


def test_one_mask_serves_several_sentences_and_the_other_way_round(head, emissions):
    masks = torch.stack([head.agreeing((0, 1, 2, 0), (1, 3, 2)), torch.ones(WORDS, TAGS).bool()])
    both = torch.stack([emissions, 2 * emissions])
    one = head.log_share(both, masks[:1]).tolist()
    assert one[0] == pytest.approx(head.log_share(emissions[None], masks).tolist()[0], abs=1e-5)
    assert head.log_share(emissions[None], masks).tolist()[1] == pytest.approx(0.0, abs=1e-5)


def test_log_share_has_the_gradient_of_finite_differences(head, emissions):
    head.double()
    allowed = head.agreeing((0, 1, 2, 0), (1, 3, 2))[None]
    given = emissions[None].double().requires_grad_()
    assert torch.autograd.gradcheck(lambda scores: head.log_share(scores, allowed), given)


def test_gradients_reach_projection_and_transitions(head):
    features = torch.randn(2, WORDS, 5)
    mask = torch.ones(2, WORDS, dtype=torch.bool)
    scores = head.scores(features, mask, torch.zeros(2, 2, 2, dtype=torch.long))
    head.loss(scores, torch.zeros(2, WORDS, dtype=torch.long), mask).backward()
    assert head.projection.weight.grad.abs().sum() > 0
    assert head.crf.transitions.grad.abs().sum() > 0
