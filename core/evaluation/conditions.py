"""The same posts with other contexts: fewer, another post's, or their own in disorder.

Sentences, photos and gold answers stay what they are.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from core.errors import InputError
from core.records import Context, Example

SEVERAL: Final = 5  # contexts of a post at most; no shipped model was trained with more than three


def conditions(
    own: Sequence[Example], several: Sequence[Example], *, seed: int
) -> tuple[dict[str, list[Example]], dict[str, str]]:
    """Return the posts under every condition by its name, and why others are left out.

    `none`: no contexts; `own`; `one`: the first of the own; `several`; `foreign`: another post's;
    `own and foreign`: both; `shuffled`: the own with their words in random order. What would give
    every post what `own` gives, or could not be made, is left out.

    Args:
        own: Posts with their contexts.
        several: The same posts with as many contexts as there are.
        seed: Of whose contexts are given to whom, and of orders of words.
    """
    made, left_out = {"none": at_most(own, 0)}, {}
    others: dict[str, Callable[[], list[Example]]] = {
        "own": lambda: list(own),
        "one": lambda: at_most(own, 1),
        "several": lambda: at_most(several, SEVERAL),
        "foreign": lambda: with_foreign(own, seed=seed),
        "own and foreign": lambda: with_foreign(own, seed=seed, keep_own=True),
        "shuffled": lambda: with_words_shuffled(own, seed=seed),
    }
    for name, make in others.items():
        try:
            posts = make()
        except InputError as error:
            left_out[name] = str(error)
            continue
        if not any(post.contexts for post in posts):
            left_out[name] = "no post has a context"
        elif name != "own" and _texts(posts) == _texts(own):
            left_out[name] = "gives every post what own gives"
        else:
            made[name] = posts
    return made, left_out


def at_most(posts: Sequence[Example], most: int) -> list[Example]:
    """Return the posts with the first contexts of each."""
    return [_with(post, post.contexts[:most]) for post in posts]


def with_words_shuffled(posts: Sequence[Example], *, seed: int) -> list[Example]:
    """Return the posts with the words of every context in random order."""
    generator = np.random.default_rng(seed)

    def shuffled(context: Context) -> Context:
        words = generator.permutation(context.text.split()).tolist()
        return context.model_copy(update={"text": " ".join(words)})

    return [_with(post, map(shuffled, post.contexts)) for post in posts]


def with_foreign(posts: Sequence[Example], *, seed: int, keep_own: bool = False) -> list[Example]:
    """Return the posts with the contexts of another post each, as `lenders` says.

    Args:
        posts: Those without contexts stay without.
        seed: Of who lends to whom.
        keep_own: The own contexts stand before the foreign ones.

    Raises:
        InputError: As for `lenders`.
    """
    lent = [posts[lender].contexts for lender in lenders(posts, seed=seed)]
    return [
        _with(post, (*post.contexts, *foreign) if keep_own and post.contexts else foreign)
        for post, foreign in zip(posts, lent, strict=True)
    ]


def lenders(posts: Sequence[Example], *, seed: int) -> list[int]:
    """Return the place of the post that lends each post its contexts.

    Every post with contexts lends them once and borrows those of another photo; a post without any
    lends to itself. Photos are one when they are one file, or have the very same contexts.

    Args:
        posts: In any order.
        seed: Of who lends to whom.

    Raises:
        InputError: More than half of the posts with contexts are of one photo.
    """
    places = [place for place, post in enumerate(posts) if post.contexts]
    borrowing = list(range(len(posts)))
    if not places:
        return borrowing
    generator = np.random.default_rng(seed)
    photos = _photos([posts[place] for place in places])  # (posts,)
    largest = int(np.bincount(photos).max())
    if 2 * largest > len(places):
        raise InputError(
            "more than half of the posts with contexts are of one photo, so that there is no other "
            "post to borrow from for each; take more posts"
        )
    # Posts of a photo stand together, so a shift by the largest photo leaves all of them behind.
    shuffled = generator.permutation(len(places))
    by_photo = shuffled[np.argsort(generator.permutation(len(places))[photos[shuffled]])]
    for place, lender in zip(by_photo, np.roll(by_photo, -largest), strict=True):
        borrowing[places[place]] = places[lender]
    return borrowing


def _photos(posts: Sequence[Example]) -> NDArray[np.int32]:
    """Number the photos of posts: those that share a file or all contexts have one number."""
    keys: dict[Hashable, int] = {}
    rows, columns = [], []
    for place, post in enumerate(posts):
        for key in (post.image, tuple(context.text for context in post.contexts)):
            if key is not None:
                rows.append(place)
                columns.append(len(posts) + keys.setdefault(key, len(keys)))
    size = len(posts) + len(keys)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    numbers: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return numbers[: len(posts)]


def _texts(posts: Sequence[Example]) -> list[list[str]]:
    return [[context.text for context in post.contexts] for post in posts]


def _with(post: Example, contexts: Iterable[Context]) -> Example:
    return post.model_copy(update={"contexts": tuple(contexts)})
