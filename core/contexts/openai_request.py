"""What is sent to a server that speaks OpenAI's protocol: one photo and one prompt a request."""

import base64
import io
from typing import Any

from PIL import Image

from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt

_QUALITY = 85


def encode_photo(photo: Image.Image, largest_side: int) -> bytes:
    """Return the photo as a JPEG without metadata, scaled down to a longest side in pixels."""
    small = photo.convert("RGB")
    small.thumbnail((largest_side, largest_side), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    # A copy through bytes leaves comments behind, which Pillow would write again.
    clean = Image.frombytes("RGB", small.size, small.tobytes())
    clean.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def request_body(settings: OpenAISettings, prompt: Prompt, jpeg: bytes) -> dict[str, Any]:
    """Return the body of a chat completion that asks about a photo.

    It holds the model, the prompt, the photo and how to decode: nothing else of the post.
    """
    url = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": prompt.text},
                    {"type": "image_url", "image_url": {"url": url, "detail": "high"}},
                ],
            }
        ],
        settings.tokens_key: settings.max_tokens,
    }
    if settings.temperature != "default":
        body["temperature"] = settings.temperature
    if settings.seed is not None:
        body["seed"] = settings.seed
    if settings.logprobs:
        body["logprobs"] = True
    return body
