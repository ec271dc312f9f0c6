import shutil

import pytest

from core.contexts.huggingface_source import find_model
from core.errors import InputError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """A Hugging Face cache that holds one model, and no network."""
    hub = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(hub))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    snapshot = hub / "models--owner--name" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text(COMMIT)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"")
    return snapshot


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    (folder / "qformer_tokenizer").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "qformer_tokenizer" / "tokenizer.json").write_text("{}")
    return folder


def test_a_downloaded_model_is_known_by_its_id_and_commit(hub_cache):
    source = find_model("owner/name")
    assert (source.location, source.revision) == (hub_cache, COMMIT)
    assert source.label == "owner/name@0123456789ab"


def test_a_revision_is_found_by_branch_and_by_commit(hub_cache):
    assert find_model("owner/name", "main") == find_model("owner/name", COMMIT)


def test_a_revision_that_is_not_in_reach_is_refused(hub_cache):
    with pytest.raises(InputError, match="check the name and the network"):
        find_model("owner/name", "v2")


def test_a_folder_is_known_by_its_name_and_not_by_where_it_lies(folder, tmp_path):
    source = find_model(str(folder))
    copy = shutil.copytree(folder, tmp_path / "elsewhere" / "mine")
    assert source.label == f"mine@{source.revision[:12]}"
    assert str(tmp_path) not in source.label
    assert find_model(str(copy)).label == source.label


@pytest.mark.parametrize(
    "file", ["config.json", "model.safetensors", "qformer_tokenizer/tokenizer.json"]
)
def test_every_file_that_decides_changes_the_revision(folder, file):
    before = find_model(str(folder)).revision
    (folder / file).write_text("changed")
    assert find_model(str(folder)).revision != before


def test_a_note_beside_the_model_does_not_change_the_revision(folder):
    before = find_model(str(folder)).revision
    (folder / "README.md").write_text("A note.")
    assert find_model(str(folder)).revision == before


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no model: it needs config\.json"):
        find_model(str(tmp_path))


def test_a_folder_has_no_revision(folder):
    with pytest.raises(InputError, match="has no revision 'v2'"):
        find_model(str(folder), "v2")
