"""The prediction game, against reading the post once for each coalition, and against captum."""

import functools
import itertools

import pytest
import torch
from captum.attr import FeatureAblation, ShapleyValueSampling

from core.config import HeadConfig
from core.explain import prediction_game
from core.explain.own_games import own_games
from core.explain.prediction_game import coalition_scores, play_prediction_game
from core.records import PredictionGame

SAMPLES = 200
OTHER_TASKS = {
    "mre": HeadConfig(task="mre", relations=("None", "likes", "knows")),
    "jmere": HeadConfig(task="jmere", relations=("likes", "knows")),
    "jmere, directed": HeadConfig(task="jmere", relations=("likes", "knows"), directed=True),
    "classification": HeadConfig(task="classification", labels=("bad", "good", "odd")),
}


@pytest.fixture(params=[True, False], ids=["photo", "no photo"])
def reader(request, make_reader):
    return make_reader(image=request.param)


def play(reader) -> PredictionGame:
    places = [place for place, context in enumerate(reader.contexts) if context.included]
    return play_prediction_game(
        reader.model.head,
        reader.codec,
        reader.example,
        coalition_scores(reader.model, reader.read, len(places)),
        words=len(reader.example.tokens),
        contexts=places,
        own_games=own_games(reader.record().games),
        seconds=0.0,
    )


@torch.no_grad()
def alone(reader, members) -> float:
    """The log-likelihood of the final answer, the post read by itself with these contexts only."""
    final = reader.model.decode(reader.whole)
    batch = reader.read([members])
    emissions = reader.model.read(batch).scores
    read = batch.word_mask
    return float(reader.model.head.log_likelihood(emissions, final, read))


def test_a_coalition_is_worth_what_the_model_gains_by_its_contexts(reader):
    game = play(reader)
    empty = alone(reader, [])
    assert game.log_likelihood_empty == pytest.approx(empty, abs=1e-4)
    for row, coalition in enumerate(game.coalitions):
        assert coalition.members == [place for place in range(3) if row >> place & 1]
        expected = alone(reader, coalition.members) - empty
        assert coalition.value == pytest.approx(expected, abs=1e-4)
    assert game.coalitions[0].value == 0.0


@pytest.fixture(params=OTHER_TASKS)
def other(request, make_reader):
    return make_reader(head=OTHER_TASKS[request.param])


def test_a_coalition_of_any_task_is_worth_what_the_model_gains_by_its_contexts(other):
    game = play(other)
    empty = alone(other, [])
    assert game.log_likelihood_empty == pytest.approx(empty, abs=1e-4)
    for coalition in game.coalitions:
        expected = alone(other, coalition.members) - empty
        assert coalition.value == pytest.approx(expected, abs=1e-4)
    assert len({round(coalition.value, 4) for coalition in game.coalitions}) > 1
    assert sum(game.shapley_values) == pytest.approx(game.coalitions[-1].value)


@torch.no_grad()
def test_a_coalition_of_any_task_says_what_is_read_off_the_post_with_its_contexts(other):
    for coalition in play(other).coalitions:
        (answer,) = other.model.decode(other.read([coalition.members]))
        expected = other.codec.outcome(other.example, answer)
        for found, wanted in (
            (coalition.entities, expected.entities),
            (coalition.relations, expected.relations),
        ):
            assert [one.model_copy(update={"score": 1.0}) for one in found] == wanted
        assert coalition.label == expected.label


@torch.no_grad()
def test_the_final_relation_is_asked_for_in_every_coalition(make_reader):
    reader = make_reader(head=OTHER_TASKS["mre"])
    game, record = play(reader), reader.record()
    chances = [
        reader.model.read(reader.read([coalition.members])).scores[0].softmax(-1)
        for coalition in game.coalitions
    ]
    final = reader.codec.ids[record.label.name]
    logs = [float(one[final].log()) for one in chances]
    assert record.label.probabilities[record.label.name] == pytest.approx(float(chances[-1][final]))
    assert [c.value for c in game.coalitions] == pytest.approx(
        [value - logs[0] for value in logs], abs=1e-4
    )


def test_values_do_not_depend_on_how_rows_are_grouped(reader, monkeypatch):
    together = play(reader)
    monkeypatch.setattr(prediction_game, "_PIECES_AT_ONCE", 1)
    apart = play(reader)
    for one, other in zip(together.coalitions, apart.coalitions, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-4)
        assert [e.text for e in one.entities] == [e.text for e in other.entities]


