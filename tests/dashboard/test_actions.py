import io

import pytest
from PIL import Image

from core.images import read_image
from core.records import Context
from dashboard import actions, generators
from dashboard.state import Explore


def picture(colour):
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(stream, "PNG")
    return read_image(stream.getvalue())


@pytest.fixture
def state():
    made = Explore({})
    made.set_photo(picture("red"))
    return made


@pytest.fixture
def offers(own_generators, misbehaving_server):
    """A generator of this machine, and one that asks a server elsewhere."""
    own_generators("near", misbehaving_server.base_url)
    own_generators("abroad", "https://photos.example/v1", 'prompts = ["no-such-prompt"]\n')
    found = {offer.name: offer for offer in generators.offered()}
    return [found["near"], found["abroad"]]


def test_without_consent_no_generator_begins(state, offers):
    actions.write_contexts(state, offers, ())

    assert state.generating.columns == ()


@pytest.mark.parametrize("given", [("blue", "photos.example"), ("red", "other.example")])
def test_consent_is_for_one_photo_and_one_host(state, offers, given):
    colour, host = given
    state.generating.consents.add((picture(colour).sha256, host))
    actions.write_contexts(state, offers, ())

    assert state.generating.columns == ()


def test_with_consent_all_of_them_begin(state, offers):
    state.generating.consents.add((state.photo.sha256, "photos.example"))
    actions.write_contexts(state, offers, ())
    near, abroad = state.generating.columns
    near.job.wait(60)
    abroad.job.wait(60)

    assert near.answer.contexts
    assert "no-such-prompt" in abroad.job.error  # so nothing was sent


def test_without_a_photo_nobody_is_asked(offers, misbehaving_server):
    state = Explore({})
    actions.write_contexts(state, offers[:1], ())

    assert state.generating.columns == ()
    assert misbehaving_server.asked == []


@pytest.mark.parametrize(
    ("replacing", "texts"), [(False, ["A mast.", "A park."]), (True, ["A park."])]
)
def test_what_is_kept_joins_the_post_or_takes_its_contexts_place(state, replacing, texts):
    state.set_contexts([Context(text="A mast.", generator="typed")])
    state.generating.borrow("Paris!", ())
    kept = Context(text="A park.", generator="openai", prompt="describe@0123456789ab", cost=0.01)
    actions.keep_contexts(state, [kept], replacing)

    taken = state.inputs().contexts
    assert [context.text for context in taken] == texts
    assert taken[-1] == kept
    assert state.generating.columns == ()


def test_taking_a_refused_file_away_leaves_the_photo(state, monkeypatch):
    monkeypatch.setattr(actions.st, "session_state", {"chooser": io.BytesIO(b"no picture")})
    actions.upload(state, "chooser")
    assert state.photo_error
    actions.st.session_state["chooser"] = None
    actions.upload(state, "chooser")
    assert (state.photo_error, state.photo) == ("", picture("red"))
    actions.upload(state, "chooser")
    assert state.photo is None
