from dataclasses import replace

import pytest

from core.errors import InputError
from core.records import Context, Pair
from dashboard.inputs import Inputs
from dashboard.trials import (
    Trial,
    Trials,
    borrow_context,
    change_photo,
    rewrite_context,
    rewrite_sentence,
    switch_context,
    trials_of,
)

PASTA = Context(text="A plate of pasta.", generator="precomputed")


@pytest.fixture
def inputs():
    made = tuple(Context(text=text, generator="typed") for text in ("A tower.", "A park."))
    return Inputs("post", "Paris!", None, made)


@pytest.fixture
def trials(inputs, make_record):
    return Trials(Trial("this post", inputs, make_record("Paris!", entities=[])))


def step(trials, change, inputs):
    trial = Trial(change, inputs, trials.original.record)
    trials.accept(trial)
    return trial


def texts(inputs):
    return [context.text for context in inputs.contexts]


def test_a_switched_context_keeps_its_place_and_comes_back(inputs):
    off = switch_context(inputs, 0)

    assert [context.included for context in off.contexts] == [False, True]
    assert switch_context(off, 0) == inputs


def test_a_rewritten_context_is_typed_and_the_others_stay(inputs):
    changed = rewrite_context(inputs, 1, "  A meadow. ")

    assert texts(changed) == ["A tower.", "A meadow."]
    with pytest.raises(InputError, match="empty"):
        rewrite_context(inputs, 1, " ")


def test_marked_names_are_found_again_in_a_rewritten_sentence(inputs):
    pair = Pair(head=(0, 1), tail=(2, 3))
    marked = replace(inputs, text="Anna and Bruno", pair=pair)

    assert rewrite_sentence(marked, "So Bruno , Anna").pair == Pair(head=(3, 4), tail=(1, 2))
    with pytest.raises(InputError, match="no longer has “Bruno”"):
        rewrite_sentence(marked, "Anna alone")


def test_a_borrowed_context_takes_a_place_or_comes_last(inputs):
    assert texts(borrow_context(inputs, 0, PASTA)) == ["A plate of pasta.", "A park."]
    assert texts(borrow_context(inputs, None, PASTA))[-1] == "A plate of pasta."


def test_an_eleventh_context_is_refused(inputs):
    for _ in range(8):
        inputs = borrow_context(inputs, None, PASTA)

    with pytest.raises(InputError, match="at most 10"):
        borrow_context(inputs, None, PASTA)
    assert len(borrow_context(inputs, 9, PASTA).contexts) == 10


def test_every_change_leaves_the_post_before_it_as_it_was(inputs):
    digest = inputs.digest
    others = [
        switch_context(inputs, 0),
        rewrite_context(inputs, 0, "x"),
        borrow_context(inputs, None, PASTA),
        rewrite_sentence(inputs, "Rome!"),
    ]

    assert len({digest, *(other.digest for other in others)}) == 5
    assert change_photo(inputs, None) == inputs


def test_variants_build_on_one_another_and_are_taken_back_one_by_one(trials, inputs):
    first = step(trials, "one", switch_context(inputs, 0))
    step(trials, "two", switch_context(first.inputs, 1))
    trials.undo()

    assert trials.now is first
    trials.undo()
    trials.undo()
    assert trials.now is trials.original


def test_what_is_pinned_is_what_the_next_variant_is_held_against(trials, inputs):
    first = step(trials, "one", switch_context(inputs, 0))
    assert trials.before is trials.original
    trials.pin()
    step(trials, "two", inputs)
    assert trials.before is first
    trials.unpin()
    assert trials.before is trials.original


def test_starting_over_forgets_everything(trials, inputs):
    step(trials, "one", inputs)
    trials.pin()
    trials.reset()

    assert (trials.now, trials.before) == (trials.original, trials.original)


def test_a_refused_change_keeps_the_variants_before(trials, inputs):
    first = step(trials, "one", inputs)
    trials.ask("nonsense", lambda before: rewrite_context(before, 0, ""))
    trials.refuse("Context 1 is empty.")

    assert trials.now is first
    assert (trials.wanted, trials.error) == (None, "Context 1 is empty.")


def test_the_variants_of_a_post_are_kept_until_another_post_is_on_the_page(trials, inputs):
    session = {}
    kept = trials_of(session, trials.original)
    again = Trial("this post", Inputs(*vars_of(inputs)), trials.original.record)
    other = Trial("this post", rewrite_sentence(inputs, "Rome!"), trials.original.record)

    assert trials_of(session, again) is kept
    assert trials_of(session, other) is not kept


def vars_of(inputs):
    return inputs.id, inputs.text, inputs.photo, inputs.contexts
