"""What an epoch draws."""

from collections import Counter

import pytest

from core.config import SourceConfig
from core.datasets.tokens import tokens_from_words
from core.records import Context, Example
from core.training.plan import plan_epoch, steps_per_epoch


def examples(count: int, contexts: int = 4) -> list[Example]:
    made = []
    for number in range(count):
        text, tokens = tokens_from_words(["word"] * (1 + number % 9))
        own = tuple(Context(text=f"c{i}", generator="typed") for i in range(contexts))
        made.append(Example(id=str(number), text=text, tokens=tokens, contexts=own))
    return made


def source(**changes: object) -> SourceConfig:
    fields = {"name": "s", "kind": "twitter", "file": "f", "objectives": ["task"], "batch_size": 4}
    return SourceConfig.model_validate(fields | changes)


def test_a_whole_source_is_seen_once_an_epoch():
    planned = plan_epoch([(source(), examples(10))], epoch=3, seed=1, max_contexts=3)
    assert sorted(i for batch in planned for i in batch.examples) == list(range(10))
    assert len(planned) == steps_per_epoch([(source(), examples(10))]) == 3


def test_a_part_of_a_source_walks_through_all_of_it_over_the_epochs():
    seen = Counter[int]()
    sources = [(source(examples_per_epoch=4), examples(10))]
    for epoch in range(5):
        for batch in plan_epoch(sources, epoch=epoch, seed=1, max_contexts=3):
            seen.update(batch.examples)
    assert seen == dict.fromkeys(range(10), 2)


def test_the_plan_follows_from_the_seed_alone():
    sources = [(source(), examples(10)), (source(objectives=["alignment"]), examples(7))]
    first, again = (plan_epoch(sources, epoch=2, seed=5, max_contexts=3) for _ in range(2))
    assert first == again
    assert first != plan_epoch(sources, epoch=2, seed=6, max_contexts=3)
    assert first != plan_epoch(sources, epoch=1, seed=5, max_contexts=3)


def test_posts_that_must_agree_have_contexts_drawn_twice():
    sources = [(source(objectives=["task", "agreement"]), examples(20))]
    planned = plan_epoch(sources, epoch=0, seed=1, max_contexts=3)
    assert all(len(batch.again) == len(batch.contexts) == 4 for batch in planned)
    assert any(batch.again != batch.contexts for batch in planned)
    once = plan_epoch([(source(), examples(20))], epoch=0, seed=1, max_contexts=3)
    assert all(batch.again == () for batch in once)


def test_a_share_of_the_posts_reads_what_belongs_to_another_of_its_batch():
    sources = [(source(), examples(400))]
    planned = plan_epoch(sources, epoch=0, seed=1, max_contexts=3, foreign_contexts=0.25)
    foreign = 0
    for batch in planned:
        assert len(batch.lenders) == len(batch.examples)
        assert set(batch.lenders) <= set(batch.examples)
        foreign += sum(
            own != other for own, other in zip(batch.examples, batch.lenders, strict=True)
        )
    assert 70 <= foreign <= 130


def test_a_post_alone_in_its_batch_reads_what_belongs_to_another_of_its_source():
    sources = [(source(batch_size=1), examples(20))]
    planned = plan_epoch(sources, epoch=0, seed=1, max_contexts=3, foreign_contexts=1.0)
    assert [batch.lenders for batch in planned] == [
        ((batch.examples[0] + 1) % 20,) for batch in planned
    ]


def test_contexts_are_drawn_from_those_of_the_lender():
    posts = [example.model_copy(update={"contexts": example.contexts[: n % 3]})
             for n, example in enumerate(examples(60))]  # fmt: skip
    planned = plan_epoch([(source(), posts)], epoch=0, seed=1, max_contexts=3, foreign_contexts=0.5)
    for batch in planned:
        for lender, places in zip(batch.lenders, batch.contexts, strict=True):
            assert all(place < len(posts[lender].contexts) for place in places)


@pytest.mark.parametrize("objectives", [["alignment"], ["task", "alignment"]])
def test_games_are_played_with_own_contexts_only(objectives):
    sources = [(source(objectives=objectives), examples(20))]
    planned = plan_epoch(sources, epoch=0, seed=1, max_contexts=3, foreign_contexts=0.9)
    assert all(batch.lenders == () for batch in planned)


def test_none_to_three_contexts_are_drawn_without_repeats():
    drawn = Counter[int]()
    for epoch in range(20):
        for batch in plan_epoch([(source(), examples(20))], epoch=epoch, seed=0, max_contexts=3):
            for contexts in batch.contexts:
                drawn[len(contexts)] += 1
                assert len(set(contexts)) == len(contexts)
                assert set(contexts) <= set(range(4))
    assert set(drawn) == {0, 1, 2, 3}
    assert min(drawn.values()) > 60  # 400 draws, 100 expected each


def numbers_drawn(made: list[Example], **settings: object) -> Counter[int]:
    """Count how many contexts posts are read with, over twenty epochs."""
    return Counter(
        len(contexts)
        for epoch in range(20)
        for batch in plan_epoch([(source(), made)], epoch=epoch, seed=0, **settings)
        for contexts in batch.contexts
    )


def test_the_share_of_posts_that_are_read_without_contexts_can_be_said():
    drawn = numbers_drawn(examples(20), max_contexts=3, without_contexts=0.4)
    assert drawn.total() == 400
    assert 120 < drawn[0] < 200  # 160 expected
    assert all(50 < drawn[number] < 110 for number in (1, 2, 3))  # 80 expected each


@pytest.mark.parametrize(("share", "expected"), [(0.0, {1, 2, 3}), (1.0, {0})])
def test_posts_are_read_without_contexts_never_or_always(share, expected):
    assert set(numbers_drawn(examples(20), max_contexts=3, without_contexts=share)) == expected


def test_a_share_changes_nothing_where_there_is_no_context_to_draw():
    assert set(numbers_drawn(examples(5, contexts=0), max_contexts=3, without_contexts=0.0)) == {0}
    assert set(numbers_drawn(examples(5), max_contexts=0, without_contexts=0.0)) == {0}


def test_a_share_takes_no_context_from_the_games():
    sources = [(source(objectives=["alignment"]), examples(8))]
    (first, second) = plan_epoch(sources, epoch=0, seed=0, max_contexts=3, without_contexts=1.0)
    assert {len(contexts) for contexts in first.contexts + second.contexts} == {1}


def test_games_are_always_given_one_context_where_there_is_one():
    sources = [(source(objectives=["alignment"]), examples(8) + examples(4, contexts=0))]
    lengths = [
        len(contexts)
        for batch in plan_epoch(sources, epoch=0, seed=0, max_contexts=3)
        for contexts in batch.contexts
    ]
    assert sorted(lengths) == [0] * 4 + [1] * 8


@pytest.mark.parametrize("wanted", [None, 1, 9, 100])
def test_the_number_of_steps_is_known_beforehand(wanted):
    sources = [(source(examples_per_epoch=wanted), examples(10)), (source(), examples(3))]
    planned = plan_epoch(sources, epoch=0, seed=0, max_contexts=3)
    assert len(planned) == steps_per_epoch(sources)
