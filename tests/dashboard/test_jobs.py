import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import InputError
from dashboard import jobs
from dashboard.jobs import OUR_FAULT, Queue


@pytest.fixture
def queue():
    with ThreadPoolExecutor(1) as workers:
        yield Queue(workers)


def endless(started):
    """Work that ends only when nobody wants it."""

    def work(unwanted):
        number = 0
        while not unwanted():
            started.set()
            yield number
            number += 1

    return work


def test_a_job_hands_over_its_parts_in_their_order(queue):
    job = queue.submit(lambda unwanted: iter("abc"))
    job.wait(30)

    assert job.look() == ["a", "b", "c"]
    assert job.condition == "done"
    assert job.is_over


def test_a_job_hands_over_what_it_has_before_it_ends(queue):
    go_on = threading.Event()

    def work(unwanted):
        yield 1
        go_on.wait(30)
        yield 2

    job = queue.submit(work)
    while not job.look():
        pass
    assert job.condition == "running"
    assert job.look() == [1]

    go_on.set()
    job.wait(30)
    assert job.look() == [1, 2]


def test_a_cancelled_job_ends_and_keeps_what_it_found(queue):
    started = threading.Event()
    job = queue.submit(endless(started))
    started.wait(30)
    job.cancel()
    job.wait(30)

    assert job.condition == "cancelled"
    assert job.look() == list(range(len(job.parts)))
    assert job.seconds > 0


def test_the_work_is_told_that_it_was_cancelled(queue):
    started = threading.Event()
    told = []

    def work(unwanted):
        yield 0
        started.set()
        while not unwanted():
            pass
        told.append(True)

    job = queue.submit(work)
    started.wait(30)
    job.cancel()
    job.wait(30)

    assert told == [True]
    assert job.condition == "cancelled"


def test_who_comes_later_waits_and_can_be_cancelled_before_its_turn(queue):
    started = threading.Event()
    first = queue.submit(endless(started))
    started.wait(30)
    second = queue.submit(lambda unwanted: iter([1]))
    assert second.condition == "waiting"

    second.cancel()
    second.wait(1)
    first.cancel()
    first.wait(30)
    assert second.condition == "cancelled"
    assert second.look() == []


def test_a_job_nobody_looks_at_stops_by_itself(queue, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.05)
    job = queue.submit(endless(threading.Event()))
    job.wait(30)

    assert job.condition == "cancelled"


def test_what_the_visitor_can_mend_is_told_in_its_own_words(queue):
    def work(unwanted):
        yield 1
        raise InputError("the budget is too small; give more")

    job = queue.submit(work)
    job.wait(30)

    assert job.condition == "failed"
    assert job.error == "the budget is too small; give more"
    assert job.look() == [1]


def test_a_fault_of_ours_is_logged_and_admitted_without_its_details(queue, caplog):
    def work(unwanted):
        yield 1
        raise RuntimeError("secret detail")

    job = queue.submit(work)
    job.wait(30)

    assert job.condition == "failed"
    assert job.error == OUR_FAULT
    assert "secret detail" in caplog.text


def test_a_job_that_fails_at_once_fails_like_any_other(queue):
    def work(unwanted):
        raise InputError("no estimator is chosen; choose one")

    job = queue.submit(work)
    job.wait(30)

    assert job.condition == "failed"
    assert "no estimator" in job.error
