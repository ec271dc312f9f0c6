import pytest

from core.contexts.quality import Frequencies, quality
from core.contexts.record_quality import agreement_between_generators, record_quality
from core.datasets.tokens import tokenize
from core.records import (
    Context,
    Entity,
    Game,
    Games,
    NoGame,
    Outcome,
    Player,
    Post,
    Record,
    Standing,
)

TEXT = "Anna and her dog in Oslo"
COUNTED = Frequencies({"a": 0.0, "dog": 0.5, "cat": 0.5}, unseen=1.5)


def context(text, generator="typed", **more):
    return Context(text=text, generator=generator, **more)


def entity(start, end):
    return Entity(
        text=TEXT[start:end], type="PER", start=start, end=end, token_start=0, token_end=1
    )


def game(side, values):
    """A game whose own players have these scaled values, by the place of their context."""
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="exact",
        evaluations=1,
        players=[Player(text="x", context=place) for place in values],
        similarities=[0.5] * len(values),
        shapley_values=list(values.values()),
        value_grand=1.0,
        efficiency_residual=0.0,
        standings=[
            Standing(
                context=place,
                shapley_value=value / 10,
                scaled_value=value,
                similarity=0.5,
                rank=1,
                margin=0.0,
            )
            for place, value in values.items()
        ],
        bank_targets=[],
        bank_values=[[]] * len(values),
    )


def record(*contexts, text_game=None, seen=None, perhaps_seen=None, **more):
    return Record(
        post=Post(id="p", text=TEXT, tokens=list(tokenize(TEXT))),
        contexts=list(contexts),
        seen=seen,
        perhaps_seen=perhaps_seen,
        games=Games(
            text=text_game or NoGame(side="text", reason="no context"),
            image=NoGame(side="image", reason="no image"),
        ),
        entities=[entity(0, 4), entity(20, 24)],
        verdicts=[],
        timings={},
        fingerprints={},
        **more,
    )


def rows(made):
    return record_quality(made, frequencies=COUNTED)


def test_a_context_counted_by_hand():
    (row,) = rows(
        record(
            context("A woman, a puppy and a sofa in Oslo", log_likelihood=-1.5),
            text_game=game("text", {0: 2.0}),
            seen=["person", "car"],
            perhaps_seen=["person", "car", "dog"],
        )
    )
    assert row.context == 0
    assert row.words == 9
    assert row.name_overlap == 1 / 2  # Oslo, not Anna
    assert row.copy_rate == 3 / 9  # and, in, Oslo
    assert (row.phi_text, row.phi_image) == (2.0, None)
    assert (row.made_up, row.not_seen) == (1 / 3, ("sofa",))
    assert (row.left_out, row.not_named) == (1 / 2, ("car",))
    assert row.agreement is None
    assert row.log_likelihood == -1.5


def test_the_words_of_a_context_are_measured_as_without_a_record():
    (row,) = rows(record(context("a dog, a dog")))
    alone = quality("a dog, a dog", TEXT, ["Anna", "Oslo"], frequencies=COUNTED)
    assert alone.model_dump().items() <= row.model_dump().items()


def test_names_that_people_marked_count_before_those_predicted():
    gold = Outcome(entities=[entity(0, 4)])
    (row,) = rows(record(context("Anna smiles"), gold=gold))
    assert row.name_overlap == 1.0


def test_what_is_not_known_is_none():
    (row,) = rows(record(context("a dog")))
    unknown = ("phi_text", "phi_image", "made_up", "left_out", "agreement", "log_likelihood")
    assert [getattr(row, name) for name in unknown] == [None] * 6
    assert (row.not_seen, row.not_named) == ((), ())


def test_a_photo_in_which_nothing_is_seen_has_nothing_left_out():
    (row,) = rows(record(context("a dog"), seen=[], perhaps_seen=[]))
    assert (row.made_up, row.left_out) == (1.0, None)


def test_a_context_that_is_off_has_a_row_without_values_and_nobody_agrees_with_it():
    off, other = rows(
        record(
            context("a dog", "typed", included=False),
            context("a dog", "perception"),
            text_game=game("text", {1: 1.0}),
        )
    )
    assert (off.phi_text, other.phi_text) == (None, 1.0)
    assert (off.agreement, other.agreement) == (1.0, None)


def test_agreement_is_with_other_generators_only():
    made = [
        context("a dog", "typed"),
        context("two cats", "typed"),
        context("a dog on grass", "huggingface", model="one"),
        context("a dog", "huggingface", model="two"),
    ]
    first, second, third, fourth = (row.agreement for row in rows(record(*made)))
    assert first == pytest.approx((4 / 6 + 1) / 2)
    assert second == 0
    assert third == pytest.approx((4 / 6 + 0 + 4 / 6) / 3)
    assert fourth == pytest.approx((1 + 0 + 4 / 6) / 3)
    every = [4 / 6, 1, 0, 0, 4 / 6]
    assert agreement_between_generators(made) == pytest.approx(sum(every) / 5)


def test_perception_is_one_generator_whatever_had_a_say():
    made = [
        context("a dog", "perception", model="detector"),
        context("a dog", "perception", model="detector + tags"),
    ]
    assert agreement_between_generators(made) is None
    assert [row.agreement for row in rows(record(*made))] == [None, None]
    assert agreement_between_generators([]) is None


def test_a_record_without_contexts_has_no_rows():
    assert rows(record()) == []
