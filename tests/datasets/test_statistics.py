from pathlib import Path

from core.datasets.jmere import read_jmere
from core.datasets.mnre import read_mnre
from core.datasets.published import PublishedSplit
from core.datasets.statistics import compare, count
from core.datasets.twitter import read_twitter
from core.records import Context, Example

TWEETS = (
    "IMGID:7\nAnn\tB-PER\nin\tO\nNew\tB-LOC\nYork\tI-LOC\n\n"
    "IMGID:7\nBob\tI-PER\n\n"
    "IMGID:8\nBob\tB-PER\n"
)


def read(tmp_path, content=TWEETS, **options):
    path = tmp_path / "posts"
    path.write_text(content, encoding="utf-8")
    return read_twitter(path, **options).examples


def told(*texts):
    return [Context(text=text, generator="typed") for text in texts]


def test_a_small_file_is_counted_as_by_hand(tmp_path):
    contexts = {"7": told("a tall tower", "a dog"), "8": told("one")}
    counts = count(read(tmp_path, contexts=contexts))
    assert counts.posts == counts.annotated == 3
    assert counts.words == 6
    assert counts.entities == {"LOC": 1, "PER": 3}
    assert counts.all_entities == 4
    assert (counts.without_context, counts.with_one_context, counts.with_more_contexts) == (0, 1, 2)
    assert counts.mean_context_words == (3 + 2 + 3 + 2 + 1) / 5
    assert (counts.repeated_ids, counts.images) == (1, 2)
    assert counts.repeated_sentences == 1
    assert (counts.with_image, counts.repeated_images) == (0, 0)


def test_photos_at_hand_are_counted_and_so_are_shared_ones(tmp_path):
    (tmp_path / "7.jpg").touch()
    counts = count(read(tmp_path, images=tmp_path))
    assert (counts.with_image, counts.repeated_images) == (2, 1)


def test_an_id_that_only_looks_repeated_is_not():
    examples = [Example(id=name, text=name, tokens=()) for name in ("O-1", "O-2", "a-b", "a")]
    assert count(examples).repeated_ids == 0


def test_relations_of_pairs_and_of_whole_posts_are_counted_by_name(tmp_path):
    pairs = tmp_path / "pairs"
    row = {"token": ["Ann", "Rome"], "h": {"pos": [0, 1]}, "t": {"pos": [1, 2]}, "img_id": "1.jpg"}
    names = ("None", "visits", "None")
    pairs.write_text("\n".join(repr({**row, "relation": name}) for name in names))
    counts = count(read_mnre(pairs).examples)
    assert (counts.relations, counts.labels) == ({"None": 2, "visits": 1}, {})
    assert (counts.all_relations, counts.images) == (3, 1)

    joint = tmp_path / "joint"
    ends = [{"name": n, "pos": [i, i + 1], "tags": "per"} for i, n in enumerate(["Ann", "Rome"])]
    fact = {"beg_ent": ends[0], "sec_ent": ends[1], "relation": "visits"}
    joint.write_text(
        str([{"token": ["Ann", "Rome"], "img_id": "1", "label_list": [[fact]]}]).replace("'", '"')
    )
    counts = count(read_jmere(joint).examples)
    assert (counts.entities, counts.relations) == ({"PER": 2}, {"visits": 1})


def test_labels_of_posts_are_no_relations():
    post = Example(id="1", text="x", tokens=(), label="positive", image=Path("x.jpg"))
    bare = Example(id="2", text="x", tokens=())
    counts = count([post, bare])
    assert (counts.labels, counts.relations) == ({"positive": 1}, {})
    assert (counts.annotated, counts.with_image) == (1, 1)


def test_nothing_is_counted_as_nothing():
    counts = count([])
    assert (counts.posts, counts.images, counts.mean_context_words) == (0, 0, None)


def verdicts(counts, **published):
    split = PublishedSplit(**{"totals": {}, "source": "by hand", **published})
    return [(row.name, row.verdict, row.agrees) for row in compare(counts, split)]


def test_numbers_are_equal_or_differ_by_what_is_said(tmp_path):
    counts = count(read(tmp_path))
    found = verdicts(
        counts,
        totals={"posts": 3, "images": 4},
        entities={"PER": 2, "LOC": 0},
        relations={"visits": 1_500},
    )
    assert found == [
        ("posts", "equal", True),
        ("images", "differs by -2", False),
        ("entity PER", "differs by +1", False),
        ("entity LOC", "differs by +1", False),
        ("relation visits", "differs by -1,500", False),
    ]


def test_what_the_note_explains_agrees_and_is_said(tmp_path):
    counts = count(read(tmp_path))
    found = verdicts(
        counts,
        totals={"entities": 3},
        entities={"PER": 2, "LOC": 1},
        opened={"PER": 1},
    )
    assert found == [
        ("entities", "differs by +1, as the note explains", True),
        ("entity PER", "differs by +1, as the note explains", True),
        ("entity LOC", "equal", True),
    ]
