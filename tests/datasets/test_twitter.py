import pytest

from core.datasets.twitter import read_twitter
from core.errors import InputError
from core.records import Context

SMALL = (
    "IMGID:11\nRT\tO\nGeorge\tB-PER\nZimmerman\tI-PER\nin\tO\nFlorida\tB-LOC\n\n"
    "IMGID:12\nSuper\tI-OTHER\nBowl\tI-OTHER\nand\tO\nNFL\tB-ORG\n\n"
)


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "train.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def seen(example):
    return [(entity.text, entity.type) for entity in example.entities]


def test_words_and_entities_are_read(write):
    first, second = read_twitter(write(SMALL)).examples
    assert (first.id, first.text) == ("11", "RT George Zimmerman in Florida")
    assert seen(first) == [("George Zimmerman", "PER"), ("Florida", "LOC")]
    assert [token.text for token in second.tokens] == ["Super", "Bowl", "and", "NFL"]
    assert (first.image, first.contexts, first.label) == (None, (), None)


def test_an_i_tag_that_continues_nothing_opens_an_entity_and_other_is_misc(write):
    assert seen(read_twitter(write(SMALL)).examples[1]) == [("Super Bowl", "MISC"), ("NFL", "ORG")]


@pytest.mark.parametrize(
    "content",
    [
        SMALL.replace("\n", "\r\n"),
        "\ufeff" + SMALL,
        SMALL.rstrip("\n"),
        "\n\n" + SMALL.replace("\n\n", "\n \n\n\n"),
        SMALL.replace("\n\n", "\n"),
        SMALL.replace("IMGID:11", "IMGID: 11 "),
    ],
    ids=["Windows", "byte order mark", "no last line end", "more gaps", "no gaps", "spaces"],
)
def test_harmless_differences_of_the_format_change_nothing(write, content):
    plain = read_twitter(write(SMALL))
    assert read_twitter(write(content)) == plain


@pytest.mark.parametrize("word", ["\ufe0f", "\u200b", "\xa0", "\x92", "New York", "a\u2028b", "#"])
def test_odd_words_of_the_real_data_stay_words(write, word):
    (example,) = read_twitter(write(f"IMGID:1\nx\tO\n{word}\tB-LOC\ny\tO\n")).examples
    assert [token.text for token in example.tokens] == ["x", word, "y"]
    assert seen(example) == [(word, "LOC")]


def test_contexts_are_found_by_image_id(write):
    context = Context(text="a man in a suit", generator="blip2")
    first, second = read_twitter(write(SMALL), {"11": [context]}).examples
    assert first.contexts == (context,)
    assert second.contexts == ()


def test_a_photo_is_found_when_it_is_there(write, tmp_path):
    (tmp_path / "12.jpg").touch()
    first, second = read_twitter(write(SMALL), images=tmp_path).examples
    assert first.image is None
    assert second.image == tmp_path.resolve() / "12.jpg"


def test_sentences_that_share_an_image_get_ids_of_their_own_and_share_contexts(write):
    context = Context(text="a man", generator="blip2")
    twice = "IMGID:7\nx\tO\n\nIMGID:7\ny\tO\n"
    first, second = read_twitter(write(twice), {"7": [context]}).examples
    assert (first.id, second.id) == ("7", "7-2")
    assert first.contexts == second.contexts == (context,)


BAD = {
    "no tab": ("IMGID:1\nx\tO\n\nIMGID:2\nx O\n", 5, "word<TAB>tag"),
    "no word": ("IMGID:1\nx\tO\n\nIMGID:2\n\tO\n", 5, "word<TAB>tag"),
    "no tag": ("IMGID:1\nx\tO\n\nIMGID:2\nx\t\n", 5, "no tag"),
    "unknown tag": ("IMGID:1\nx\tO\n\nIMGID:2\nx\tO\ny\tQ-PER\n", 6, "no tag"),
    "unknown type": ("IMGID:1\nx\tO\n\nIMGID:2\nx\tB-ANIMAL\n", 5, "unknown type"),
    "no image": ("IMGID:1\nx\tO\n\nx\tO\n", 4, "no image"),
    "empty image": ("IMGID:1\nx\tO\n\nIMGID:\nx\tO\n", 4, "no image"),
    "no words": ("IMGID:1\nx\tO\n\nIMGID:2\n", 4, "no words"),
    "no UTF-8": (b"IMGID:1\nx\tO\n\nIMGID:2\n\xff\tO\n", 5, "UTF-8"),
    "outside": ("IMGID:1\nx\tO\n\nIMGID:../../2\nx\tO\n", 4, "outside"),
}


@pytest.mark.parametrize(("content", "line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_with_file_and_line(write, tmp_path, content, line, reason):
    path = write(content)
    with pytest.raises(InputError, match=rf"train\.txt:{line}: .*{reason}"):
        read_twitter(path, images=tmp_path, types=("PER", "LOC"))


@pytest.mark.parametrize(("content", "line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_costs_its_sentence_only_when_asked(write, tmp_path, content, line, reason):
    loaded = read_twitter(
        write(content), skip_bad_lines=True, images=tmp_path, types=("PER", "LOC")
    )
    assert [example.id for example in loaded.examples] == ["1"]
    (note,) = loaded.skipped
    assert f"train.txt:{line}: " in note
    assert reason in note


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt"):
        read_twitter(tmp_path / "gone.txt")


def test_an_empty_file_has_no_examples(write):
    assert read_twitter(write("")).examples == ()
