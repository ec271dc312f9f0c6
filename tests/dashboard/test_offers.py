import shutil
import tomllib

import pytest
import tomli_w

from dashboard import offers as module
from dashboard.offers import Offer, find_offer, offer_of, offers, short_name, weights_stamp


@pytest.fixture
def folder(tmp_path, tiny_checkpoint, monkeypatch):
    monkeypatch.setattr(module, "CHECKPOINTS", tmp_path)
    for name in ("one", "two"):
        shutil.copytree(tiny_checkpoint, tmp_path / name)
    return tmp_path


def test_the_servers_own_comes_first_then_all_others_by_name(folder, tiny_checkpoint):
    assert [offer.name for offer in offers("two")] == ["two", "one"]
    own, *others = offers(str(tiny_checkpoint))
    assert own.folder == str(tiny_checkpoint)
    assert [(offer.name, offer.folder) for offer in others] == [("one", "one"), ("two", "two")]


def test_each_has_its_task_and_a_short_fingerprint(folder):
    own, _ = offers("one")

    assert (own.task, own.trouble) == ("mner", "")
    assert own.title == f"one · entities · {own.fingerprint[:7]}"
    assert len(own.fingerprint) == 64


def test_a_damaged_one_says_why_and_the_others_stay(folder):
    (folder / "one" / "config.toml").write_text("name = 3", encoding="utf-8")
    own, damaged = offers("two")

    assert own.trouble == ""
    assert "name" in damaged.trouble
    assert "damaged" in damaged.title


def test_what_others_start_from_is_offered_to_nobody(folder):
    path = folder / "one" / "config.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    for objectives, listed in ((["words"], ["two"]), (["task", "words"], ["two", "one"])):
        source = {**table["data"]["dev"], "objectives": objectives}
        told = {**table, "data": {**table["data"], "sources": [source]}}
        path.write_text(tomli_w.dumps(told), encoding="utf-8")
        assert [offer.name for offer in offers("two")] == listed


def test_a_folder_without_weights_is_none_and_a_missing_own_one_is_listed(folder):
    (folder / "one" / "model.safetensors").unlink()

    assert [offer.name for offer in offers("two")] == ["two"]
    assert offers("nothing")[0].trouble == "it does not exist"


def test_an_unknown_name_leaves_the_servers_own_and_offers_the_nearest():
    offered = (Offer("mner-tiny", "a"), Offer("mre-tiny", "b"))

    assert find_offer(offered, "") == (offered[0], "")
    assert find_offer(offered, "mre-tiny") == (offered[1], "")
    found, why = find_offer(offered, "mre-tinny")
    assert found is offered[0]
    assert "The nearest is mre-tiny" in why


def test_the_checkpoint_of_a_run_is_known_by_its_weights():
    offered = (Offer("own", "a", fingerprint="11"), Offer("two", "b", fingerprint="22"))
    twice = (*offered, Offer("copy", "c", fingerprint="22"))

    assert offer_of(offered, "two@22") is offered[1]
    assert offer_of(offered, "renamed-since@22") is offered[1]
    assert offer_of(twice, "copy@22") is twice[2]
    assert offer_of(offered, "two@33") is None  # trained anew
    for unknown in ("two", "two@", "unknown", ""):
        assert offer_of((*offered, Offer("two", "d")), unknown) is None


def test_weights_trained_anew_are_told_from_those_before(folder):
    before = weights_stamp("one")
    path = folder / "one" / "model.safetensors"
    path.write_bytes(path.read_bytes())

    assert weights_stamp("one") != before
    assert weights_stamp("nothing") == 0


@pytest.mark.parametrize(
    ("trained", "short"),
    [("one@0282b0de70a3f1", "one · 0282b0d"), ("somebody's own", "somebody's own"), ("", "")],
)
def test_a_checkpoint_is_named_with_the_beginning_of_its_hash(trained, short):
    assert short_name(trained) == short
