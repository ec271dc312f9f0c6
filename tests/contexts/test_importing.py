import json

import pytest

from core.contexts.context_lines import context_lines
from core.contexts.importing import import_contexts
from core.contexts.perception import PerceptionGenerator
from core.contexts.store import ContextStore
from core.errors import InputError
from core.records import Context

DIGESTS = {name: f"{number:064x}" for number, name in enumerate("abcd")}


@pytest.fixture(scope="module")
def generator():
    return PerceptionGenerator(ocr=False)


@pytest.fixture
def store(tmp_path):
    return ContextStore(tmp_path / "store")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "contexts.jsonl"


def said(*texts):
    return [Context(text=text, generator="perception") for text in texts]


def texts(store, generator, name):
    known = store.find(DIGESTS[name], generator)
    return None if known is None else [context.text for context in known]


def test_what_one_store_exports_another_one_knows_without_the_photos(file, store, generator):
    written = {"a": said("one", "two"), "b": said(), "c": said("three")}
    file.write_bytes(
        b"".join(context_lines(k, DIGESTS[k], v, generator) for k, v in written.items())
    )
    assert import_contexts(file, {}, generator, store, unsigned=False) == []
    assert {k: store.find(DIGESTS[k], generator) for k in "abcd"} == {**written, "d": None}


def test_lines_of_others_are_found_by_the_ids_of_photos(file, store, generator):
    rows = [("a", "one"), ("b", "two"), ("a", "three"), ("a", "one"), ("gone", "four"), ("c", "")]
    file.write_text(
        "\n".join(json.dumps({"image_id": name, "text": text}) for name, text in rows),
        encoding="utf-8",
    )
    import_contexts(file, DIGESTS, generator, store)
    assert texts(store, generator, "a") == ["one", "three"]
    assert texts(store, generator, "b") == ["two"]
    assert texts(store, generator, "c") == []
    assert {context.generator for context in store.find(DIGESTS["a"], generator)} == {"perception"}


def test_what_the_store_knows_stays_as_it_is(file, store, generator):
    store.keep(DIGESTS["a"], generator, said("first"))
    file.write_bytes(context_lines("a", DIGESTS["a"], said("second"), generator))
    import_contexts(file, {}, generator, store)
    assert texts(store, generator, "a") == ["first"]


@pytest.mark.parametrize("unsigned", [True, False])
def test_contexts_of_other_settings_are_refused(file, store, generator, unsigned):
    lines = context_lines("a", DIGESTS["a"], said("x"), generator)
    file.write_bytes(lines.replace(generator.fingerprint.encode(), b"f" * 64))
    with pytest.raises(InputError, match=r"contexts\.jsonl:1: was not written by perception"):
        import_contexts(file, DIGESTS, generator, store, unsigned=unsigned)
    assert texts(store, generator, "a") is None


def test_contexts_of_nobody_are_refused_where_they_must_be_signed(file, store, generator):
    file.write_text('{"image_id": "a", "text": "x"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="was not written by perception"):
        import_contexts(file, DIGESTS, generator, store, unsigned=False)


def test_photos_next_to_a_damaged_line_are_left_out_and_the_line_is_given_back(
    file, store, generator
):
    lines = [
        line
        for name in "abcd"
        for line in context_lines(name, DIGESTS[name], said("x", "y"), generator).splitlines()
    ]
    lines[3] = lines[3][:20]  # the second line of b, between b and c
    file.write_bytes(b"\n".join(lines) + b"\n")
    (damaged,) = import_contexts(file, {}, generator, store, unsigned=False)
    assert damaged.raw == lines[3]
    assert damaged.reason.startswith(f"{file}:4: ")
    known = {name: texts(store, generator, name) for name in "abcd"}
    assert known == {"a": ["x", "y"], "b": None, "c": None, "d": ["x", "y"]}


def test_a_last_line_cut_off_costs_its_photo_only(file, store, generator):
    whole = context_lines("a", DIGESTS["a"], said("x"), generator)
    torn = context_lines("b", DIGESTS["b"], said("y", "z"), generator)[:-9]
    file.write_bytes(whole + context_lines("c", DIGESTS["c"], said("w"), generator) + torn)
    assert len(import_contexts(file, {}, generator, store, unsigned=False)) == 1
    known = {name: texts(store, generator, name) for name in "abc"}
    assert known == {"a": ["x"], "b": None, "c": ["w"]}
