import copy
import json

import pytest

from core.datasets import jmere
from core.datasets.jmere import read_jmere
from core.errors import InputError
from core.records import Context, Relation


def mention(name, start, end, kind):
    return {"name": name, "pos": [start, end], "tags": kind}


ZIMMERMAN = mention("George Zimmerman", 1, 3, "per")
FLORIDA = mention("Florida", 4, 5, "loc")
NFL = mention("NFL", 6, 7, "org")
FIRST = {
    "token": ["RT", "George", "Zimmerman", "in", "Florida", "and", "NFL"],
    "img_id": "twitter_1.jpg",
    "label_list": [
        [{"beg_ent": NFL, "sec_ent": FLORIDA, "relation": "locate_at"}],
        [{"beg_ent": ZIMMERMAN, "sec_ent": NFL, "relation": "member_of"}],
    ],
}
SECOND = {"token": ["nothing", "here"], "img_id": "twitter_2.jpg", "label_list": []}


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "train.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write_file


def changed(**keys):
    return FIRST | keys


def with_mention(**keys):
    item = copy.deepcopy(FIRST)
    item["label_list"][1][0]["beg_ent"] |= keys
    return item


def joined(first, second, relation="peer"):
    return changed(label_list=[[{"beg_ent": first, "sec_ent": second, "relation": relation}]])


def test_entities_are_kept_once_and_in_the_order_of_their_words(write):
    first, _ = read_jmere(write([FIRST, SECOND])).examples
    assert first.text == "RT George Zimmerman in Florida and NFL"
    assert [(e.text, e.type, e.token_start, e.token_end) for e in first.entities] == [
        ("George Zimmerman", "PER", 1, 3),
        ("Florida", "LOC", 4, 5),
        ("NFL", "ORG", 6, 7),
    ]
    assert all(first.text[e.start : e.end] == e.text for e in first.entities)


def test_relations_lead_from_the_first_entity_to_the_second(write):
    first, _ = read_jmere(write([FIRST, SECOND])).examples
    assert first.relations == (
        Relation(head=2, tail=1, type="locate_at"),
        Relation(head=0, tail=2, type="member_of"),
    )


def test_an_item_without_labels_is_annotated_as_having_none(write):
    _, second = read_jmere(write([FIRST, SECOND])).examples
    assert (second.entities, second.relations) == ((), ())


def test_a_relation_stated_twice_is_kept_once(write):
    (example,) = read_jmere(write([changed(label_list=FIRST["label_list"] * 2)])).examples
    assert len(example.relations) == 2


