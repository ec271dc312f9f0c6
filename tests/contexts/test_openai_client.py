import pytest

from core.contexts.openai_answer import Answer
from core.contexts.openai_client import Connection
from core.contexts.openai_cost import Spending
from core.contexts.openai_request import request_body
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt
from core.errors import InputError
from tests.misbehaving_server import (
    TEXT,
    USAGE,
    MisbehavingServer,
    always,
    broken_off,
    dripping,
    endless,
    failing,
    good,
    in_turn,
    limited,
    redirecting,
    refusing,
    slow,
    web_page,
)
from tests.misbehaving_server import Answer as Sent

KEY = "sk-secret-0123456789abcdef"
LATER = {"retry_after": "0.01"}


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def ask(misbehaving_server):
    """Ask once, and return the answer and what was spent."""

    def ask(answering, **changes):
        misbehaving_server.answer = answering
        settings = OpenAISettings(
            **{"model": "m", "base_url": misbehaving_server.base_url, "retries": 2, **changes}
        )
        spending = Spending(settings)
        with Connection(settings, spending) as connection:
            body = request_body(settings, Prompt("who", "Who is it?"), b"\xff\xd8")
            return connection.ask(body), spending.spent

    return ask


def test_a_request_arrives_with_the_key_at_the_right_address(ask, misbehaving_server):
    answer, spent = ask(always(good()))

    assert answer.text == TEXT
    [asked] = misbehaving_server.asked
    assert asked.path == "/v1/chat/completions"
    assert {k.lower(): v for k, v in asked.headers.items()}["authorization"] == f"Bearer {KEY}"
    assert asked.prompt == "Who is it?"
    assert (spent.requests, spent.retries) == (1, 0)


def test_no_key_is_sent_where_none_is_wanted(ask, misbehaving_server):
    ask(always(good()), key_variable="")
    [asked] = misbehaving_server.asked
    assert "authorization" not in {name.lower() for name in asked.headers}


def test_accounts_at_openai_are_told_to_nobody_else(ask, misbehaving_server, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-ours")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-ours")
    ask(always(good()))
    [asked] = misbehaving_server.asked
    assert "of-ours" not in str(asked.headers)


@pytest.mark.parametrize("key_variable", ["OPENAI_API_KEY", ""])
def test_headers_of_the_environment_are_told_to_nobody_else(
    ask, misbehaving_server, monkeypatch, key_variable
):
    added = "X-Gateway-Token: token-of-ours\nAuthorization: Bearer other-of-ours"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", added)
    ask(always(good()), key_variable=key_variable)
    [asked] = misbehaving_server.asked
    assert "of-ours" not in str(asked.headers)
    sent = {name.lower(): value for name, value in asked.headers.items()}
    assert sent.get("authorization") == (f"Bearer {KEY}" if key_variable else None)


@pytest.mark.parametrize(
    "passing",
    [limited(), failing(408, **LATER), failing(500, **LATER), failing(503, **LATER), broken_off()],
)
def test_what_passes_is_tried_again(ask, passing):
    answer, spent = ask(in_turn(passing, good()))
    assert answer.text == TEXT
    assert (spent.requests, spent.retries) == (2, 1)


def test_a_slow_answer_is_not_waited_for_and_asked_for_again(ask):
    answer, spent = ask(in_turn(slow(), good()), timeout_seconds=0.3)
    assert answer.text == TEXT
    assert (spent.requests, spent.retries) == (2, 1)


@pytest.mark.parametrize("passing", [limited(), failing(500, **LATER)])
def test_retries_end(ask, passing):
    answer, spent = ask(always(passing), retries=3)
    assert isinstance(answer, InputError)
    assert (spent.requests, spent.retries) == (4, 3)


def test_a_server_that_asks_for_an_hour_is_given_up_at_once(ask):
    answer, spent = ask(in_turn(limited("3600"), good()))
    assert "asks to wait 3600 seconds" in str(answer)
    assert spent.requests == 1


@pytest.mark.parametrize("wait", ["-5", "nan", "soon", ""])
def test_a_senseless_wait_is_not_waited_for(ask, wait):
    answer, spent = ask(in_turn(limited(wait), good()), retries=1)
    assert answer.text == TEXT
    assert spent.retries == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_does_not_pass_is_not_tried_again(ask, status):
    answer, spent = ask(always(failing(status)))
    assert isinstance(answer, InputError)
    assert (spent.requests, spent.retries) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_neither_key_nor_photo_elsewhere(ask, misbehaving_server, status):
    elsewhere = MisbehavingServer()
    try:
        to = redirecting(f"{elsewhere.base_url}/chat/completions").headers
        answer, _ = ask(always(Sent(status, headers=to)))
    finally:
        elsewhere.close()
    assert isinstance(answer, InputError)
    assert elsewhere.asked == []
    assert len(misbehaving_server.asked) == 1


def test_an_answer_byte_by_byte_ends_with_the_time_out(ask):
    # Each byte comes in time, all of them would take over ten seconds.
    answer, _ = ask(always(dripping()), timeout_seconds=0.3, retries=0)
    assert "did not answer within 0.3 seconds" in str(answer)


@pytest.mark.parametrize("status", [200, 500])
def test_no_answer_is_read_beyond_a_megabyte(ask, status):
    answer, _ = ask(always(Sent(status, endless().body)), retries=0)
    assert "longer than 1 MB" in str(answer)


def test_a_packed_answer_is_not_unpacked(ask):
    answer, _ = ask(always(Sent(body=good().body, headers={"Content-Encoding": "gzip"})))
    assert "packed" in str(answer)


def test_this_machine_is_not_asked_through_a_proxy(ask, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    answer, _ = ask(always(good()))
    assert answer.text == TEXT


@pytest.mark.parametrize(
    ("answering", "tokens", "uncounted"),
    [
        (always(good()), (500, 20), 0),
        (always(refusing()), (500, 20), 0),
        (always(good(usage=None)), (0, 0), 1),
        (always(web_page()), (0, 0), 1),
        (always(failing(400)), (0, 0), 0),
    ],
)
def test_tokens_are_counted_wherever_the_server_tells_them(ask, answering, tokens, uncounted):
    assert (USAGE["prompt_tokens"], USAGE["completion_tokens"]) == (500, 20)
    _, spent = ask(answering)
    assert (spent.input_tokens, spent.output_tokens) == tokens
    assert spent.uncounted == uncounted


@pytest.mark.parametrize(
    "echo",
    [
        good(f"I know {KEY}."),
        good(model=KEY),
        good(None, refusal=f"Not with {KEY}."),
        good(choices=None, error={"message": f"{KEY} is poor"}),
        failing(400, f"{KEY} is odd"),
        failing(400, f"{KEY} is odd", "unsupported_value"),
        failing(401, f"Incorrect API key provided: {KEY}"),
        failing(429, KEY, "insufficient_quota", retry_after="3600"),
        failing(500, KEY, retry_after="3600"),
        Sent(400, KEY.encode(), content_type="text/plain"),
    ],
)
def test_a_server_that_repeats_the_key_is_not_repeated(ask, echo):
    answer, _ = ask(always(echo))
    assert KEY not in repr(answer)
    assert KEY not in str(answer)


def test_a_key_that_is_a_mere_word_may_stand_in_an_answer(ask, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "dog")
    answer, _ = ask(always(good()))
    assert answer == Answer(TEXT, "gpt-4o-2024-11-20", None, answer.usage)
