import pytest

from core.contexts.openai_answer import NothingWorks
from core.contexts.openai_client import Connection
from core.contexts.openai_cost import Spending
from core.contexts.openai_request import request_body
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt
from tests.misbehaving_server import (
    Answer,
    MisbehavingServer,
    always,
    broken_off,
    failing,
    limited,
    redirecting,
    slow,
)

LATER = {"retry_after": "0.01"}


@pytest.fixture
def reason(misbehaving_server):
    """Ask a server that gives no answer, and return why."""

    def reason(answer=None, **changes):
        misbehaving_server.answer = always(answer)
        address = misbehaving_server.base_url
        settings = OpenAISettings(
            **{"model": "llava", "base_url": address, "retries": 0, "timeout_seconds": 0.3},
            **changes,
        )
        with Connection(settings, Spending(settings)) as connection:
            return connection.ask(request_body(settings, Prompt("who", "Who?"), b"\xff\xd8"))

    return reason


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failing(401), "refuses the key (401): check the environment variable OPENAI_API_KEY"),
        (failing(403), "refuses the key (403)"),
        (failing(404), "knows no model 'llava' at http://127.0.0.1"),
        (redirecting("http://example.invalid/"), "sends requests on to another address (307)"),
        (failing(429, "no", "insufficient_quota"), "credit of this key is used up"),
        (
            failing(400, "Use max_completion_tokens.", "unsupported_parameter"),
            "does not take a setting, “Use max_completion_tokens.”",
        ),
        (failing(400, "Only 1.", "unsupported_value"), 'temperature = "default"'),
    ],
)
def test_what_concerns_every_photo_ends_the_run(reason, answer, expected):
    why = reason(answer)
    assert isinstance(why, NothingWorks)
    assert expected in str(why)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failing(400, "bad photo"), "refuses this request (400): “bad photo”"),
        (failing(413, "too large"), "refuses this request (413): “too large”"),
        (Answer(422, b"\xff not json"), "refuses this request (422)"),
        (Answer(422, b"[" * 100_000), "refuses this request (422)"),
        (Answer(400, b'{"error": {"message": {"a": 1}, "code": [1]}}'), "this request (400)"),
        (limited(), "takes no more requests for now (429), with up to 0 retries"),
        (limited("600"), "(429) and asks to wait 600 seconds"),
        (failing(500, **LATER), "failed (500)"),
        (failing(599, **LATER), "failed (599)"),
        (slow(), "did not answer within 0.3 seconds"),
        (broken_off(), "broke the connection off"),
    ],
)
def test_what_concerns_one_photo_ends_that_photo(reason, answer, expected):
    why = reason(answer)
    assert not isinstance(why, NothingWorks)
    assert expected in str(why)
    assert str(why).isprintable()
    assert len(str(why)) < 500


def test_a_server_that_does_not_run_ends_the_run():
    gone = MisbehavingServer()
    gone.close()
    settings = OpenAISettings(model="llava", base_url=gone.base_url, retries=0)
    with Connection(settings, Spending(settings)) as connection:
        why = connection.ask(request_body(settings, Prompt("who", "Who?"), b"\xff\xd8"))
    assert isinstance(why, NothingWorks)
    assert "cannot be reached" in str(why)
    assert "check base_url, and that the server runs" in str(why)
