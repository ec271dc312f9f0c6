import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt
from core.errors import InputError, describe

ROOT = Path(__file__).parents[2]
PROMPTS = (Prompt("describe", "Describe it."),)


def settings(**changes):
    return OpenAISettings(**{"model": "gpt-4o", **changes})


def test_openai_itself_is_asked_unless_another_address_is_given():
    assert settings().base_url == "https://api.openai.com/v1"
    assert settings(base_url="http://localhost:11434/v1/").base_url == "http://localhost:11434/v1"
    assert settings(base_url="http://localhost:11434/v1/").host == "localhost:11434"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:8000",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://host:99999/v1",
        "http://a..b/v1",
        "http://" + "a" * 64 + "/v1",
        "http://ho st/v1",
        "http://127.0.0.1\n/v1",
    ],
)
def test_what_is_no_web_address_is_refused(address):
    with pytest.raises(ValidationError) as refused:
        settings(base_url=address)
    assert "base_url: Value error, give an address that begins with" in describe(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        {"base_url": "https://me:sk-secret@host/v1"},
        {"base_url": "https://sk-secret@host/v1"},
        {"base_url": "https://host/v1?key=sk-secret"},
        {"base_url": "https://host/v1#sk-secret"},
        {"key_variable": "sk-secret"},
        {"api_key": "sk-secret"},
    ],
)
def test_a_key_has_no_place_in_the_settings_and_is_not_repeated(secret):
    with pytest.raises(ValidationError) as refused:
        settings(**secret)
    assert "sk-secret" not in str(refused.value)
    assert "sk-secret" not in describe(refused.value)


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://0.0.0.0:8000/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://192.168.0.7:8000/v1", False),
        ("http://localhost.example.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
    ],
)
def test_only_this_machine_counts_as_local(address, is_local):
    assert settings(base_url=address).is_local == is_local


@pytest.mark.parametrize(
    ("address", "is_openai"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://evilapi.openai.com/v1", False),
        ("https://api.openai.com.evil.org/v1", False),
        ("http://localhost:8000/v1", False),
    ],
)
def test_only_openai_s_own_servers_count_as_openai(address, is_openai):
    assert settings(base_url=address).is_openai == is_openai


def test_the_key_comes_from_the_named_variable(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one")
    monkeypatch.setenv("OTHER_KEY", " sk-two\n")
    assert settings().read_key() == "sk-one"
    assert settings(key_variable="OTHER_KEY").read_key() == "sk-two"
    assert settings(key_variable="").read_key() is None


@pytest.mark.parametrize("value", [None, "", "  "])
def test_without_a_key_only_a_server_on_this_machine_can_be_asked(monkeypatch, value):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_API_KEY", value)
    assert settings(base_url="http://localhost:1/v1").read_key() is None
    with pytest.raises(InputError, match=r"api\.openai\.com wants a key .* OPENAI_API_KEY is not"):
        settings().read_key()


@pytest.mark.parametrize("value", ["sk-se\ncret", "sk-secrét"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(monkeypatch, value):
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(InputError, match="OPENAI_API_KEY holds characters") as refused:
        settings().read_key()
    assert "sk-se" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "gpt-4o-mini"},
        {"base_url": "http://localhost:8000/v1"},
        {"temperature": 0.7},
        {"temperature": "default"},
        {"seed": 1},
        {"max_tokens": 97},
        {"logprobs": True},
        {"largest_side": 512},
    ],
)
def test_the_fingerprint_changes_with_what_decides_the_sentences(change):
    assert settings(**change).fingerprint(PROMPTS) != settings().fingerprint(PROMPTS)


def test_the_fingerprint_changes_with_the_text_of_a_prompt_and_not_with_its_name():
    one, two = Prompt("a", "Describe it."), Prompt("a", "Describe it!")
    assert settings().fingerprint((one,)) == settings().fingerprint(PROMPTS)
    assert settings().fingerprint((two,)) != settings().fingerprint(PROMPTS)
    assert settings().fingerprint((one, two)) != settings().fingerprint((two, one))


@pytest.mark.parametrize(
    "change",
    [
        {"key_variable": "OTHER_KEY"},
        {"at_once": 1},
        {"timeout_seconds": 1},
        {"retries": 0},
        {"input_price": 2.5, "output_price": 10},
        {"tokens_key": "max_completion_tokens"},
        {"photo_tokens": 0, "tile_tokens": 1},
    ],
)
def test_the_fingerprint_knows_neither_key_nor_price_nor_patience(monkeypatch, change):
    before = settings().fingerprint(PROMPTS)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another")
    assert settings(**change).fingerprint(PROMPTS) == before


def test_the_official_client_is_not_imported_before_it_is_needed():
    code = (
        "import sys; from core.contexts.openai_api import OpenAIGenerator, OpenAISettings; "
        "OpenAIGenerator(OpenAISettings(model='m')); import core.contexts.openai_cost; "
        "print(sorted({'openai', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
