import threading

import pytest

from core.errors import InputError
from core.records import Context
from dashboard import services
from dashboard.inputs import Inputs


@pytest.fixture(autouse=True)
def _tiny(page):
    """Serve the tiny checkpoint."""


def post(text="Anna in Paris", contexts=("A tower.",)):
    made = tuple(Context(text=words, generator="typed") for words in contexts)
    return Inputs(id="post", text=text, photo=None, contexts=made)


def quiet(stage, share):
    pass


def test_the_same_post_is_computed_once_and_another_is_not_confused_with_it():
    first = services.analyse(post(), quiet)

    assert services.analyse(post(), quiet) is first
    assert services.analyse(post("Anna in Rome"), quiet).post.text == "Anna in Rome"


def test_every_stage_reported_has_words_on_the_page():
    stages = []
    services.analyse(post("Never seen before"), lambda stage, share: stages.append((stage, share)))

    assert {stage for stage, _ in stages} <= set(services.STAGES)
    assert all(0 <= share <= 1 for _, share in stages)


def test_two_at_once_get_their_own_records():
    texts = [f"Post number {number}" for number in range(6)]
    records = {}

    def analyse(text):
        records[text] = services.analyse(post(text), quiet)

    threads = [threading.Thread(target=analyse, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {text: record.post.text for text, record in records.items()} == {t: t for t in texts}


def test_a_missing_checkpoint_is_named_and_asked_for_again_later(monkeypatch, tiny_checkpoint):
    monkeypatch.setenv(services.CHECKPOINT_VARIABLE, "no-such-checkpoint")
    for _ in range(2):
        with pytest.raises(InputError, match="no-such-checkpoint"):
            services.analyse(post(), quiet)

    monkeypatch.setenv(services.CHECKPOINT_VARIABLE, str(tiny_checkpoint))
    assert services.analyse(post(), quiet)


def test_an_explanation_is_computed_once_and_remembered_with_its_record():
    first = services.explain(post("Anna explains"), quiet)

    assert first.explanation.prediction.played
    assert services.explain(post("Anna explains"), quiet) is first
    assert services.analyse(post("Anna explains"), quiet) is first


def test_attributions_are_added_to_what_is_known_already():
    inputs = post("Anna Anna Anna in Paris , Rome")
    explained = services.explain(inputs, quiet)
    assert explained.entities, "the untrained model finds something in this sentence"
    traced = services.attribute(inputs, 0, quiet)

    assert traced.explanation is explained.explanation
    assert [one.entity for one in traced.attributions] == [0]
    assert services.attribute(inputs, 0, quiet) is traced


def test_an_entity_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="entity"):
        services.attribute(post("Anna waits"), 99, quiet)


def test_a_visitor_may_leave_and_what_was_begun_is_there_on_return():
    class Left(Exception):
        pass

    def leave(stage, share):
        if stage == "explain":
            raise Left

    inputs = post("Anna leaves early", ("A tower.", "A park."))
    with pytest.raises(Left):
        services.explain(inputs, leave)

    assert services.explain(inputs, quiet).explanation.prediction.played


def test_what_takes_long_reports_shares_that_never_go_back():
    stages = []
    services.explain(post("Anna is patient"), lambda stage, share: stages.append((stage, share)))

    assert {stage for stage, _ in stages} <= set(services.STAGES)
    shares = [share for stage, share in stages if stage == "explain"]
    assert shares == sorted(shares)
