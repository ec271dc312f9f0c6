import pytest

from core.datasets.mnre import MAX_BYTES, read_mnre
from core.errors import InputError
from core.records import Context, Pair

WORDS = ["Ada", "Lovelace", "visits", "the", "Royal", "Society", "in", "London"]


def instance(**changes):
    made = {
        "token": WORDS,
        "h": {"name": "Ada Lovelace", "pos": [0, 2]},
        "t": {"name": "Royal Society", "pos": [4, 6]},
        "img_id": "walk_7.jpg",
        "relation": "/per/org/member_of",
    }
    return repr({**made, **changes})


def without(key):
    made = {"token": WORDS, "h": {"pos": [0, 1]}, "t": {"pos": [1, 2]}}
    made |= {"img_id": "a.jpg", "relation": "None"}
    del made[key]
    return repr(made)


LINES = [
    instance(),
    instance(h={"name": "Royal Society", "pos": [4, 6]}, t={"name": "London", "pos": [7, 8]}),
    instance(token=["Bo's", "d\xf4g \u2028", "\ufe0f"], img_id="b.png", relation="None")
    .replace("[0, 2]", "[0, 1]")
    .replace("[4, 6]", "(1, 3)"),
]
SMALL = "\n".join(LINES) + "\n"


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "train.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def test_words_pair_and_relation_are_read(write):
    first, second, third = read_mnre(write(SMALL)).examples
    assert (first.text, first.label) == (" ".join(WORDS), "/per/org/member_of")
    assert [token.text for token in first.tokens] == WORDS
    assert first.pair == Pair(head=(0, 2), tail=(4, 6))
    assert second.pair == Pair(head=(4, 6), tail=(7, 8))
    assert [token.text for token in third.tokens] == ["Bo's", "d\xf4g \u2028", "\ufe0f"]
    assert (third.pair, third.label) == (Pair(head=(0, 1), tail=(1, 3)), "None")
    assert (first.image, first.contexts, first.entities, first.relations) == (None, (), None, None)


@pytest.mark.parametrize("name", ["walk_7.jpg", "walk_7"])
def test_pairs_of_one_image_get_ids_of_their_own_and_share_contexts(write, name):
    context = Context(text="a woman at a desk", generator="blip2")
    loaded = read_mnre(write(SMALL), {name: [context]}).examples
    assert [example.id for example in loaded] == ["walk_7", "walk_7-2", "b"]
    assert [example.contexts for example in loaded] == [(context,), (context,), ()]


def test_a_photo_is_found_when_it_is_there(write, tmp_path):
    (tmp_path / "walk_7.jpg").touch()
    first, _, third = read_mnre(write(SMALL), images=tmp_path).examples
    assert first.image == tmp_path.resolve() / "walk_7.jpg"
    assert third.image is None


@pytest.mark.parametrize(
    "content",
    [
        SMALL.replace("\n", "\r\n"),
        "\ufeff" + SMALL,
        SMALL.rstrip("\n"),
        "\n \n" + SMALL.replace("\n", "\n\n"),
        SMALL.replace("{'token'", "  {'token'"),
        SMALL.replace("'walk_7.jpg'", "' walk_7.jpg '"),
        SMALL.replace("'img_id'", "'url': None, 'img_id'"),
    ],
    ids=["Windows", "byte order mark", "no last line end", "gaps", "indented", "spaces", "more"],
)
def test_harmless_differences_of_the_format_change_nothing(write, content):
    plain = read_mnre(write(SMALL))
    assert read_mnre(write(content)) == plain


def test_the_words_count_and_not_the_name(write):
    (example,) = read_mnre(write(instance(h={"name": "Grace", "pos": [0, 2]}))).examples
    (nameless,) = read_mnre(write(instance(h={"pos": [0, 2]}))).examples
    assert example.pair == nameless.pair == Pair(head=(0, 2), tail=(4, 6))


def test_head_and_tail_may_share_words(write):
    line = instance(h={"pos": [4, 6]}, t={"pos": [5, 6]})
    (example,) = read_mnre(write(line)).examples
    assert example.pair == Pair(head=(4, 6), tail=(5, 6))


def test_a_backslash_that_escapes_nothing_is_itself(write):
    (example,) = read_mnre(write(instance().replace("'visits'", r"'a\d'"))).examples
    assert example.tokens[2].text == r"a\d"


