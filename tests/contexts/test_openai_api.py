import io
import itertools
import logging
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from core.contexts.openai_api import OpenAIGenerator, OpenAISettings
from core.contexts.openai_cost import Spent
from core.contexts.prompts import read_prompt
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage, read_image
from core.records import Context
from tests.misbehaving_server import (
    TEXT,
    MisbehavingServer,
    always,
    broken_off,
    cut_off_json,
    endless,
    failing,
    filtered,
    good,
    in_turn,
    limited,
    redirecting,
    refusing,
    slow,
    web_page,
)

KEY = "sk-secret-0123456789abcdef"
LATER = {"retry_after": "0.01"}


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def make(misbehaving_server):
    """A generator that asks the server."""

    def make(**changes):
        base_url = misbehaving_server.base_url
        return OpenAIGenerator(
            OpenAISettings(**{"model": "gpt-4o", "base_url": base_url, "retries": 1, **changes})
        )

    return make


def loaded(number, height=50):
    """A photo that the server knows again by its width, 100 more than its number."""
    width = 100 + number
    return LoadedImage(
        Image.new("RGB", (width, height), "grey"), f"{number:064x}", width=width, height=height
    )


def number_of(asked):
    return asked.photo.width - 100


def test_a_context_says_what_wrote_it_from_which_prompt_and_what_it_cost(make):
    generator = make(input_price=2.5, output_price=10)

    [[context]] = generator.generate([loaded(1)])

    assert context.seconds > 0
    assert context == Context(
        text=TEXT,
        generator="openai",
        model="gpt-4o-2024-11-20",
        prompt=read_prompt("describe").label,
        seconds=context.seconds,
        cost=context.cost,
    )
    assert context.cost == pytest.approx(0.00145)  # 500 x 2.5e-6 + 20 x 1e-5
    assert generator.spent == Spent(1, 0, 500, 20, 0, pytest.approx(0.00145))


def test_what_is_not_told_is_not_invented(make, misbehaving_server):
    misbehaving_server.answer = always(good(model=None, usage=None))
    [[context]] = make(input_price=2.5, output_price=10).generate([loaded(1)])
    assert (context.model, context.cost, context.log_likelihood) == ("gpt-4o", None, None)


def test_every_photo_is_asked_about_by_every_prompt_in_order(make, misbehaving_server):
    misbehaving_server.answer = lambda asked: good(f"{number_of(asked)} {asked.prompt[:8]}")
    prompts = [read_prompt(name) for name in ("describe", "names")]

    written = make(prompts=("describe", "names")).generate([loaded(k) for k in range(5)])

    expected = [[f"{k} {prompt.text[:8]}".strip() for prompt in prompts] for k in range(5)]
    assert [[context.text for context in contexts] for contexts in written] == expected
    assert [context.prompt for context in written[0]] == [prompt.label for prompt in prompts]


def test_nothing_is_asked_about_no_photo(make, misbehaving_server):
    assert make().generate([]) == []
    assert misbehaving_server.asked == []


def test_the_photo_arrives_as_a_small_jpeg_without_its_metadata(make, misbehaving_server):
    exif = Image.Exif()
    exif[0x010E] = "home address"
    stream = io.BytesIO()
    Image.new("RGB", (2000, 1000), (200, 30, 30)).save(stream, "JPEG", exif=exif, comment="home")

    make(largest_side=400).generate([read_image(stream.getvalue())])

    [asked] = misbehaving_server.asked
    photo = asked.photo
    assert (photo.format, photo.size) == ("JPEG", (400, 200))
    assert photo.getpixel((200, 100)) == pytest.approx((200, 30, 30), abs=4)
    assert not photo.getexif()
    assert "comment" not in photo.info
    assert b"home" not in asked.jpeg


def test_requests_in_flight_reach_their_bound_and_keep_it(make, misbehaving_server):
    # Nobody is answered before three are asked at once.
    together = threading.Barrier(3, timeout=20)

    def answer(asked):
        together.wait()
        return good()

    misbehaving_server.answer = answer
    generator = make(at_once=3)

    assert generator.at_once == 3
    assert generator.generate([loaded(k) for k in range(9)]) != []
    assert misbehaving_server.most_in_flight == 3


def test_callers_share_the_bound(make, misbehaving_server):
    together = threading.Barrier(2, timeout=20)

    def answer(asked):
        together.wait()
        return good()

    misbehaving_server.answer = answer
    generator = make(at_once=2)

    with ThreadPoolExecutor(4) as callers:
        written = list(callers.map(generator.generate, [[loaded(2 * k)] for k in range(8)]))

    assert [[[context.text for context in one] for one in call] for call in written] == [
        [[TEXT]] for _ in range(8)
    ]
    assert misbehaving_server.most_in_flight == 2
    assert generator.spent.requests == 8


BEHAVIOURS = [
    (always(good()), None),
    (in_turn(limited(), good()), None),
    (in_turn(failing(500, **LATER), good()), None),
    (in_turn(broken_off(), good()), None),
    (always(good(usage=None)), None),
    (always(limited()), "takes no more requests"),
    (always(failing(500, **LATER)), "failed (500)"),
    (always(failing(400, "bad photo")), "“bad photo”"),
    (always(cut_off_json()), "cut off"),
    (always(web_page()), "something else than JSON"),
    (always(refusing()), "refuses to describe"),
    (always(good("")), "empty text"),
    (always(filtered()), "content filter"),
    (always(endless()), "longer than 1 MB"),
    (always(good(choices=[])), "no chat completion"),
]


