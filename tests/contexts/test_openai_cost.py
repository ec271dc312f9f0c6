from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from core.contexts.openai_answer import Usage
from core.contexts.openai_api import OpenAIGenerator
from core.contexts.openai_cost import (
    Spending,
    Spent,
    dollars_for,
    estimate,
    photo_tokens,
    prompt_tokens,
)
from core.contexts.openai_settings import OpenAISettings
from core.errors import InputError
from core.images import LoadedImage


def settings(**changes):
    return OpenAISettings(**{"model": "gpt-4o", **changes})


def loaded(width, height):
    pixels = Image.effect_noise((width, height), 50).convert("RGB")
    return LoadedImage(pixels, sha256=f"{width:064x}", width=width, height=height)


@pytest.fixture
def prompts(tmp_path):
    """Two prompts of 8 and 9 characters, the second of them not ASCII."""
    paths = tmp_path / "who.txt", tmp_path / "wo.txt"
    for path, text in zip(paths, ["Who's it", "Größe wo?"], strict=True):
        path.write_text(text, encoding="utf-8")
    return tuple(map(str, paths))


@pytest.mark.parametrize(
    ("size", "largest_side", "tiles"),
    [
        ((1024, 1024), 1024, 4),  # 768 x 768; OpenAI's own example: 765 tokens
        ((1024, 512), 1024, 2),
        ((1024, 1024), 768, 4),
        ((1024, 512), 768, 2),  # 768 x 384
        ((1024, 1024), 512, 1),
        ((512, 512), 768, 1),
        ((513, 512), 768, 2),
        ((128, 64), 768, 1),  # never scaled up
        ((1024, 1), 1024, 2),
    ],
)
def test_tokens_of_a_photo_are_counted_by_tiles(size, largest_side, tiles):
    photo = Image.new("RGB", size)
    assert photo_tokens(settings(largest_side=largest_side), photo) == 85 + 170 * tiles
    mini = settings(largest_side=largest_side, photo_tokens=2833, tile_tokens=5667)
    assert photo_tokens(mini, photo) == 2833 + 5667 * tiles


def test_tokens_of_a_prompt_are_a_fourth_of_its_characters():
    assert [prompt_tokens("a" * n) for n in (1, 4, 5, 8)] == [1, 1, 2, 2]


def test_dollars_are_tokens_times_prices():
    priced = settings(input_price=2.5, output_price=10)
    assert dollars_for(priced, 1_000_000, 0) == 2.5
    assert dollars_for(priced, 500, 20) == pytest.approx(0.00145)  # 500 x 2.5e-6 + 20 x 1e-5


@pytest.mark.parametrize("prices", [{}, {"input_price": 1}, {"output_price": 1}])
def test_without_both_prices_the_dollars_are_unknown(prices, prompts):
    assert dollars_for(settings(**prices), 1, 1) is None
    assert Spending(settings(**prices)).spent.dollars is None
    assert estimate(settings(**prices, prompts=prompts), [loaded(64, 64)]).dollars is None


def test_an_estimate_is_what_one_counts_by_hand(prompts):
    priced = settings(prompts=prompts, input_price=2, output_price=10, max_tokens=100)

    guess = estimate(priced, [loaded(512, 512), loaded(1024, 1024)])

    assert (guess.photos, guess.requests) == (2, 4)
    # A photo of one tile and one of four, each with a prompt of 2 tokens and with one of 3.
    assert guess.input_tokens == 2 * (85 + 170) + 2 * (85 + 4 * 170) + 2 * (2 + 3)
    assert guess.output_tokens == 4 * 100
    assert guess.dollars == pytest.approx((2050 * 2 + 400 * 10) / 1e6)
    assert (guess.host, guess.is_local) == ("api.openai.com", False)


def test_an_estimate_of_nothing_is_nothing(prompts):
    guess = estimate(settings(input_price=1, output_price=1), [])
    assert (guess.photos, guess.requests, guess.bytes, guess.dollars) == (0, 0, 0, 0)


def test_an_estimate_sends_nothing_and_says_to_the_byte_what_would_be_sent(
    misbehaving_server, prompts, monkeypatch
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asking = settings(base_url=misbehaving_server.base_url, prompts=prompts, seed=7)
    photos = [loaded(900, 600), loaded(300, 200)]

    guess = estimate(asking, iter(photos))
    assert misbehaving_server.asked == []

    OpenAIGenerator(asking).generate(photos)
    assert guess.requests == len(misbehaving_server.asked)
    assert guess.bytes == sum(len(asked.content) for asked in misbehaving_server.asked)
    assert guess.is_local


def test_an_estimate_says_in_words_what_leaves_and_what_stays(prompts):
    told = " / ".join(estimate(settings(), []).contents)
    assert "at most 768 x 768 pixels, without its metadata" in told
    assert "no sentence, label, file name" in told
    assert "encrypted" not in told
    plain = estimate(settings(base_url="http://192.168.0.7/v1"), []).contents
    assert "nothing of this is encrypted" in plain[-1]
    assert "OPENAI_ORG_ID" in told
    assert "OPENAI_ORG_ID" not in " / ".join(plain)


def test_an_estimate_for_an_unknown_prompt_is_refused():
    with pytest.raises(InputError, match="no prompt 'sing'"):
        estimate(settings(prompts=["sing"]), [])


def test_what_is_spent_adds_up_whoever_counts():
    spending = Spending(settings(input_price=2.5, output_price=10))

    def spend(k):
        spending.count_request(is_retry=k % 4 == 0)
        spending.count_answer(Usage(prompt_tokens=500, completion_tokens=20) if k % 2 else None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spend, range(400)))

    assert spending.spent == Spent(
        requests=400,
        retries=100,
        input_tokens=200 * 500,
        output_tokens=200 * 20,
        uncounted=200,
        dollars=pytest.approx(200 * 0.00145),
    )
