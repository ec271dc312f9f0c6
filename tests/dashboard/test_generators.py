import io
import itertools

import pytest
from PIL import Image

from core.errors import InputError
from core.images import read_image
from dashboard import generators
from dashboard.generators import Offered
from tests.misbehaving_server import failing, good, refusing

SHADES = itertools.count()
PRICED = "input_price = 2.5\noutput_price = 10.0\n"


@pytest.fixture
def photo():
    """A photo that nobody has described."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), (next(SHADES), 0, 0)).save(stream, "PNG")
    return read_image(stream.getvalue())


@pytest.fixture
def own(own_generators, misbehaving_server):
    """Offer a generator of the user's own, that asks a server on this machine."""

    def offer(name="own", lines="", base_url=misbehaving_server.base_url):
        own_generators(name, base_url, lines)
        return by_name()[name]

    return offer


def by_name():
    return {offer.name: offer for offer in generators.offered()}


def over(job):
    job.wait(60)
    return job


def test_what_ships_is_offered_first_and_the_users_own_among_the_others(own):
    own()
    names = list(by_name())

    assert names[:2] == ["captioner", "perception"]
    assert names[2:] == sorted(names[2:])
    assert {"own", "gpt-4o", "llava-1.5"} <= set(names)
    assert not any(offer.trouble for offer in by_name().values())


@pytest.mark.parametrize(
    ("base_url", "leaves"),
    [
        ("http://127.0.0.1:9/v1", False),
        ("http://localhost:9/v1", False),
        ("https://photos.example/v1", True),
        ("http://192.168.0.7:8000/v1", True),
        ("http://localhost.example/v1", True),
    ],
)
def test_only_a_server_of_this_machine_keeps_photos_on_it(own, base_url, leaves):
    offer = own(base_url=base_url)

    assert offer.leaves is leaves
    assert offer.host == base_url.split("/")[2]
    assert not offer.fetches


def test_models_of_this_machine_ask_no_server(own):
    offers = by_name()

    assert [(offers[name].host, offers[name].leaves) for name in ("perception", "llava-1.5")] == [
        ("", False),
        ("", False),
    ]


def test_weights_that_are_not_here_are_told(own, own_generators, tmp_path):
    for name, model in (("away", "nobody/has-this-model"), ("here", tmp_path.as_posix())):
        own_generators.file(name, f'kind = "huggingface"\nmodel = "{model}"\n')
    offers = by_name()

    assert offers["away"].fetches
    assert not offers["here"].fetches
    assert not offers["perception"].fetches


def test_a_file_that_is_wrong_is_offered_with_its_trouble_and_disturbs_no_other(own, photo):
    offer = own("broken", lines="colour = 3\n")

    assert "colour: unknown key" in offer.trouble
    assert not by_name()["perception"].trouble
    assert "colour: unknown key" in over(generators.start(offer, (), photo)).error


def test_prompts_are_changed_only_where_there_are_any(own):
    offers = by_name()

    assert own().asking(["names", "caption"]).prompts == ("names", "caption")
    assert own().asking([]).prompts == ("describe",)
    assert offers["blip2"].asking(["names"]) == offers["blip2"].settings
    assert offers["perception"].asking(["names"]) == offers["perception"].settings


def test_what_cannot_be_used_cannot_be_asked():
    with pytest.raises(InputError, match="it is broken"):
        Offered("broken", trouble="it is broken").asking([])


def test_an_answer_says_what_it_took_and_the_second_comes_from_the_store(
    own, photo, misbehaving_server
):
    offer = own(lines=PRICED)
    first = over(generators.start(offer, (), photo)).look()[0]
    second = over(generators.start(offer, (), photo)).look()[0]

    assert [context.text for context in first.contexts] == ["A dog runs on a beach."]
    assert first.dollars == pytest.approx((500 * 2.5 + 20 * 10) / 1_000_000)
    assert first.seconds > 0
    assert not first.is_known
    assert (second.contexts, second.is_known) == (first.contexts, True)
    assert (second.seconds, second.dollars) == (0.0, None)
    assert len(misbehaving_server.asked) == 1


def test_without_prices_nobody_knows_what_an_answer_cost(own, photo):
    assert over(generators.start(own(), (), photo)).look()[0].dollars is None


@pytest.mark.parametrize(
    ("answer", "why"), [(failing(500), "500"), (failing(429), "429"), (refusing(), "refuses")]
)
def test_a_server_that_fails_is_told_in_words(own, photo, misbehaving_server, answer, why):
    misbehaving_server.answer = lambda asked: answer
    job = over(generators.start(own(), (), photo))

    assert job.condition == "failed"
    assert why in job.error


def test_an_edited_prompt_is_asked_as_it_now_stands(
    own, photo, misbehaving_server, tmp_path, monkeypatch
):
    monkeypatch.setattr("core.contexts.prompts.PROMPTS", tmp_path)
    offer, said = own(lines='prompts = ["mine"]\n'), []
    for question in ("What is this?", "Where is this?"):
        (tmp_path / "mine.txt").write_text(question, encoding="utf-8")
        said += over(generators.start(offer, (), photo)).look()[0].contexts

    assert [asked.prompt for asked in misbehaving_server.asked] == [
        "What is this?",
        "Where is this?",
    ]
    assert said[0].prompt != said[1].prompt
    assert [prompt.label for prompt in generators.prompts()] == [said[1].prompt]


def test_a_prompt_that_cannot_be_read_is_left_out_and_refused(own, photo, tmp_path, monkeypatch):
    monkeypatch.setattr("core.contexts.prompts.PROMPTS", tmp_path)
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")

    assert generators.prompts() == ()
    assert "empty.txt" in over(generators.start(own(), ["empty"], photo)).error


def test_a_file_changed_after_it_was_shown_sends_the_photo_nowhere_else(
    own, photo, misbehaving_server
):
    shown = own()
    own(base_url="http://photos.example/v1")
    job = over(generators.start(shown, (), photo))

    assert job.error == ""
    assert len(misbehaving_server.asked) == 1


def test_what_it_would_cost_is_told_before_anything_is_sent(own, photo, misbehaving_server):
    made = generators.expected(own(lines=PRICED), ["caption", "names"], photo)

    assert made.requests == 2
    assert made.dollars > 0
    assert generators.expected(by_name()["perception"], [], photo) is None
    assert misbehaving_server.asked == []


def test_two_texts_of_one_server_are_two_answers(own, photo, misbehaving_server):
    misbehaving_server.answer = lambda asked: good(f"It was asked: {asked.prompt[:12]}")
    answer = over(generators.start(own(), ["caption", "names"], photo)).look()[0]

    assert len({context.text for context in answer.contexts}) == 2
    assert len({context.prompt for context in answer.contexts}) == 2
