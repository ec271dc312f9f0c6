"""Models that come from the hub: what is kept of them, and what a broken download leaves."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from core.contexts import huggingface_models
from core.contexts.huggingface import HuggingFaceGenerator
from core.contexts.huggingface_settings import HuggingFaceSettings
from core.errors import InputError
from core.images import LoadedImage
from core.weights import is_model_here
from tests.contexts.small_hub import NAME, SmallHub

COMMIT, NEWER = "0123456789abcdef" * 2 + "01234567", "f" * 40
PHOTO = LoadedImage(Image.new("RGB", (40, 30), "grey"), "a" * 64, width=40, height=30)


@pytest.fixture
def hub(writers, tmp_path, monkeypatch):
    """A hub with a tiny LLaVA, and an empty cache."""
    hub = SmallHub(writers["llava"], COMMIT)
    template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    for name, value in {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": template,
        "HF_HUB_CACHE": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": False,
    }.items():
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    monkeypatch.setattr("transformers.utils.hub._hf_api", None)  # it remembers another address
    yield hub
    hub.close()


@pytest.fixture
def snapshot(tmp_path) -> Path:
    """Where the model's files are kept."""
    return tmp_path / "cache" / "models--owner--tiny" / "snapshots" / COMMIT


def make(**changes) -> HuggingFaceGenerator:
    return HuggingFaceGenerator(HuggingFaceSettings(model=NAME, max_new_tokens=3, **changes), "cpu")


def said(generator: HuggingFaceGenerator) -> list[str]:
    [contexts] = generator.generate([PHOTO])
    return [context.text for context in contexts]


def test_what_was_downloaded_is_found_again_whatever_becomes_of_the_hub(hub):
    assert not is_model_here(NAME)
    first = make()
    text, fingerprint = said(first), first.fingerprint
    assert is_model_here(NAME)
    hub.commit = NEWER
    hub.asked.clear()
    assert make().fingerprint == fingerprint
    assert hub.asked == []
    hub.close()
    again = make()
    assert (said(again), again.fingerprint) == (text, fingerprint)


def test_a_newer_commit_is_used_when_it_is_asked_for(hub):
    fingerprint = make().fingerprint
    hub.commit = NEWER
    assert make(revision=NEWER).fingerprint != fingerprint


def test_a_download_that_was_cut_off_is_completed(hub, snapshot):
    text = said(make())
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (snapshot / file).unlink()
    assert said(make()) == text
    assert (snapshot / "tokenizer.json").exists()


def test_a_download_that_was_cut_off_is_told_of_while_the_hub_is_away(hub, snapshot):
    said(make())
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (snapshot / file).unlink()
    hub.close()
    with pytest.raises(InputError, match="is not a readable model"):
        said(make())


def test_a_model_that_the_hub_lacks_files_of_is_refused(hub):
    settings = HuggingFaceSettings(model="owner/other")
    with pytest.raises(InputError, match="nor could the hub be asked"):
        said(HuggingFaceGenerator(settings, "cpu"))


def test_a_memory_too_small_to_load_it_is_said_to_be_so(hub, monkeypatch):
    def fill(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(huggingface_models.AutoModelForImageTextToText, "from_pretrained", fill)
    with pytest.raises(InputError, match=f"too small to load {NAME}: .* four_bit"):
        said(make())
