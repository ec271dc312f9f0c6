"""The word-pair head against loops over pairs of words."""

import math

import pytest
import torch

from core.datasets import word_pairs
from core.heads.pair_decoding import NONE, agreeing_labels
from core.heads.word_pair import IGNORED, WordPairHead

WIDTH, LABELS, WORDS = 6, 4, 5
LAYERS = ["contrastive", "linear"]


def make_head(layer="contrastive", *, directed=True, **options):
    torch.manual_seed(0)
    return WordPairHead(
        WIDTH,
        LABELS,
        entity_types=1,
        signatures=[(2, 1, 1), (3, 1, 1)],
        layer=layer,
        directed=directed,
        pair_width=8,
        **options,
    )


def random_words(posts=2):
    return torch.randn(posts, WORDS, WIDTH, generator=torch.Generator().manual_seed(1))


def lengths(*kept):
    return torch.arange(WORDS) < torch.tensor(kept).unsqueeze(1)


def no_pairs(features):
    return torch.zeros(len(features), 2, 2, dtype=torch.long)


def score(head, features, mask=None):
    mask = torch.ones(features.shape[:2], dtype=torch.bool) if mask is None else mask
    return head.scores(features, mask, no_pairs(features))


def gold_square(*kept, directed):
    """Random labels, IGNORED where a pair is not asked for."""
    gold = torch.randint(
        LABELS, (len(kept), WORDS, WORDS), generator=torch.Generator().manual_seed(2)
    )
    for row, words in enumerate(kept):
        for i in range(WORDS):
            for j in range(WORDS):
                if max(i, j) >= words or (j < i and not directed):
                    gold[row, i, j] = IGNORED
    return gold


def cells(gold):
    return [tuple(place) for place in (gold != IGNORED).nonzero().tolist()]


def nats(scores, place, label):
    row = scores[place].tolist()
    return row[label] - math.log(sum(math.exp(value) for value in row))


@torch.no_grad()
@pytest.mark.parametrize("layer", LAYERS)
def test_every_pair_is_scored_from_its_two_words_and_their_distance(layer):
    head, features = make_head(layer).eval(), random_words(1)
    scores = score(head, features)
    for i in range(WORDS):
        for j in range(WORDS):
            bucket = min(abs(j - i), 5) + (8 if j < i else 0)
            both = torch.cat([head.row.weight, head.column.weight], 1)  # of one map over [h_i; h_j]
            hidden = both @ torch.cat([features[0, i], features[0, j]])
            hidden = hidden + head.row.bias + head.distance.weight[bucket]
            hidden = torch.nn.functional.gelu(hidden)
            if layer == "linear":
                expected = head.label.weight @ hidden + head.label.bias
            else:
                cosine = torch.nn.CosineSimilarity(dim=-1)
                expected = cosine(head.label.weight, hidden.expand(LABELS, -1)) / 0.1
            torch.testing.assert_close(scores[0, i, j], expected, atol=1e-5, rtol=1e-5)


def test_contrastive_scores_lie_within_one_over_the_temperature():
    scores = score(make_head(temperature=0.5).eval(), 100 * random_words())
    assert scores.abs().max() <= 2 + 1e-5


@pytest.mark.parametrize("directed", [False, True])
def test_loss_is_the_weighted_mean_over_the_pairs_asked_for(directed):
    head = make_head(directed=directed, none_weight=0.25).eval()
    scores = score(head, random_words()).detach()
    gold = gold_square(5, 3, directed=directed)
    total = weight = 0.0
    for place in cells(gold):
        label = int(gold[place])
        own = 0.25 if label == 0 else 1.0
        total -= own * nats(scores, place, label)
        weight += own
    assert head.loss(scores, gold, lengths(5, 3)).item() == pytest.approx(total / weight, rel=1e-5)
    assert head.loss_weight(gold, lengths(5, 3)) == pytest.approx(weight, rel=1e-5)


def test_losses_of_posts_by_their_weights_make_that_of_the_batch():
    head = make_head(none_weight=0.25).eval()
    scores, gold = score(head, random_words()).detach(), gold_square(5, 3, directed=True)
    parts = [(scores[[row]], gold[[row]], lengths(*kept)) for row, kept in enumerate([(5,), (3,)])]
    weights = [head.loss_weight(*part[1:]) for part in parts]
    together = sum(w * head.loss(*part) for w, part in zip(weights, parts, strict=True))
    whole = head.loss(scores, gold, lengths(5, 3))
    assert whole.item() == pytest.approx(together.item() / sum(weights), rel=1e-5)
    assert head.loss_weight(torch.full_like(gold, IGNORED), lengths(5, 3)) == 0


