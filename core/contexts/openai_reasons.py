"""Why a server that speaks OpenAI's protocol gave no answer, and what to do about it.

Like `openai_client`, importing this module imports the official client.
"""

import httpx2
import openai

from core.contexts.openai_answer import NothingWorks, Refused
from core.contexts.openai_settings import OpenAISettings
from core.errors import InputError


def status_reason(settings: OpenAISettings, error: openai.APIStatusError, said: str) -> InputError:
    """Return what a status other than 2xx means.

    Args:
        settings: That the request was made by.
        error: Of the official client.
        said: What the server says of it, without the key.
    """
    host, status = settings.host, error.status_code
    setting = _setting_reason(settings, error, said)
    if setting:
        return NothingWorks(setting)
    if status == openai.RateLimitError.status_code:
        return InputError(
            f"{host} takes no more requests for now ({status}){_tried(settings, error)}: try "
            "later, or with a lower at_once."
        )
    if status >= 500:
        return InputError(f"{host} failed ({status}){_tried(settings, error)}: try later.")
    return Refused(
        f"{host} refuses this request ({status}): “{said}”; try another photo or prompt."
    )


def network_reason(settings: OpenAISettings, error: openai.APIConnectionError) -> InputError:
    """Return why there was no whole answer."""
    host, cause = settings.host, error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        return NothingWorks(
            f"{host} cannot be reached ({cause}): check base_url, and that the server runs."
        )
    if isinstance(error, openai.APITimeoutError):
        return InputError(
            f"{host} did not answer within {settings.timeout_seconds:g} seconds, "
            f"{_tries(settings)}: raise timeout_seconds, or try later."
        )
    return InputError(f"{host} broke the connection off, {_tries(settings)}: try later.")


def _setting_reason(
    settings: OpenAISettings, error: openai.APIStatusError, said: str
) -> str | None:
    """What a person must change before any request is answered."""
    host, status = settings.host, error.status_code
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        # Without what the server says of it: that may show parts of the key.
        return (
            f"{host} refuses the key ({status}): check the environment variable "
            f"{settings.key_variable or 'that key_variable is to name'}, and what its key may do."
        )
    if isinstance(error, openai.NotFoundError):
        return (
            f"{host} knows no model {settings.model!r} at {settings.base_url} ({status}): check "
            "model, and base_url, which mostly ends in /v1."
        )
    if status < 400:
        return (
            f"{host} sends requests on to another address ({status}), which is not followed with "
            "a photo and a key: give the final address as base_url."
        )
    if error.code == "insufficient_quota":
        return (
            f"{host} says that the credit of this key is used up: add some, or choose another "
            "server."
        )
    if error.code in ("unsupported_parameter", "unsupported_value"):
        return (
            f"{settings.model} does not take a setting, “{said}”: newer models want tokens_key = "
            '"max_completion_tokens" and temperature = "default".'
        )
    return None


def _tried(settings: OpenAISettings, error: openai.APIStatusError) -> str:
    """How often it was tried; the client gives up when it is to wait for minutes."""
    wait = error.response.headers.get("retry-after", "")
    asked = f" and asks to wait {wait[:40]} seconds" if wait[:40].isdigit() else ""
    return f"{asked}, {_tries(settings)}"


def _tries(settings: OpenAISettings) -> str:
    return f"with up to {settings.retries} {'retry' if settings.retries == 1 else 'retries'}"