def test_shapley_values_average_over_all_orders_and_sum_to_everybody(reader):
    game = play(reader)
    values = [coalition.value for coalition in game.coalitions]
    gains = torch.zeros(3, dtype=torch.float64)
    for order in itertools.permutations(range(3)):
        members = 0
        for player in order:
            gains[player] += (values[members | 1 << player] - values[members]) / 6
            members |= 1 << player
    assert game.shapley_values == pytest.approx(gains.tolist())
    assert game.efficiency_residual == pytest.approx(0.0, abs=1e-9)
    for row, column in itertools.combinations(range(3), 2):
        assert game.interactions[row][column] == game.interactions[column][row]


def test_entities_are_those_found_with_these_contexts_only(reader):
    game = play(reader)
    for coalition in game.coalitions:
        (path,) = reader.model.decode(reader.read([coalition.members])).tolist()
        expected = {tuple(span) for span in reader.codec.spans(path)}
        assert {(e.type, e.token_start, e.token_end) for e in coalition.entities} == expected
    final = [(e.text, e.type, e.score) for e in game.coalitions[-1].entities]
    assert final == [
        (e.text, e.type, pytest.approx(e.score, abs=1e-4)) for e in reader.record().entities
    ]


def test_alignment_values_stand_beside_the_prediction(reader):
    game, own = play(reader), {made.side: made for made in own_games(reader.record().games)}
    assert [coalition.text_value for coalition in game.coalitions] == own["text"].values
    images = [coalition.image_value for coalition in game.coalitions]
    assert images == (own["image"].values if "image" in own else [None] * 8)


def test_contexts_that_are_off_are_no_players(make_reader):
    game = play(make_reader(off=[1]))
    assert game.contexts == [0, 2]
    assert [coalition.members for coalition in game.coalitions] == [[], [0], [2], [0, 2]]


def test_two_equal_contexts_share_equally(make_reader):
    first, second = play(make_reader(["a tower", "a tower"])).shapley_values
    assert first == pytest.approx(second, abs=1e-5)


def test_a_single_context_gets_everything(make_reader):
    game = play(make_reader(["a tower"]))
    assert game.shapley_values == [game.coalitions[1].value]
    assert game.interactions == [[0.0]]


def test_values_stay_right_when_contexts_have_to_share_the_room(make_reader):
    long = make_reader([f"{sign} very long description of a tower " * 2 for sign in "abc"])
    # Alone a context is read to its end, together all are cut: the value is of what is read.
    assert long.read([[0]]).context_spans[0, 0].diff() > long.whole.context_spans[0, 0].diff()
    game = play(long)
    for coalition in game.coalitions:
        expected = alone(long, coalition.members) - alone(long, [])
        assert coalition.value == pytest.approx(expected, abs=1e-4)


def masked_values(reader):
    """The game as captum wants it: a function of masks over the contexts, one value a row."""

    @functools.cache
    def value(members: tuple[int, ...]) -> float:
        return alone(reader, members)

    def forward(masks: torch.Tensor) -> torch.Tensor:
        members = [tuple(mask.nonzero().flatten().tolist()) for mask in masks]
        return torch.tensor([value(chosen) for chosen in members])  # (rows,)

    return forward


def test_captums_feature_ablation_is_leave_one_out(reader):
    values = [coalition.value for coalition in play(reader).coalitions]
    ablated = FeatureAblation(masked_values(reader)).attribute(torch.ones(1, 3), baselines=0)
    expected = [values[7] - values[7 ^ 1 << player] for player in range(3)]
    assert ablated[0].tolist() == pytest.approx(expected, abs=1e-3)


def test_captums_sampling_agrees_within_its_standard_error(reader):
    game = play(reader)
    values = [coalition.value for coalition in game.coalitions]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sampled = ShapleyValueSampling(masked_values(reader)).attribute(
            torch.ones(1, 3), baselines=0, n_samples=SAMPLES, perturbations_per_eval=3
        )[0]
    gains = torch.zeros(6, 3)
    for number, order in enumerate(itertools.permutations(range(3))):
        members = 0
        for player in order:
            gains[number, player] = values[members | 1 << player] - values[members]
            members |= 1 << player
    errors = gains.std(0, correction=0) / SAMPLES**0.5  # of one order over the root of their number
    difference = (sampled - torch.tensor(game.shapley_values)).abs()
    assert (difference <= 4 * errors + 1e-4).all()
