"""Contexts on their way to a post."""

from core.records import Context
from dashboard.generating import Column, Generating
from dashboard.generators import Answer
from dashboard.jobs import Job

CONTEXT = Context(text="a dog", generator="typed")
ANSWER = Answer((CONTEXT,), 1.5, None, is_known=False)


def ended(*answers):
    """Return a job that handed over these."""
    job = Job()
    job._future.set_running_or_notify_cancel()
    job.run(lambda unwanted: iter(answers))
    job._future.set_result(None)
    return job


def under_way():
    """Return a job that has not ended."""
    job = Job()
    job._future.set_running_or_notify_cancel()
    return job


def test_a_column_gives_what_came():
    assert Column(1, "quick", ended(ANSWER)).answer == ANSWER
    assert Column(1, "quick", ended()).answer is None
    assert Column(1, "quick", under_way()).answer is None
    assert not Column(1, "quick", under_way()).is_over


def test_what_is_borrowed_is_there_at_once():
    column = Column(1, "another post", borrowed=(CONTEXT,))
    assert column.answer.contexts == (CONTEXT,)
    assert column.is_over
    column.cancel()
    assert not column.is_cancelled


def test_what_comes_after_cancelling_is_not_taken():
    job = under_way()
    column = Column(1, "slow", job)
    column.cancel()
    job.parts.append(ANSWER)
    assert column.is_over
    assert column.answer is None
    assert job.is_unwanted()


def test_cancelling_leaves_what_is_there():
    generating = Generating((Column(1, "quick", ended(ANSWER)), Column(2, "slow", under_way())))
    assert not generating.is_over
    generating.cancel()
    assert generating.is_over
    assert [column.answer for column in generating.columns] == [ANSWER, None]


def test_another_post_lends_once():
    generating = Generating()
    for title in ("one post", "another", "one post"):
        generating.borrow(title, [CONTEXT])
    assert [column.title for column in generating.columns] == ["one post", "another"]
    assert len({column.number for column in generating.columns}) == 2


def test_letting_go_keeps_consents_and_ends_what_is_under_way():
    job = under_way()
    generating = Generating((Column(1, "slow", job),), consents={("a" * 64, "photos.example")})
    generating.clear()
    assert generating.columns == ()
    assert generating.consents
    assert job.is_unwanted()
