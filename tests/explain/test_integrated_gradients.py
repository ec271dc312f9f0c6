"""How many steps are taken, and that a row's value does not depend on the rows around it."""

import pytest
import torch

from core.errors import InputError
from core.explain import integrated_gradients
from core.explain.integrated_gradients import Source, SpanLogProbability, Way, integrate


@pytest.fixture(scope="module")
def goal(make_reader) -> SpanLogProbability:
    reader = make_reader()
    return SpanLogProbability(reader.model, reader.codec, reader.whole, reader.record().entities[0])


def sources(goal: SpanLogProbability) -> list[Source]:
    """Every piece masked, special ones too, and regions of nothing."""
    embedding = goal.model.text_encoder.model.get_input_embeddings()
    post = goal.post
    return [
        Source("input_ids", embedding, torch.full_like(post.input_ids, 4)),
        Source("image_regions", goal.entrance, torch.zeros_like(post.image_regions)),
    ]


def walk(goal: SpanLogProbability, monkeypatch, steps: tuple[int, ...], enough: float) -> Way:
    monkeypatch.setattr(integrated_gradients, "STEPS", steps)
    monkeypatch.setattr(integrated_gradients, "GAP_SHARE", enough)
    return integrate(goal, sources(goal))


def test_steps_are_added_only_until_the_shares_add_up(goal, monkeypatch):
    assert walk(goal, monkeypatch, (1, 50, 200), 0.05).steps == 50
    assert walk(goal, monkeypatch, (50, 200), 0.05).steps == 50


def test_where_they_never_add_up_all_steps_are_taken_and_the_gap_is_told(goal, monkeypatch):
    way = walk(goal, monkeypatch, (1, 2), 0.0)
    assert way.steps == 2
    found = sum(float(share.sum()) for share in way.shares.values())
    assert way.gap == pytest.approx(found - (way.end - way.start), abs=1e-5)
    assert way.gap != 0


def test_more_steps_leave_a_smaller_gap(goal, monkeypatch):
    few, many = (walk(goal, monkeypatch, (steps,), 0.0) for steps in (2, 100))
    assert abs(many.gap) < abs(few.gap)


def test_shares_do_not_depend_on_how_many_steps_are_read_together(goal, monkeypatch):
    together = walk(goal, monkeypatch, (25,), 0.0)
    monkeypatch.setattr(integrated_gradients, "_PIECES_AT_ONCE", 1)
    apart = integrate(goal, sources(goal))
    for field, share in together.shares.items():
        torch.testing.assert_close(share, apart.shares[field], atol=1e-5, rtol=1e-3)


@torch.no_grad()
def test_the_value_at_the_post_is_that_of_its_span(goal, make_reader):
    (value,) = goal(["input_ids"], goal.post.input_ids)
    score = make_reader().record().entities[0].score
    assert value.exp().item() == pytest.approx(score, rel=1e-3)


@torch.no_grad()
def test_every_row_has_its_own_value(goal):
    masked = torch.full_like(goal.post.input_ids, 4)
    both = goal(["input_ids"], torch.cat([goal.post.input_ids, masked]))
    alone = [goal(["input_ids"], row).item() for row in (goal.post.input_ids, masked)]
    assert both.tolist() == pytest.approx(alone, abs=1e-4)
    assert both[0] != both[1]


def test_an_entity_the_model_does_not_find_is_refused(make_reader):
    reader = make_reader()
    entity = reader.record().entities[0]
    wrong = entity.model_copy(update={"token_end": entity.token_end + 1, "text": "no such"})
    with pytest.raises(InputError, match="does not find the record's entity 'no such'"):
        SpanLogProbability(reader.model, reader.codec, reader.whole, wrong)
