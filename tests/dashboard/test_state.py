import io

import pytest
from PIL import Image

from core.datasets.samples import Sample
from core.errors import InputError
from core.images import read_image
from core.records import Context
from dashboard.state import (
    OWN_POST,
    TEXT,
    Explore,
    switch_key,
    text_key,
    visitor,
)


def make_sample(id="tower", contexts=("A tower.", "A park.")):
    return Sample(
        id=id,
        text="Paris!",
        image=None,
        contexts=tuple(Context(text=words, generator="precomputed") for words in contexts),
        entities=(),
        relations=(),
        tags=("aligned",),
        note="Look.",
    )


@pytest.fixture
def photo():
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(stream, "PNG")
    return read_image(stream.getvalue())


@pytest.fixture
def state():
    return Explore({})


def test_two_visitors_share_nothing():
    one, other = visitor({}), visitor({})
    one.open_sample(make_sample(), None)

    assert other.sample is None
    assert other.drafts == ()
    assert other.widgets[TEXT] == ""


def test_a_visitor_is_found_again_in_the_same_session():
    session = {}

    assert visitor(session) is visitor(session)


def test_an_opened_sample_fills_the_widgets_and_asks_for_its_analysis(state, photo):
    state.open_sample(make_sample(), photo)

    assert state.widgets[TEXT] == "Paris!"
    assert [state.words(draft) for draft in state.drafts] == ["A tower.", "A park."]
    assert state.pending
    assert state.inputs().id == "tower"
    assert state.inputs().photo is photo


def test_an_edited_context_is_typed_and_the_others_keep_their_origin(state):
    state.open_sample(make_sample(), None)
    state.widgets[text_key(state.drafts[0])] = "A mast."

    assert [(c.text, c.generator) for c in state.inputs().contexts] == [
        ("A mast.", "typed"),
        ("A park.", "precomputed"),
    ]


def test_a_switched_off_context_stays_in_the_inputs(state):
    state.open_sample(make_sample(), None)
    state.widgets[switch_key(state.drafts[1])] = False

    assert [context.included for context in state.inputs().contexts] == [True, False]


def test_an_empty_context_is_named_by_its_place(state):
    state.open_sample(make_sample(), None)
    state.add_context()

    with pytest.raises(InputError, match="Context 3 is empty"):
        state.inputs()


def test_there_are_never_more_than_ten_contexts(state):
    for _ in range(12):
        state.add_context()

    assert len(state.drafts) == 10


def test_removing_a_context_keeps_the_words_typed_into_the_others(state):
    state.open_sample(make_sample(), None)
    first, second = state.drafts
    state.widgets[text_key(second)] = "A meadow."
    state.remove_context(first)

    assert [context.text for context in state.inputs().contexts] == ["A meadow."]


def test_only_a_new_photo_without_contexts_is_described(state, photo):
    state.set_photo(photo)
    assert state.to_describe

    state.add_context()
    assert not state.to_describe

    state.set_photo(photo)
    assert not state.to_describe


def test_a_result_is_stale_as_soon_as_an_input_changes(state, photo, make_record):
    state.open_sample(make_sample(), photo)
    state.accept(make_record("Paris!", entities=[]), state.inputs())
    assert not state.is_stale

    state.widgets[switch_key(state.drafts[0])] = False
    assert state.is_stale


def test_gold_is_known_only_while_the_sentence_is_the_samples(state, make_record):
    state.open_sample(make_sample(), None)
    state.accept(make_record("Paris!", entities=[]), state.inputs())
    assert state.result.sample is state.sample
    assert state.result.note == "Look."

    state.widgets[TEXT] = "Rome!"
    state.accept(make_record("Rome!", entities=[]), state.inputs())
    assert state.result.sample is None
    assert state.result.note == ""


def test_a_failed_analysis_keeps_inputs_and_the_result_before(state, make_record):
    state.open_sample(make_sample(), None)
    state.accept(make_record("Paris!", entities=[]), state.inputs())
    before = state.result
    state.refuse("No.")

    assert state.result is before
    assert state.widgets[TEXT] == "Paris!"
    assert (state.error, state.pending) == ("No.", False)


def test_a_blank_post_keeps_nothing_of_the_one_before(state, photo):
    state.open_sample(make_sample(), photo)
    state.open_blank()

    assert (state.sample, state.photo, state.drafts, state.widgets[TEXT]) == (None, None, (), "")
    assert state.inputs().id == OWN_POST


def test_the_digest_changes_with_everything_that_decides_the_record(state, photo):
    state.open_sample(make_sample(), None)
    digests = {state.inputs().digest}
    state.set_photo(photo)
    digests.add(state.inputs().digest)
    state.widgets[TEXT] = "Rome!"
    digests.add(state.inputs().digest)
    state.widgets[switch_key(state.drafts[0])] = False
    digests.add(state.inputs().digest)

    assert len(digests) == 4


def test_an_explained_record_takes_the_place_of_the_one_before(state, explained):
    state.open_sample(make_sample(), None)
    record = explained(text="Paris!", entities=[(0, 1, "LOC", None)])
    state.explain(record)
    assert state.result is None

    state.accept(record.model_copy(update={"explanation": None}), state.inputs())
    before = state.result
    state.explain(record)
    assert state.result.record is record
    assert state.result.inputs is before.inputs