def test_a_relation_must_be_known_only_when_names_are_given(write):
    names = ("None", "/per/org/member_of")
    assert len(read_mnre(write(SMALL), relations=names).examples) == 3
    assert len(read_mnre(write(SMALL)).examples) == 3
    with pytest.raises(InputError, match="unknown; known are None, friends"):
        read_mnre(write(SMALL), relations=("None", "friends"))


BAD = {
    "no literal": ("token: Ada", "no Python literal"),
    "a call": ("open('x')", "no Python literal"),
    "unhashable key": ("{[]: 1}", "no Python literal"),
    "cut in half": (instance()[:60], "no Python literal"),
    "NUL byte": (instance() + "\0", "NUL byte"),
    "deep brackets": ("[" * 5000, "no Python literal"),
    "deep signs": ("-" * 60_000 + "1", "no Python literal"),
    "long sum": ("1" + "+1" * 30_000, "no Python literal"),
    "long number": ("9" * 60_000, "no Python literal"),
    "long line": ("[" + "1," * MAX_BYTES + "]", "the limit is 65,536"),
    "no UTF-8": (instance().encode().replace(b"Ada", b"\xff"), "UTF-8"),
    "no dictionary": ("[1, 2]", "the line: "),
    "no words": (without("token"), "token: Field required"),
    "no head": (without("h"), "h: Field required"),
    "no image": (without("img_id"), "img_id: Field required"),
    "no relation": (without("relation"), "relation: Field required"),
    "blank image": (instance(img_id=" "), "img_id: "),
    "empty sentence": (instance(token=[]), "token: "),
    "empty word": (instance(token=["Ada", "", *WORDS]), r"token\.1: "),
    "number as word": (instance(token=["Ada", 1, *WORDS]), r"token\.1: "),
    "sentence as words": (instance(token="Ada visits London today with me"), "token: "),
    "half a character": (instance(token=["\ud83d", *WORDS]), r"token\.0: "),
    "list as relation": (instance(relation=["None"]), "relation: "),
    "no place": (instance(h={"name": "Ada"}), r"h\.pos: Field required"),
    "three places": (instance(h={"pos": [0, 1, 2]}), r"h\.pos"),
    "text as place": (instance(h={"pos": ["0", "2"]}), r"h\.pos\.0: "),
    "half places": (instance(t={"pos": [0.0, 2.0]}), r"t\.pos\.0: "),
    "beyond the end": (instance(t={"pos": [6, 9]}), "tail: words 6 to 9 .* of 8"),
    "before the start": (instance(h={"pos": [-1, 2]}), r"h\.pos\.0: .* equal to 0"),
    "endless place": (instance().replace("[4, 6]", f"[4, 0x{'f' * 9000}]"), r"t\.pos\.1: "),
    "backwards": (instance(h={"pos": [2, 0]}), "head: words 2 to 0"),
    "empty place": (instance(h={"pos": [3, 3]}), "head: words 3 to 3"),
    "one name twice": (instance(h={"pos": [4, 6]}), "the same words"),
    "outside": (instance(img_id="../../x.jpg"), "outside"),
}


def after_a_good_line(bad):
    return LINES[2].encode() + b"\n" + (bad if isinstance(bad, bytes) else bad.encode()) + b"\n"


@pytest.mark.parametrize(("line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_with_file_and_line(write, tmp_path, line, reason):
    path = write(after_a_good_line(line))
    with pytest.raises(InputError, match=rf"train\.txt:2: .*{reason}"):
        read_mnre(path, images=tmp_path)


def test_bad_lines_are_left_out_and_noted_when_asked(write, tmp_path):
    lines = [line if isinstance(line, bytes) else line.encode() for line, _ in BAD.values()]
    path = write(b"\n".join([LINES[0].encode(), *lines, LINES[2].encode()]))
    loaded = read_mnre(path, skip_bad_lines=True, images=tmp_path)
    assert [example.id for example in loaded.examples] == ["walk_7", "b"]
    assert [note.split(": ")[0] for note in loaded.skipped] == [
        f"{path}:{number}" for number in range(2, len(BAD) + 2)
    ]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt"):
        read_mnre(tmp_path / "gone.txt")


def test_an_empty_file_has_no_examples(write):
    assert read_mnre(write("")).examples == ()