@pytest.mark.parametrize("directed", [False, True])
def test_log_likelihood_is_the_sum_over_the_pairs_asked_for_post_by_post(directed):
    head = make_head(directed=directed).eval()
    scores = score(head, random_words()).detach()
    answers = gold_square(5, 3, directed=directed)
    expected = [0.0, 0.0]
    for place in cells(answers):
        expected[place[0]] += nats(scores, place, int(answers[place]))
    found = head.log_likelihood(scores, answers, lengths(5, 3))
    assert found.tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("directed", [False, True])
def test_decode_answers_exactly_the_pairs_asked_for(directed):
    head = make_head(directed=directed).eval()
    scores, asked = score(head, random_words()), gold_square(5, 3, directed=directed) != IGNORED
    answers = head.decode(scores, lengths(5, 3))
    assert torch.equal(answers != IGNORED, asked)
    alone = agreeing_labels(scores[1, :3, :3], 1, head.signatures, directed=directed)
    assert torch.equal(answers[1, :3, :3][asked[1, :3, :3]], alone[asked[1, :3, :3]])


def test_probabilities_of_all_labels_of_one_word_sum_to_one():
    head, mask = make_head().eval(), lengths(1)
    scores = score(head, random_words(1)).detach()
    answers = torch.full((1, WORDS, WORDS), IGNORED)
    shares = []
    for label in range(LABELS):
        answers[0, 0, 0] = label
        shares.append(head.log_likelihood(scores, answers, mask).exp().item())
    assert sum(shares) == pytest.approx(1.0)


def test_padding_changes_neither_loss_nor_answers():
    head, features = make_head().eval(), random_words(1)
    gold = gold_square(3, directed=True)
    padded, alone = score(head, features), score(head, features[:, :3])
    whole = torch.ones(1, 3, dtype=torch.bool)
    assert head.loss(padded, gold, lengths(3)).item() == pytest.approx(
        head.loss(alone, gold[:, :3, :3], whole).item(), rel=1e-5
    )
    assert torch.equal(head.decode(padded, lengths(3))[:, :3, :3], head.decode(alone, whole))


def test_long_sentences_are_scored_post_by_post_alike():
    head = make_head().eval()
    features = torch.randn(3, 200, WIDTH)
    with torch.no_grad():
        expected = torch.cat([score(head, features[row : row + 1]) for row in range(3)])
        torch.testing.assert_close(score(head, features), expected)


def test_nothing_asked_costs_nothing():
    head = make_head()
    scores = score(head, random_words())
    gold = torch.full((2, WORDS, WORDS), IGNORED)
    loss = head.loss(scores, gold, lengths(5, 5))
    loss.backward()
    assert loss.item() == 0
    assert head.log_likelihood(scores, gold, lengths(5, 5)).tolist() == [0, 0]


def test_scores_are_float32_whatever_the_model_runs_in():
    head, features = make_head().eval(), random_words()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lowered = score(head, features)
        loss = head.loss(lowered, gold_square(5, 3, directed=True), lengths(5, 3))
    assert (lowered.dtype, loss.dtype) == (torch.float32, torch.float32)
    assert torch.equal(lowered, score(head, features))


@pytest.mark.parametrize("layer", LAYERS)
def test_gradients_reach_every_parameter(layer):
    head = make_head(layer)
    head.loss(
        score(head, random_words()), gold_square(5, 3, directed=True), lengths(5, 3)
    ).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in head.parameters())


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("directed", [False, True])
def test_a_few_posts_can_be_learned_by_heart(layer, directed):
    head, features = make_head(layer, directed=directed, dropout=0.0), random_words()
    mask = lengths(5, 3)
    gold = torch.where(gold_square(5, 3, directed=directed) == IGNORED, IGNORED, NONE)
    gold[:, [0, 2], [0, 2]] = 1  # two entities a sentence, and how they relate
    gold[0, 0, 2], gold[1, 0, 2] = 2, 3
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for _ in range(150):
        optimizer.zero_grad()
        head.loss(score(head, features), gold, mask).backward()
        optimizer.step()
    assert torch.equal(head.decode(score(head, features), mask), gold)


def test_head_and_codec_ignore_by_the_same_number():
    assert IGNORED == word_pairs.IGNORED


@pytest.mark.parametrize("directed", [True, False])
def test_disagreement_is_a_mean_over_the_pairs_asked_for(directed):
    head, mask = make_head(directed=directed), lengths(5, 3)
    one, other = score(head, random_words()), score(head, 2 * random_words())
    expected = []
    for row, words in enumerate((5, 3)):
        apart = []
        for i in range(words):
            for j in range(words):
                if j >= i or directed:
                    p, q = (each[row, i, j].softmax(-1).tolist() for each in (one, other))
                    both = ((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
                    apart.append(sum(both) / 2)
        expected.append(sum(apart) / len(apart))
    found = head.disagreement(one, other, mask).tolist()
    assert found == pytest.approx(expected, rel=1e-4)
