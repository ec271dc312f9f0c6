import base64
import io

import pytest
from PIL import Image

from core.contexts.openai_request import encode_photo, request_body
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt

PROMPT = Prompt("who", "Who is it?")
JPEG = b"\xff\xd8 not really"


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 512), (768, 384)),
        ((512, 1024), (384, 768)),
        ((300, 200), (300, 200)),
        ((1, 1024), (1, 768)),
    ],
)
def test_a_photo_is_scaled_down_and_never_up(size, expected):
    sent = opened(encode_photo(Image.new("RGB", size), 768))
    assert (sent.format, sent.mode, sent.size) == ("JPEG", "RGB", expected)


def test_the_photo_keeps_its_picture():
    photo = Image.new("RGB", (1000, 500), (200, 30, 30))
    photo.paste((30, 30, 200), (500, 0, 1000, 500))
    sent = opened(encode_photo(photo, 100))
    assert sent.getpixel((20, 25)) == pytest.approx((200, 30, 30), abs=8)
    assert sent.getpixel((80, 25)) == pytest.approx((30, 30, 200), abs=8)


def test_no_metadata_travels_with_the_photo():
    exif = Image.Exif()
    exif[0x010E] = "home address"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "JPEG", exif=exif, comment=b"home address")
    photo = opened(stream.getvalue())
    assert photo.getexif()
    assert photo.info["comment"] == b"home address"

    jpeg = encode_photo(photo, 768)

    assert not opened(jpeg).getexif()
    assert "comment" not in opened(jpeg).info
    assert b"home address" not in jpeg
    assert b"Exif" not in jpeg


def test_the_photo_given_is_left_as_it_is():
    photo = Image.new("RGB", (1000, 500))
    encode_photo(photo, 100)
    assert photo.size == (1000, 500)


def test_a_request_holds_model_prompt_photo_and_decoding_and_nothing_else():
    assert request_body(OpenAISettings(model="gpt-4o"), PROMPT, JPEG) == {
        "model": "gpt-4o",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Who is it?"},
                    {
                        "type": "image_url",
                        "image_url": {
                            "url": f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}",
                            "detail": "high",
                        },
                    },
                ],
            }
        ],
        "max_tokens": 96,
        "temperature": 0.0,
    }


def test_newer_models_are_asked_in_their_own_words():
    settings = OpenAISettings(
        model="o4", tokens_key="max_completion_tokens", max_tokens=500, temperature="default"
    )
    body = request_body(settings, PROMPT, JPEG)
    assert body["max_completion_tokens"] == 500
    assert not {"max_tokens", "temperature", "seed", "logprobs"} & set(body)


def test_seed_and_likelihood_are_asked_for_when_wanted():
    body = request_body(OpenAISettings(model="m", seed=7, logprobs=True), PROMPT, JPEG)
    assert (body["seed"], body["logprobs"]) == (7, True)
