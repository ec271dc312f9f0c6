"""Contexts of posts, taken away, exchanged and put in disorder."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.conditions import (
    SEVERAL,
    at_most,
    conditions,
    lenders,
    with_foreign,
    with_words_shuffled,
)
from core.records import Context, Example


def post(name, *texts, image=None):
    contexts = tuple(Context(text=text, generator="typed") for text in texts)
    return Example(id=name, text=f"post {name}", tokens=(), contexts=contexts, image=image)


def texts(posts):
    return [[context.text for context in made.contexts] for made in posts]


# Posts of some photos, of which a photo may have several posts and a post no contexts.
photos = st.lists(st.none() | st.integers(0, 30), max_size=40)
seeds = st.integers(0, 2**32)


def posts_of(numbers):
    return [
        post(str(place)) if number is None else post(str(place), f"photo {number}")
        for place, number in enumerate(numbers)
    ]


def largest(numbers):
    known = Counter(number for number in numbers if number is not None)
    return max(known.values(), default=0), known.total()


@given(photos, seeds)
def test_everyone_borrows_from_another_photo_and_lends_once(numbers, seed):
    most, total = largest(numbers)
    assume(2 * most <= total)
    borrowed = lenders(posts_of(numbers), seed=seed)
    assert sorted(borrowed) == list(range(len(numbers)))
    for own, lender in enumerate(borrowed):
        if numbers[own] is None:
            assert lender == own
        else:
            assert numbers[lender] not in (None, numbers[own])


@given(photos, seeds)
def test_where_one_photo_has_more_than_half_of_the_posts_it_is_refused(numbers, seed):
    most, total = largest(numbers)
    assume(2 * most > total)
    with pytest.raises(InputError, match="more than half"):
        lenders(posts_of(numbers), seed=seed)


@given(photos, seeds)
def test_the_same_seed_gives_the_same_lenders(numbers, seed):
    most, total = largest(numbers)
    assume(2 * most <= total)
    posts = posts_of(numbers)
    assert lenders(posts, seed=seed) == lenders(posts, seed=seed)


def test_other_seeds_give_other_lenders():
    posts = posts_of(range(20))
    assert len({tuple(lenders(posts, seed=seed)) for seed in range(5)}) == 5


def test_posts_of_one_file_do_not_lend_to_each_other_whatever_is_written_of_it():
    one, other = Path("one.jpg"), Path("other.jpg")
    posts = [
        post("1", "a", image=one),
        post("2", "b", image=one),
        post("3", "c", image=other),
        post("4", "d", image=other),
    ]
    for seed in range(20):
        borrowed = lenders(posts, seed=seed)
        assert {borrowed[0], borrowed[1]} == {2, 3}


def test_only_contexts_change_hands():
    posts = [post("1", "a", "b"), post("2", "c"), post("3")]
    assert texts(with_foreign(posts, seed=0)) == [["c"], ["a", "b"], []]
    both = with_foreign(posts, seed=0, keep_own=True)
    assert texts(both) == [["a", "b", "c"], ["c", "a", "b"], []]
    assert [made.text for made in both] == [own.text for own in posts]


@given(st.lists(st.text(st.characters(categories=["L", "P", "Zs"]), min_size=1)), seeds)
def test_shuffled_contexts_have_the_words_they_had(sentences, seed):
    made = with_words_shuffled([post("1", *sentences)], seed=seed)
    assert made == with_words_shuffled([post("1", *sentences)], seed=seed)
    for own, shuffled in zip(sentences, texts(made)[0], strict=True):
        assert Counter(own.split()) == Counter(shuffled.split())


def test_words_do_change_places():
    sentence = "one two three four five six seven eight nine ten"
    made = texts(with_words_shuffled([post("1", sentence, sentence)], seed=0))[0]
    assert len({sentence, *made}) == 3  # every context has an order of its own


def test_the_first_contexts_are_kept():
    assert texts(at_most([post("1", "a", "b", "c"), post("2")], 2)) == [["a", "b"], []]


def test_every_condition_has_its_contexts():
    own = [post("1", "a b c d", "e"), post("2", "f")]
    wider = [post("1", "a b c d", "e", *"uvwxyz"), post("2", "f", "g")]
    made, left_out = conditions(own, wider, seed=2)
    assert left_out == {}
    assert texts(made["none"]) == [[], []]
    assert made["own"] == own
    assert texts(made["one"]) == [["a b c d"], ["f"]]
    assert texts(made["several"]) == [["a b c d", "e", "u", "v", "w"], ["f", "g"]]
    assert SEVERAL == 5
    assert texts(made["foreign"]) == [["f"], ["a b c d", "e"]]
    assert texts(made["own and foreign"]) == [["a b c d", "e", "f"], ["f", "a b c d", "e"]]
    assert sorted(texts(made["shuffled"])[0][0].split()) == ["a", "b", "c", "d"]
    assert texts(made["shuffled"])[0][0] != "a b c d"


def test_a_condition_that_would_say_nothing_new_is_left_out():
    own = [post("1", "a tower by a river"), post("2", "a dog")]
    made, left_out = conditions(own, own, seed=0)
    assert list(made) == ["none", "own", "foreign", "own and foreign", "shuffled"]
    assert set(left_out.values()) == {"gives every post what own gives"}


def test_without_contexts_nothing_but_none_is_left():
    bare = [post("1"), post("2")]
    made, left_out = conditions(bare, bare, seed=0)
    assert list(made) == ["none"]
    assert len(left_out) == 6
    assert set(left_out.values()) == {"no post has a context"}


def test_a_single_post_with_contexts_can_borrow_from_nobody():
    made, left_out = conditions([post("1", "a b c"), post("2")], [], seed=0)
    assert "more than half" in left_out["foreign"]
    assert "more than half" in left_out["own and foreign"]
    assert "own" in made
