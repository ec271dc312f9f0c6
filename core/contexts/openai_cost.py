"""What contexts from a server have cost, and before anything is sent, what they would."""

import json
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PIL import Image

from core.contexts.openai_answer import Usage
from core.contexts.openai_request import encode_photo, request_body
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import read_prompt
from core.images import LoadedImage

_MILLION = 1_000_000
_TILE = 512  # pixels
_SHORT_SIDE = 768  # pixels; to which OpenAI scales a photo down before it cuts tiles
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True)
class Spent:
    """What a generator has used up so far.

    Attributes:
        requests: Sent over the network, retries among them.
        retries: Of these, those that repeated another.
        input_tokens: As the server counts them, also of answers that could not be used.
        output_tokens: As the server counts them, also of answers that could not be used.
        uncounted: Answers of which the server did not say how many tokens they took.
        dollars: US dollars for these tokens; None: the prices are unknown.
    """

    requests: int = 0
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    uncounted: int = 0
    dollars: float | None = None


class Spending:
    """Counts what is spent; any number of threads may call it."""

    def __init__(self, settings: OpenAISettings) -> None:
        """Start at nothing, with the prices of the settings."""
        self._settings = settings
        self._lock = threading.Lock()
        self._spent = Spent()

    @property
    def spent(self) -> Spent:
        """Everything so far."""
        with self._lock:
            spent = self._spent
        dollars = dollars_for(self._settings, spent.input_tokens, spent.output_tokens)
        return replace(spent, dollars=dollars)

    def count_request(self, *, is_retry: bool) -> None:
        """Count a request that is about to be sent."""
        with self._lock:
            self._spent = replace(
                self._spent,
                requests=self._spent.requests + 1,
                retries=self._spent.retries + is_retry,
            )

    def count_answer(self, usage: Usage | None) -> None:
        """Count the tokens of an answer; None: it does not tell them."""
        with self._lock:
            if usage is None:
                self._spent = replace(self._spent, uncounted=self._spent.uncounted + 1)
                return
            self._spent = replace(
                self._spent,
                input_tokens=self._spent.input_tokens + usage.prompt_tokens,
                output_tokens=self._spent.output_tokens + usage.completion_tokens,
            )


@dataclass(frozen=True)
class Estimate:
    """What would be sent, and what it would cost; nothing has been.

    Attributes:
        host: Name and port of the server.
        is_local: The server is this machine: no photo leaves it.
        photos: How many.
        requests: One a photo and prompt, without retries.
        bytes: Of all requests together, without their headers.
        input_tokens: By OpenAI's published rule; an estimate, other models count otherwise.
        output_tokens: At most.
        dollars: US dollars at most, as far as the input is estimated well and nothing has to be
            repeated; None: the prices are unknown.
        contents: What each request holds and what it does not, in plain words.
    """

    host: str
    is_local: bool
    photos: int
    requests: int
    bytes: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    contents: tuple[str, ...]


def estimate(settings: OpenAISettings, images: Iterable[LoadedImage]) -> Estimate:
    """Return what describing these photos would send and cost, without using the network.

    Photos are scaled and encoded exactly as they would be sent, one at a time.

    Raises:
        InputError: There is no such prompt.
    """
    prompts = [read_prompt(name) for name in settings.prompts]
    photos = size = tokens = 0
    for image in images:
        photos += 1
        jpeg = encode_photo(image.pixels, settings.largest_side)
        for prompt in prompts:
            size += _body_bytes(request_body(settings, prompt, jpeg))
            tokens += photo_tokens(settings, image.pixels) + prompt_tokens(prompt.text)
    requests = photos * len(prompts)
    output_tokens = requests * settings.max_tokens
    return Estimate(
        host=settings.host,
        is_local=settings.is_local,
        photos=photos,
        requests=requests,
        bytes=size,
        input_tokens=tokens,
        output_tokens=output_tokens,
        dollars=dollars_for(settings, tokens, output_tokens),
        contents=_contents(settings),
    )


def dollars_for(settings: OpenAISettings, input_tokens: int, output_tokens: int) -> float | None:
    """Return what tokens cost in US dollars; None when a price is unknown."""
    if settings.input_price is None or settings.output_price is None:
        return None
    return (input_tokens * settings.input_price + output_tokens * settings.output_price) / _MILLION


def photo_tokens(settings: OpenAISettings, photo: Image.Image) -> int:
    """Return how many tokens a photo takes by OpenAI's rule for GPT-4o in high detail.

    It is scaled down until its shorter side has 768 pixels and cut into tiles of 512: so many
    tokens a tile, and some for the photo. An estimate: other models count otherwise.
    """
    scale = min(1.0, settings.largest_side / max(photo.size), _SHORT_SIDE / min(photo.size))
    tiles = math.prod(math.ceil(round(side * scale) / _TILE) for side in photo.size)
    return settings.photo_tokens + settings.tile_tokens * tiles


def prompt_tokens(text: str) -> int:
    """Return about how many tokens a prompt takes: one for four characters, as of English."""
    return math.ceil(len(text) / _CHARACTERS_A_TOKEN)


def _body_bytes(body: dict[str, object]) -> int:
    return len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _contents(settings: OpenAISettings) -> tuple[str, ...]:
    side = settings.largest_side
    lines = [
        f"the photo as a JPEG of at most {side} x {side} pixels, without its metadata",
        f"the text of a prompt ({', '.join(settings.prompts)}), the name of the model "
        f"({settings.model}) and how long an answer may be",
        "with it go the key from the environment, if one is set, and, from the OpenAI client, the "
        "versions of the client, Python and the operating system",
    ]
    if settings.is_openai:
        lines.append(
            "the organisation and project that OPENAI_ORG_ID and OPENAI_PROJECT_ID name, and the "
            "headers of OPENAI_CUSTOM_HEADERS"
        )
    lines.append("no sentence, label, file name or other context of the post")
    if settings.base_url.startswith("http://") and not settings.is_local:
        lines.append("nothing of this is encrypted on its way: base_url begins with http://")
    return tuple(lines)
