"""Integrated gradients of an entity: completeness, an oracle without captum, and no traces left."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from core.config import HeadConfig
from core.errors import InputError
from core.explain.attribution import attribute
from core.explain.integrated_gradients import STEPS
from core.records import Attribution, Record

GRID = (2, 2)
GREY = torch.zeros(4, 24)


def run(reader, entity: int = 0, record: Record | None = None) -> Attribution:
    return attribute(
        reader.model,
        reader.codec,
        reader.tokenizer,
        record or reader.record(),
        entity,
        post=reader.whole,
        blank_regions=GREY if reader.features else None,
        grid=GRID,
    )


@pytest.fixture(scope="module")
def reader(make_reader):
    return make_reader()


@pytest.fixture(scope="module")
def attribution(reader) -> Attribution:
    return run(reader)


def total(attribution: Attribution) -> float:
    contexts = sum(word.value for words in attribution.contexts for word in words)
    return sum(attribution.words) + contexts + sum(map(sum, attribution.regions or []))


def test_shares_add_up_to_the_difference_but_for_the_gap_that_is_reported(attribution):
    difference = attribution.log_probability - attribution.baseline_log_probability
    assert total(attribution) - difference == pytest.approx(attribution.completeness_gap, abs=1e-4)
    assert abs(attribution.completeness_gap) <= 0.05 * abs(difference)
    assert attribution.steps in STEPS
    assert difference != 0


def test_what_is_explained_is_the_probability_of_exactly_that_entity(reader):
    record = reader.record()
    for place, entity in enumerate(record.entities):
        found = run(reader, place)
        assert np.exp(found.log_probability) == pytest.approx(entity.score, rel=1e-3)
        assert found.entity == place
    assert record.entities


def test_every_word_and_every_region_has_a_share(reader, attribution):
    assert len(attribution.words) == len(reader.example.tokens)
    assert all(attribution.words)
    assert [len(row) for row in attribution.regions] == [2, 2]
    for context, words in zip(reader.contexts, attribution.contexts, strict=True):
        assert [word.text for word in words] == context.text.split()
        assert all(word.text == context.text[word.start : word.end] for word in words)


def test_shares_are_the_integral_of_gradients_computed_without_captum(make_reader):
    reader = make_reader(image=False, letters=False)
    found, post = run(reader), reader.whole
    expected = integrated_by_hand(reader, found.steps)
    starts = [*post.word_starts[0].tolist(), int(post.text_mask.sum()) - 1]
    words = [sum(expected[a:b]) for a, b in itertools.pairwise(starts)]
    assert found.words == pytest.approx(words, abs=1e-4)
    for words, (start, end) in zip(found.contexts, post.context_spans[0].tolist(), strict=True):
        assert sum(word.value for word in words) == pytest.approx(
            sum(expected[start:end]), abs=1e-4
        )
    assert found.baseline == "[MASK] for every word piece"
    assert found.regions is None


def integrated_by_hand(reader, steps: int) -> list[float]:
    """Gauss-Legendre over embeddings given to the encoder directly, one step at a time."""
    post, model = reader.whole, reader.model
    table = model.text_encoder.model.get_input_embeddings()
    special = {reader.tokenizer.cls_token_id, reader.tokenizer.sep_token_id}
    kept = torch.tensor([[piece in special for piece in post.input_ids[0].tolist()]])
    blank = post.input_ids.where(kept, torch.tensor(reader.tokenizer.mask_token_id))
    start, end = table(blank).detach(), table(post.input_ids).detach()
    span = reader.record().entities[0]
    (path,) = model.decode(post).tolist()
    continuing = reader.codec.ids[f"I-{span.type}"]
    sums = torch.zeros_like(start)
    for place, weight in zip(*np.polynomial.legendre.leggauss(steps), strict=True):
        point = (start + (place + 1) / 2 * (end - start)).float().requires_grad_()
        hidden = model.text_encoder.model(
            inputs_embeds=point,
            attention_mask=post.attention_mask,
            token_type_ids=post.token_type_ids,
        ).last_hidden_state
        words = hidden[0, post.word_starts[0]]
        features = model.fusion.without_image(words[None])
        emissions = model.head.scores(features, post.word_mask, post.pairs)
        allowed = model.head.agreeing(path, (span.token_start, span.token_end, continuing))
        score = model.head.log_share(emissions, allowed[None])
        sums += weight / 2 * torch.autograd.grad(score.sum(), point)[0]
    return ((end - start) * sums)[0].sum(-1).tolist()


def test_without_a_photo_there_are_no_regions_and_it_still_adds_up(make_reader):
    found = run(make_reader(image=False))
    difference = found.log_probability - found.baseline_log_probability
    assert found.regions is None
    assert total(found) - difference == pytest.approx(found.completeness_gap, abs=1e-4)
    assert found.baseline == "[MASK] for every word piece, blank letters"


def test_a_context_that_is_off_has_no_share(make_reader):
    found = run(make_reader(off=[1]))
    assert [bool(words) for words in found.contexts] == [True, False, True]


def test_a_post_without_contexts_is_attributed_to_words_and_regions(make_reader):
    found = run(make_reader([]))
    difference = found.log_probability - found.baseline_log_probability
    assert found.contexts == []
    assert total(found) - difference == pytest.approx(found.completeness_gap, abs=1e-4)


def test_a_context_of_blanks_only_has_the_share_of_the_one_piece_it_is_read_as(make_reader):
    found = run(make_reader(["a dog", "  \t"]))
    (blank,) = found.contexts[1]
    assert (blank.start, blank.end) == (0, 3)
    difference = found.log_probability - found.baseline_log_probability
    assert total(found) - difference == pytest.approx(found.completeness_gap, abs=1e-4)


def test_what_a_context_was_cut_by_has_no_share(make_reader):
    reader = make_reader(["tower " * 40, "a dog"])
    words = run(reader).contexts[0]
    assert 0 < len(words) < 40
    assert words[-1].text == "tower"


def test_nothing_is_left_on_the_model(reader):
    before = [parameter.requires_grad for parameter in reader.model.parameters()]
    run(reader)
    assert [parameter.requires_grad for parameter in reader.model.parameters()] == before
    assert all(parameter.grad is None for parameter in reader.model.parameters())
    assert not any(hooks(module) for module in reader.model.modules())
    assert not reader.model.training


def hooks(module: nn.Module) -> bool:
    return bool(module._forward_hooks or module._forward_pre_hooks or module._backward_hooks)


def test_an_attribution_is_the_same_when_asked_for_again(reader, attribution):
    again = run(reader)
    assert again.model_copy(update={"seconds": 0.0}) == attribution.model_copy(
        update={"seconds": 0.0}
    )


OTHER_TASKS = [
    HeadConfig(task="mre", relations=("None", "likes")),
    HeadConfig(task="jmere", relations=("likes",)),
    HeadConfig(task="classification", labels=("bad", "good")),
]


@pytest.mark.parametrize("head", OTHER_TASKS, ids=lambda head: head.task)
def test_only_entities_that_are_tagged_have_an_attribution(make_reader, head):
    with pytest.raises(InputError, match=f"task is {head.task}; choose one of the task mner$"):
        run(make_reader(head=head))


@pytest.mark.parametrize("entity", [-1, 99])
def test_an_entity_that_is_not_there_is_refused(reader, entity):
    with pytest.raises(InputError, match=f"no entity {entity}"):
        run(reader, entity)


def test_an_entity_the_model_does_not_find_is_refused(reader):
    record = reader.record()
    other = next(kind for kind in reader.codec.types if kind != record.entities[0].type)
    wrong = record.entities[0].model_copy(update={"type": other})
    with pytest.raises(InputError, match="does not find"):
        run(reader, 0, record.model_copy(update={"entities": [wrong]}))