def test_overlapping_entities_are_both_kept(write):
    item = joined(mention("Zimmerman", 2, 3, "per"), ZIMMERMAN)
    (example,) = read_jmere(write([item])).examples
    assert [e.text for e in example.entities] == ["George Zimmerman", "Zimmerman"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(write):
    plain = read_jmere(write([FIRST, SECOND]))
    text = json.dumps([FIRST, SECOND], indent=1).replace("\n", "\r\n")
    assert read_jmere(write(b"\xef\xbb\xbf" + text.encode())) == plain


def test_contexts_and_photos_are_found_by_image_id(write, tmp_path):
    (tmp_path / "twitter_2.jpg").touch()
    context = Context(text="a man in a suit", generator="blip2")
    loaded = read_jmere(write([FIRST, SECOND]), {"twitter_1.jpg": [context]}, images=tmp_path)
    first, second = loaded.examples
    assert (first.contexts, second.contexts) == ((context,), ())
    assert (first.image, second.image) == (None, tmp_path.resolve() / "twitter_2.jpg")


def test_items_that_share_an_image_get_ids_of_their_own_and_share_contexts(write):
    context = Context(text="a man", generator="blip2")
    first, second = read_jmere(write([SECOND, SECOND]), {"twitter_2.jpg": [context]}).examples
    assert (first.id, second.id) == ("twitter_2", "twitter_2-2")
    assert first.contexts == second.contexts == (context,)


def test_types_are_known_in_any_case_and_other_is_misc(write):
    item = with_mention(tags="Other")
    (example,) = read_jmere(write([item]), types=("misc", "Loc", "ORG")).examples
    assert [e.type for e in example.entities] == ["MISC", "LOC", "ORG"]


BAD = {
    "no object": (7, "is no object"),
    "no words": (changed(token=[]), "token"),
    "an empty word": (changed(token=["RT", ""]), r"token\.1"),
    "a word that is none": (changed(token=["RT", 7]), r"token\.1"),
    "too many words": (changed(token=["x"] * 257), "token"),
    "half a word": (changed(token=["\ud800"], label_list=[]), r"token\.0"),
    "half a type": (with_mention(tags="\ud800"), "tags"),
    "half a relation": (joined(ZIMMERMAN, NFL, "\ud800"), "relation"),
    "no image": ({"token": ["x"], "label_list": []}, "img_id"),
    "a blank image": (changed(img_id=" "), "img_id"),
    "no labels": ({"token": ["x"], "img_id": "1.jpg"}, "label_list"),
    "labels not in lists": (changed(label_list=FIRST["label_list"][0]), r"label_list\.0"),
    "no tail": (changed(label_list=[[{"beg_ent": NFL, "relation": "peer"}]]), "sec_ent"),
    "one offset": (with_mention(pos=[1]), "pos"),
    "offsets as text": (with_mention(pos=["1", "3"]), "pos"),
    "beyond the sentence": (with_mention(pos=[6, 8]), r"pos \[6, 8\]"),
    "before the sentence": (with_mention(pos=[-1, 2]), r"pos \[-1, 2\]"),
    "no words between offsets": (with_mention(pos=[2, 2]), r"pos \[2, 2\]"),
    "wrong words": (with_mention(pos=[2, 4]), "reads 'Zimmerman in'"),
    "two types": (joined(NFL, NFL | {"tags": "loc"}), "of type ORG and of type LOC"),
    "unknown type": (with_mention(tags="animal"), "'ANIMAL' is an unknown type"),
    "unknown relation": (joined(ZIMMERMAN, NFL, "likes"), "'likes' is an unknown relation"),
    "with itself": (joined(NFL, NFL), "to itself"),
    "outside": (changed(img_id="../../1.jpg"), "outside"),
}
KNOWN = {"types": ("PER", "ORG", "MISC", "LOC"), "relations": ("member_of", "locate_at", "peer")}


@pytest.mark.parametrize(("item", "reason"), BAD.values(), ids=BAD)
def test_a_bad_item_is_refused_with_file_and_place(write, tmp_path, item, reason):
    path = write([SECOND, item])
    with pytest.raises(InputError, match=rf"train\.json, item 2: .*({reason})"):
        read_jmere(path, images=tmp_path, **KNOWN)


@pytest.mark.parametrize(("item", "reason"), BAD.values(), ids=BAD)
def test_a_bad_item_costs_only_itself_when_asked(write, tmp_path, item, reason):
    loaded = read_jmere(write([item, SECOND]), skip_bad_lines=True, images=tmp_path, **KNOWN)
    assert [example.id for example in loaded.examples] == ["twitter_2"]
    (note,) = loaded.skipped
    assert "train.json, item 1: " in note


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'[{"token": ["x"]', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[" + b"9" * 5000 + b"]", "not valid JSON"),
        (b'["\xff"]', r"not UTF-8 \(byte 3\)"),
        (b"{}", "JSON dict"),
    ],
    ids=["empty", "cut", "deep", "long number", "no UTF-8", "no list"],
)
def test_a_file_that_is_no_list_is_refused_whatever_is_skipped(write, content, reason):
    with pytest.raises(InputError, match=rf"train\.json: .*{reason}"):
        read_jmere(write(content), skip_bad_lines=True)


def test_a_file_that_is_too_large_is_refused(write, monkeypatch):
    monkeypatch.setattr(jmere, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="larger than"):
        read_jmere(write([FIRST]))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.json"):
        read_jmere(tmp_path / "gone.json")


def test_an_empty_list_has_no_examples(write):
    assert read_jmere(write([])).examples == ()
