"""The door to generators: which are offered, and one at work."""

import pytest
from PIL import Image

from core.catalogue import VARIABLE, about_generator, generator_files
from core.errors import InputError
from core.images import LoadedImage
from dashboard import generators
from tests.misbehaving_server import TEXT, always, failing

OWN = '# Mine,\n# in two lines.\nkind = "openai"\nmodel = "m"\nretries = 0\nbase_url = "{}"\n'


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Offer one more generator, by the text of its file."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "own").mkdir()

    def offer(text, name="mine"):
        (tmp_path / "own" / f"{name}.toml").write_text(text, encoding="utf-8")
        return next(made for made in generators.offered() if made.name == name)

    return offer


@pytest.fixture
def photo():
    return LoadedImage(Image.new("RGB", (64, 48), "teal"), sha256="a" * 64, width=64, height=48)


def done(job):
    job.wait(30)
    return job


def test_what_ships_is_offered_first_and_says_where_it_runs():
    offered = generators.offered()
    assert [offer.name for offer in offered[:2]] == ["captioner", "perception"]
    assert {offer.name for offer in offered} == set(generator_files())
    by_name = {offer.name: offer for offer in offered}
    assert not by_name["captioner"].leaves
    assert (by_name["gpt-4o"].host, by_name["gpt-4o"].leaves) == ("api.openai.com", True)
    assert (by_name["ollama"].host, by_name["ollama"].leaves) == ("localhost:11434", False)
    assert by_name["llava-1.5"].prompts == ("describe",)
    assert not any(offer.trouble for offer in offered)
    assert all(offer.about for offer in offered)


def test_a_users_own_file_is_offered_and_takes_the_place_of_one_with_its_name(own):
    mine = own(OWN.format("https://photos.example/v1"))
    assert (mine.about, mine.host, mine.leaves) == ("Mine, in two lines.", "photos.example", True)
    assert own(OWN.format("http://127.0.0.1:9/v1"), "gpt-4o").host == "127.0.0.1:9"


def test_a_file_that_cannot_be_read_says_so_and_leaves_the_others(own):
    mine = own('kind = "openai"\n')
    assert "model" in mine.trouble
    assert len(generators.offered()) == len(generator_files())
    with pytest.raises(InputError, match="cannot be read"):
        about_generator(generator_files()["mine"].with_name("none.toml"))


def test_what_a_server_would_get_is_told_before_it_gets_it(own, photo, misbehaving_server):
    own(OWN.format(misbehaving_server.base_url))
    asked_twice = generators.expected("mine", ("caption", "names"), photo)
    assert asked_twice.requests == 2
    assert generators.expected("perception", (), photo) is None
    assert misbehaving_server.asked == []


def test_a_generator_answers_once_and_then_from_the_store(own, photo, misbehaving_server):
    own(OWN.format(misbehaving_server.base_url) + "input_price = 2.5\noutput_price = 10.0\n")
    [first] = done(generators.start("mine", ("caption",), photo)).look()
    [again] = done(generators.start("mine", ("caption",), photo)).look()

    assert [context.text for context in first.contexts] == [TEXT]
    assert first.contexts[0].prompt.startswith("caption@")
    assert first.dollars == pytest.approx((500 * 2.5 + 20 * 10) / 1e6)
    assert (again.contexts, again.is_known) == (first.contexts, True)
    assert (again.seconds, again.dollars) == (0.0, None)
    assert len(misbehaving_server.asked) == 1


def test_a_generator_that_fails_says_why(own, photo, misbehaving_server):
    own(OWN.format(misbehaving_server.base_url))
    misbehaving_server.answer = always(failing(500))
    job = done(generators.start("mine", (), photo))
    assert job.condition == "failed"
    assert "500" in job.error
    assert job.look() == []


def test_prompts_are_offered_with_their_texts():
    assert {"caption", "describe", "names"} <= {prompt.name for prompt in generators.prompts()}
