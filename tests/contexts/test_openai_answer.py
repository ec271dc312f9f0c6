import json

import pytest

from core.contexts.openai_answer import MOST_CHARACTERS, Answer, Usage, read_answer, read_usage
from core.errors import InputError
from tests.misbehaving_server import TEXT, USAGE, cut_off_json, good, refusing, web_page


def read(answer):
    return read_answer(answer.body.decode())


def with_logprobs(*values):
    whole = json.loads(good().body)
    whole["choices"][0]["logprobs"] = {"content": [{"token": "a", "logprob": v} for v in values]}
    return json.dumps(whole)


def test_a_good_answer_is_read_whole():
    assert read(good()) == Answer(
        TEXT, "gpt-4o-2024-11-20", None, Usage(prompt_tokens=500, completion_tokens=20)
    )


def test_a_server_may_tell_no_model_and_no_usage():
    assert read(good(model=None, usage=None)) == Answer(TEXT)


def test_the_text_becomes_one_clean_line():
    assert read(good(" A dog\n\nruns\x00\u202e. ")).text == "A dog runs ."


def test_an_answer_that_ran_out_of_tokens_keeps_its_beginning():
    assert read(good("A dog runs on", finish_reason="length")).text == "A dog runs on"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (good(""), "empty text"),
        (good(None), "empty text"),
        (good(" \n\u200b"), "empty text"),
        (good("", finish_reason="length"), "raise max_tokens"),
        (good("a" * (MOST_CHARACTERS + 1)), "4,001 characters"),
        (refusing(), "refuses to describe this photo: “I'm sorry, I can't help with that.”"),
        (good(TEXT, refusal="No."), "refuses to describe"),
        (good(TEXT, finish_reason="content_filter"), "content filter"),
        (good([{"type": "text", "text": TEXT}]), r"choices\.0\.message\.content: Input should be"),
        (good(choices=[]), "no chat completion .choices"),
        (good(choices=None), "no chat completion .choices: Field required"),
        (good(choices={"message": TEXT}), "no chat completion .choices"),
        (good(choices=None, error={"message": "no\nroom"}), "with an error, “no room”"),
        (cut_off_json(), "cut off or damaged JSON"),
        (web_page(), "something else than JSON"),
    ],
)
def test_what_is_no_context_is_told_with_its_reason(answer, reason):
    with pytest.raises(InputError, match=reason):
        raise read(answer)


@pytest.mark.parametrize(
    "content", ["", "null", "[]", "3", '"text"', "[" * 100_000, "\0", '{"choices": "\\ud800"}']
)
def test_nonsense_is_no_context_either(content):
    assert isinstance(read_answer(content), InputError)
    assert read_usage(content) is None


def test_words_of_the_server_are_quoted_within_bounds():
    reason = str(read(good(None, refusal="no\u202e \n" * 10_000)))
    assert len(reason) < 300
    assert reason.isprintable()


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 1},
        {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": "1", "completion_tokens": 1},
        {"prompt_tokens": 1.5, "completion_tokens": 1},
        {"prompt_tokens": 10**30, "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
        [],
        "much",
    ],
)
def test_usage_that_cannot_be_right_is_not_believed_and_costs_no_answer(usage):
    answer = read(good(usage=usage))
    assert (answer.text, answer.usage) == (TEXT, None)


def test_usage_is_read_of_an_answer_without_a_text_too():
    assert read_usage(refusing().body.decode()) == Usage(**USAGE)


def test_the_likelihood_is_the_mean_over_tokens():
    assert read_answer(with_logprobs(-1.0, -0.5, 0.0)).log_likelihood == pytest.approx(-0.5)


@pytest.mark.parametrize("values", [(), (0.5,), (-1, float("-inf")), (float("nan"),), ("x",)])
def test_a_likelihood_that_cannot_be_right_is_not_believed(values):
    assert read_answer(with_logprobs(*values)).log_likelihood is None


@pytest.mark.parametrize("logprobs", [None, 3, {"content": None}, {"tokens": []}])
def test_another_form_of_likelihood_costs_no_answer(logprobs):
    whole = json.loads(good().body)
    whole["choices"][0]["logprobs"] = logprobs
    assert read_answer(json.dumps(whole)) == read(good())
