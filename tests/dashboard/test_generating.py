import io
import itertools
import threading

import pytest
from PIL import Image

from core.contexts.store import ContextStore
from core.images import read_image
from core.records import Context
from dashboard import generators
from dashboard.generating import Generating
from tests.misbehaving_server import good

SHADES = itertools.count()
LENT = (Context(text="A tower.", generator="precomputed"),)


@pytest.fixture
def photo():
    """A photo that nobody has described."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), (0, next(SHADES), 0)).save(stream, "PNG")
    return read_image(stream.getvalue())


@pytest.fixture
def own(own_generators, misbehaving_server):
    """Offer generators of the user's own by name, all of one server."""

    def offer(*names):
        for name in names:
            own_generators(name, misbehaving_server.base_url)
        found = {offer.name: offer for offer in generators.offered()}
        return [found[name] for name in names]

    return offer


@pytest.fixture
def held(misbehaving_server):
    """An event that everybody who asks the server waits for."""
    go_on = threading.Event()

    def answer(asked):
        go_on.wait(60)
        return good()

    misbehaving_server.answer = answer
    yield go_on
    go_on.set()


def over(generating):
    for column in generating.columns:
        if column.job:
            column.job.wait(60)
    return generating


def told(column):
    return [context.text for context in column.answer.contexts]


def test_each_generator_has_a_column_in_the_order_they_were_chosen(own, photo):
    generating = Generating()
    generating.write(own("two", "one"), (), photo)

    assert [column.title for column in over(generating).columns] == ["two", "one"]
    assert generating.is_over
    assert all(told(column) == ["A dog runs on a beach."] for column in generating.columns)


def test_a_generator_that_fails_takes_nothing_from_the_others(own, own_generators, photo):
    own_generators.file("broken", "colour = 3\n")
    generating = Generating()
    generating.write(own("good") + own_offer("broken"), (), photo)
    good, broken = over(generating).columns

    assert told(good)
    assert broken.answer is None
    assert broken.job.condition == "failed"


def own_offer(name):
    return [offer for offer in generators.offered() if offer.name == name]


def test_written_anew_older_answers_go_and_what_is_borrowed_stays(own, photo):
    generating = Generating()
    generating.borrow("Paris!", LENT)
    generating.write(own("one"), (), photo)
    generating.write(own("two"), (), photo)

    assert [column.title for column in generating.columns] == ["Paris!", "two"]
    numbers = [column.number for column in generating.columns]
    assert len(set(numbers)) == 2


def test_what_is_borrowed_is_there_at_once_with_its_origin_and_only_once():
    generating = Generating()
    generating.borrow("Paris!", LENT)
    generating.borrow("Paris!", LENT)
    (column,) = generating.columns

    assert column.is_over
    assert column.answer.contexts == LENT
    assert column.answer.dollars is None
    generating.cancel()
    assert not column.is_cancelled


def test_what_comes_after_cancel_is_not_shown_but_paid_for_only_once(
    own, photo, held, misbehaving_server
):
    generating, chosen = Generating(), own("slow")
    generating.write(chosen, (), photo)
    while not misbehaving_server.asked:
        pass
    generating.cancel()
    (late,) = generating.columns
    assert generating.is_over
    held.set()
    late.job.wait(60)

    assert late.is_cancelled
    assert late.answer is None
    generating.write(chosen, (), photo)
    assert over(generating).columns[0].answer.is_known
    assert len(misbehaving_server.asked) == 1


def test_cancel_stops_what_has_not_begun(own, photo, held, misbehaving_server):
    names = [f"slow-{number}" for number in range(generators.AT_ONCE + 1)]
    generating = Generating()
    generating.write(own(*names), (), photo)
    while len(misbehaving_server.asked) < generators.AT_ONCE:
        pass
    generating.cancel()
    held.set()
    over(generating)

    assert len(misbehaving_server.asked) == generators.AT_ONCE
    assert all(column.is_cancelled for column in generating.columns)


def test_cancel_leaves_what_has_come(own, photo):
    generating = Generating()
    generating.write(own("one"), (), photo)
    over(generating).cancel()

    assert not generating.columns[0].is_cancelled
    assert told(generating.columns[0])


def test_letting_go_keeps_what_was_agreed_to_and_what_the_store_knows(own, photo):
    generating, (chosen,) = Generating(consents={(photo.sha256, "photos.example")}), own("one")
    generating.write([chosen], (), photo)
    over(generating).clear()

    assert generating.columns == ()
    assert generating.consents == {(photo.sha256, "photos.example")}
    assert list(ContextStore().folder.rglob("*.json"))
