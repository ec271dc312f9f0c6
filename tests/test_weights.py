"""Weights are found without importing their package, and never used unchecked."""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import weights
from core.errors import InputError
from core.weights import WEIGHTS, Weight, find_weight, is_model_here, resolve_model, sha256_file


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """A package with one weight file, which must never be imported."""
    package = tmp_path / "packages" / "toy_weights"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    file = package / "model" / "model.safetensors"
    file.write_bytes(b"weights")
    monkeypatch.syspath_prepend(package.parent)
    weight = Weight(
        package="toy-weights",
        module="toy_weights",
        path="model/model.safetensors",
        sha256=hashlib.sha256(b"weights").hexdigest(),
        licence="MIT / MIT",
    )
    monkeypatch.setitem(WEIGHTS, "toy", weight)
    folder = Weight(**{**vars(weight), "is_model_folder": True})
    monkeypatch.setitem(WEIGHTS, "toy-folder", folder)
    return file


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """An empty Hugging Face cache, and no network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_every_packaged_weight_is_installed_and_intact(name):
    assert find_weight(name).exists()


def test_a_weight_is_found_without_importing_its_package(packaged):
    assert find_weight("toy") == packaged
    assert "toy_weights" not in sys.modules


def test_a_model_folder_is_given_as_the_folder_around_its_weights(packaged):
    assert find_weight("toy-folder") == packaged.parent
    assert resolve_model("toy-folder") == packaged.parent


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(InputError, match="efficientnet-lite0"):
        find_weight("efficientnet-lite9")


def test_a_missing_package_is_named_with_the_command_that_installs_it(packaged, monkeypatch):
    lost = Weight(**{**vars(WEIGHTS["toy"]), "module": "no_such_module"})
    monkeypatch.setitem(WEIGHTS, "toy", lost)
    with pytest.raises(InputError, match=r"toy-weights.*make dashboard"):
        find_weight("toy")


def test_a_missing_file_is_named_with_the_command_that_installs_it(packaged):
    packaged.unlink()
    with pytest.raises(InputError, match=r"lacks model/model.safetensors.*make dashboard"):
        find_weight("toy")


def test_a_changed_file_is_refused(packaged):
    packaged.write_bytes(b"weightz")
    with pytest.raises(InputError, match=r"toy-weights is damaged.*make dashboard"):
        find_weight("toy")


def test_a_file_is_hashed_once_however_many_threads_ask(packaged, monkeypatch):
    hashed: list[Path] = []

    def counting(path: Path) -> str:
        hashed.append(path)
        return sha256_file(path)

    monkeypatch.setattr(weights, "_remembered_sha256", weights.functools.cache(counting))
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(find_weight, ["toy"] * 32))
    assert found == {packaged}
    assert hashed == [packaged]


def test_sha256_of_a_file_is_that_of_its_bytes(tmp_path):
    file = tmp_path / "abc"
    file.write_bytes(b"abc")
    # The one-block example of FIPS 180-2, appendix B.1.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_file(file) == digest


def test_a_local_folder_resolves_to_itself(tmp_path, hub_cache):
    assert resolve_model(str(tmp_path)) == tmp_path


def test_a_downloaded_model_resolves_to_its_folder_without_the_network(hub_cache):
    snapshot = hub_cache / "models--owner--name" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("abc")
    (snapshot / "config.json").write_text("{}")
    with pytest.raises(InputError, match="nor in the local Hugging Face cache"):
        resolve_model("owner/name")  # an unfinished download: no weights yet
    assert not is_model_here("owner/name")
    (snapshot / "model.safetensors").write_bytes(b"")
    assert resolve_model("owner/name") == snapshot
    assert is_model_here("owner/name")
    assert not is_model_here("owner/name", "v2")


def test_folders_and_packaged_models_are_here_and_what_is_no_model_is_not(
    tmp_path, packaged, hub_cache
):
    assert is_model_here(str(tmp_path))
    assert is_model_here("toy-folder")
    assert not any(is_model_here(name) for name in ("toy", "", "no such / model", "owner/none"))


def test_a_revision_resolves_to_its_own_folder(hub_cache):
    model = hub_cache / "models--owner--name"
    (model / "refs").mkdir(parents=True)
    for commit, branch in (("abc", "main"), ("def", "v2")):
        (model / "snapshots" / commit).mkdir(parents=True)
        (model / "refs" / branch).write_text(commit)
        for file in ("config.json", "model.safetensors"):
            (model / "snapshots" / commit / file).write_text("{}")
    assert resolve_model("owner/name").name == "abc"
    assert resolve_model("owner/name", "v2").name == "def"
    with pytest.raises(InputError, match="check the name and the network"):
        resolve_model("owner/name", "v3")


def test_a_folder_with_a_revision_is_refused(tmp_path, hub_cache):
    with pytest.raises(InputError, match="is a folder, which has no revision 'v2'"):
        resolve_model(str(tmp_path), "v2")


def test_an_unknown_id_says_what_to_do(hub_cache):
    with pytest.raises(InputError, match=r"check the name and the network, or give the folder"):
        resolve_model("owner/no-such-model")


@pytest.mark.parametrize("name", ["", "/no/such/folder", "a/b/c", "a--b", "x" * 200])
def test_what_is_neither_folder_nor_id_is_refused(name, hub_cache):
    with pytest.raises(InputError, match="is not a model"):
        resolve_model(name)