def test_of_thirty_photos_and_a_server_that_does_everything_wrong_each_ends_done_or_with_its_reason(
    make, misbehaving_server
):
    misbehaving_server.answer = lambda asked: BEHAVIOURS[number_of(asked) % len(BEHAVIOURS)][0](
        asked
    )
    generator = make()

    written = generator.generate([loaded(k) for k in range(30)])

    assert len(written) == 30
    for one, (_, reason) in zip(written, itertools.cycle(BEHAVIOURS), strict=False):
        if reason is None:
            assert [context.text for context in one] == [TEXT]
        else:
            assert isinstance(one, InputError)
            assert reason in str(one)
    assert generator.spent.requests == len(misbehaving_server.asked) == 2 * (15 + 5)
    assert generator.spent.retries == 2 * 5


def test_photos_that_are_answered_too_slowly_fail_alone(make, misbehaving_server):
    misbehaving_server.answer = lambda asked: slow() if number_of(asked) % 2 else good()

    written = make(timeout_seconds=0.3, retries=0).generate([loaded(k) for k in range(6)])

    assert [isinstance(one, list) for one in written] == [True, False] * 3
    assert "did not answer within 0.3 seconds" in str(written[1])


@pytest.mark.parametrize(
    ("answer", "is_kept"),
    [
        (refusing(), True),
        (filtered(), True),
        (good(""), True),
        (failing(400, "bad photo"), True),
        (failing(500), False),
        (limited(), False),
        (cut_off_json(), False),
        (failing(401), False),
    ],
)
def test_a_photo_with_a_prompt_to_ask_again_fails_as_a_whole(
    make, misbehaving_server, answer, is_kept
):
    caption = read_prompt("caption")
    misbehaving_server.answer = lambda asked: (
        good() if asked.prompt == caption.text or number_of(asked) == 0 else answer
    )
    generator = make(prompts=("caption", "describe"), retries=0, at_once=1)

    written = generator.generate([loaded(0), loaded(1)])

    assert len(written[0]) == 2
    if is_kept:
        assert [context.prompt for context in written[1]] == [caption.label]
    else:
        assert isinstance(written[1], InputError)


def test_prompts_that_were_answered_are_kept(make, misbehaving_server, caplog):
    caption = read_prompt("caption")
    misbehaving_server.answer = lambda asked: good() if asked.prompt == caption.text else refusing()
    [contexts] = make(prompts=("describe", "caption")).generate([loaded(1)])

    assert [context.prompt for context in contexts] == [caption.label]
    assert "refuses to describe" in caplog.text


def test_a_photo_without_any_answer_fails_with_its_first_reason(make, misbehaving_server):
    caption = read_prompt("caption")
    misbehaving_server.answer = lambda asked: (
        good("") if asked.prompt == caption.text else refusing()
    )
    [reason] = make(prompts=("caption", "describe")).generate([loaded(1)])
    assert "empty text" in str(reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (failing(401), "refuses the key"),
        (failing(403), "refuses the key"),
        (failing(404), "knows no model"),
        (redirecting("http://example.invalid/"), "another address"),
    ],
)
def test_what_concerns_every_photo_is_raised_and_not_tried_with_the_rest(
    make, misbehaving_server, answer, reason
):
    misbehaving_server.answer = always(answer)
    with pytest.raises(InputError, match=reason):
        make(at_once=2).generate([loaded(k) for k in range(30)])
    assert 1 <= len(misbehaving_server.asked) <= 2


def test_a_server_that_does_not_run_is_raised():
    gone = MisbehavingServer()
    gone.close()
    generator = OpenAIGenerator(OpenAISettings(model="m", base_url=gone.base_url, retries=0))
    with pytest.raises(InputError, match="cannot be reached"):
        generator.generate([loaded(1)])


def test_what_was_paid_for_before_the_end_is_kept(make, misbehaving_server):
    misbehaving_server.answer = lambda asked: good() if number_of(asked) < 2 else failing(401)

    written = make(at_once=1).generate([loaded(k) for k in range(5)])

    assert [isinstance(one, list) for one in written] == [True, True, False, False, False]
    assert all("refuses the key" in str(one) for one in written[2:])
    assert len(misbehaving_server.asked) == 3


def test_without_a_key_nothing_is_sent(make, misbehaving_server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    generator = OpenAIGenerator(OpenAISettings(model="gpt-4o"))
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        generator.generate([loaded(1)])
    assert generator.spent.requests == 0
    assert make().generate([loaded(1)])[0][0].text == TEXT  # on this machine none is needed


def test_an_unknown_prompt_is_refused_at_once(make):
    with pytest.raises(InputError, match="no prompt 'sing'"):
        make(prompts=("sing",))


def test_the_key_is_nowhere_but_in_the_request(make, misbehaving_server, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    generator = make(prompts=("describe", "caption"))
    store = ContextStore(tmp_path)
    said = [generator.fingerprint, repr(generator.settings), repr(vars(generator))]

    misbehaving_server.answer = in_turn(limited(), good())
    contexts = store.get_or_generate(loaded(1), generator)
    said += [context.model_dump_json() for context in contexts]
    for number, answer in enumerate([failing(401, KEY), failing(400, KEY), failing(500, KEY)]):
        misbehaving_server.answer = always(answer)
        with pytest.raises(InputError) as refused:
            store.get_or_generate(loaded(2 + number), generator)
        said += traceback.format_exception(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
    said += [path.read_text() for path in tmp_path.rglob("*.json")]

    assert all(KEY in str(asked.headers) for asked in misbehaving_server.asked)
    assert "HTTP Request: POST" in caplog.text  # the libraries do write their logs
    assert "httpcore2" in {record.name.split(".")[0] for record in caplog.records}
    assert KEY not in caplog.text
    assert KEY not in "\n".join(said)
