"""How a server that speaks OpenAI's protocol is asked for contexts."""

import hashlib
import ipaddress
import os
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, PositiveInt, field_validator

from core.config import Section
from core.contexts.prompts import Prompt
from core.errors import InputError
from core.images import LONGEST_SIDE

_VERSION = 1  # of how a request is put together and an answer is cleaned


class OpenAISettings(Section):
    """Which server and model describe photos, how, and within which limits.

    The server may be OpenAI's, or vLLM, llama.cpp or Ollama on this or another machine. Its key
    is no setting: it is read from the environment by `read_key`, and kept nowhere.
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # it may be a key in the wrong place

    kind: Literal["openai"] = "openai"
    model: str = Field(min_length=1, description="as the server names it, such as gpt-4o")
    base_url: str = Field("https://api.openai.com/v1", description="where /chat/completions lies")
    key_variable: str = Field(
        "OPENAI_API_KEY",
        pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$",
        description='environment variable that holds the key; "": send none',
    )
    prompts: tuple[str, ...] = Field(("describe",), min_length=1, description="a request each")
    temperature: Annotated[float, Field(ge=0, le=2)] | Literal["default"] = Field(
        0.0, description="default: none is sent, for models that take only their own"
    )
    seed: int | None = Field(None, description="None: none is sent")
    max_tokens: int = Field(96, ge=1, le=32_768, description="most tokens of an answer")
    tokens_key: Literal["max_tokens", "max_completion_tokens"] = Field(
        "max_tokens", description="how the request says so; newer models take only the second"
    )
    logprobs: bool = Field(False, description="ask for the likelihood of the answer too")
    largest_side: int = Field(
        768, ge=64, le=LONGEST_SIDE, description="pixels; a larger photo is scaled down"
    )
    at_once: int = Field(4, ge=1, le=64, description="requests in flight")
    timeout_seconds: float = Field(
        60.0, gt=0, le=600, description="to connect, for an answer to begin, and for it to end"
    )
    retries: int = Field(4, ge=0, le=10, description="after time-outs, 408, 409, 429 and 5xx")
    input_price: float | None = Field(
        None, ge=0, description="US dollars a million tokens; None: unknown"
    )
    output_price: float | None = Field(
        None, ge=0, description="US dollars a million tokens; None: unknown"
    )
    photo_tokens: int = Field(85, ge=0, description="of any photo; gpt-4o-mini counts 2833")
    tile_tokens: PositiveInt = Field(
        170, description="of each of its tiles of 512 pixels; gpt-4o-mini counts 5667"
    )

    @field_validator("base_url")
    @classmethod
    def _is_a_plain_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_address = bool(parts.hostname and parts.hostname.encode("idna")) and parts.port != 0
        except ValueError:
            is_address = False
        is_one_word = value.isprintable() and " " not in value
        if not is_address or not is_one_word or parts.scheme not in ("http", "https"):
            raise ValueError("give an address that begins with http:// or https://")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "give the address alone, without user, password, ? or #; a key belongs into the "
                "environment"
            )
        return value.rstrip("/")

    @property
    def host(self) -> str:
        """Name and port of the server, to be shown to people."""
        return urlsplit(self.base_url).netloc

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine, so that no photo leaves it."""
        name = urlsplit(self.base_url).hostname or ""
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name == "localhost"
        return address.is_loopback or address.is_unspecified

    @property
    def is_openai(self) -> bool:
        """Whether the server is OpenAI's own, of any region."""
        return f".{self.host}".endswith(".api.openai.com")

    def read_key(self) -> str | None:
        """Return the key from the environment; None when a server on this machine needs none.

        Raises:
            InputError: It is not set, or holds what cannot be sent.
        """
        key = os.environ.get(self.key_variable, "").strip() if self.key_variable else ""
        if not key:
            if self.is_local or not self.key_variable:
                return None
            raise InputError(
                f"{self.host} wants a key and the environment variable {self.key_variable} is not "
                'set: set it to your key, or name another in key_variable ("" sends none).'
            )
        if not key.isascii() or not key.isprintable():
            raise InputError(
                f"The environment variable {self.key_variable} holds characters that no key has, "
                "such as a line break: copy the key again."
            )
        return key

    def fingerprint(self, prompts: tuple[Prompt, ...]) -> str:
        """Return the hash of everything that decides the sentences: no key, price or limit."""
        decides = self.model_dump_json(
            include={
                "base_url",
                "model",
                "temperature",
                "seed",
                "max_tokens",
                "logprobs",
                "largest_side",
            }
        )
        parts = [f"openai {_VERSION}", decides, *(prompt.text for prompt in prompts)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()
