"""What a server that speaks OpenAI's protocol answered, believed only as far as it is whole."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from core.contexts.clean import clean_text
from core.errors import InputError

MOST_CHARACTERS = 4_000
_MOST_OF_A_NAME = 200
_MOST_OF_A_REASON = 200

_Count = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


class NothingWorks(InputError):
    """Why no photo can be described at all: a key, an address or a setting is wrong."""


class Refused(InputError):
    """Why a prompt about a photo has no answer, and would have none the next time."""


class Usage(BaseModel):
    """What an answer used up."""

    prompt_tokens: _Count
    completion_tokens: _Count


class _Used(BaseModel):
    usage: Usage


class _Token(BaseModel):
    logprob: float = Field(ge=-100_000, le=0)


class _Logprobs(BaseModel):
    content: list[_Token] = Field(min_length=1)


class _Error(BaseModel):
    message: str


class _Failed(BaseModel):
    error: _Error


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: Any = None


class _Body(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    model: Any = None


@dataclass(frozen=True)
class Answer:
    """What a model said about a photo.

    Attributes:
        text: One clean line; the beginning of one when `max_tokens` ended it.
        model: That wrote it, as the server names it; None: not told.
        log_likelihood: Mean log probability of its tokens, in nats; None: not told.
        usage: What it took; None: not told.
    """

    text: str
    model: str | None = None
    log_likelihood: float | None = None
    usage: Usage | None = None


def read_usage(content: str) -> Usage | None:
    """Return what an answer used up, also one without text; None when it does not tell."""
    try:
        return _Used.model_validate_json(content).usage
    except ValidationError:
        return None


def read_answer(content: str) -> Answer | InputError:
    """Return what the model said, or why that is no context.

    Args:
        content: Body of an answer with status 200, which may hold anything.
    """
    try:
        body = _Body.model_validate_json(content)
    except ValidationError as error:
        return _unreadable(content, error)
    choice = body.choices[0]
    reason = _refusal(choice)
    if reason:
        return Refused(reason)
    text = clean_text(choice.message.content or "")
    if not text and choice.finish_reason == "length":
        return InputError(
            "The model used all its tokens up before it said anything: raise max_tokens."
        )
    if not text:
        return Refused("The model answered with an empty text: try another prompt or model.")
    if len(text) > MOST_CHARACTERS:
        return InputError(
            f"The model answered with {len(text):,} characters, more than the {MOST_CHARACTERS:,} "
            "of a context: lower max_tokens."
        )
    name = clean_text(body.model, _MOST_OF_A_NAME) if isinstance(body.model, str) else ""
    return Answer(text, name or None, _mean_logprob(choice.logprobs), read_usage(content))


def quote(text: str) -> str:
    """Return words of a server, fit to stand in a message."""
    return clean_text(text, _MOST_OF_A_REASON)


def _refusal(choice: _Choice) -> str:
    if choice.message.refusal:
        return f"The model refuses to describe this photo: “{quote(choice.message.refusal)}”."
    if choice.finish_reason == "content_filter":
        return "The server's content filter held the answer back: leave this photo out."
    return ""


def _unreadable(content: str, error: ValidationError) -> InputError:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        if content.lstrip().startswith(("{", "[")):
            return InputError("The server's answer is cut off or damaged JSON: try again.")
        return InputError(
            "The server answered with something else than JSON, perhaps a web page: check base_url."
        )
    try:
        said = quote(_Failed.model_validate_json(content).error.message)
    except ValidationError:
        key = ".".join(map(str, first["loc"])) or "the whole"
        return InputError(
            f"The server's answer is no chat completion ({key}: {first['msg']}): check that "
            "base_url leads to an OpenAI-compatible server."
        )
    return InputError(f"The server answered with an error, “{said}”: try again.")


def _mean_logprob(told: Any) -> float | None:
    try:
        tokens = _Logprobs.model_validate(told).content
    except ValidationError:
        return None
    return sum(token.logprob for token in tokens) / len(tokens)
