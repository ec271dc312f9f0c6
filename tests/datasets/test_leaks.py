import pytest

from core.datasets.labels import entity_from_words
from core.datasets.leaks import find_leaks
from core.datasets.tokens import tokens_from_words
from core.records import Context, Example, Pair

PEOPLE = [f"Person{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]


def post(name, *contexts, label=None, pair=None, people=None):
    """A post in which somebody is named; contexts are given as (text, model)."""
    text, tokens = tokens_from_words([name, "sings", "in", "Oslo"])
    found = [name, "Oslo"] if people is None else people
    places = {name: (0, 1), "Oslo": (3, 4)}
    made = tuple(Context(text=text, generator="file", model=model) for text, model in contexts)
    entities = tuple(entity_from_words(text, tokens, *places[each], "PER") for each in found)
    return Example(
        id=name, text=text, tokens=tokens, contexts=made, entities=entities, label=label, pair=pair
    )


def one(examples):
    (leak,) = find_leaks(examples).leaks
    return leak


def test_contexts_that_list_the_names_are_a_leak_and_the_warning_shows_one():
    leak = one([post(name, (f"Entities: {name}, Oslo", "knowing")) for name in PEOPLE])
    assert (leak.posts, leak.answers) == (26, 52)
    assert leak.own == leak.complete == 1.0
    assert leak.other == 0.5  # everybody's context says Oslo
    assert leak.told == 1.0
    assert leak.p_value == 1 / 200
    assert leak.density == 2 / 3
    assert leak.density_other == 1 / 3
    assert leak.is_leak
    assert "knowing" in leak.warning
    assert "PersonA" in leak.warning
    assert leak.examples[0].said == ["oslo", "persona"]


def test_names_that_every_context_says_are_chance():
    leak = one([post(name, (f"a stage in Oslo, number {name[-1]}", "m")) for name in PEOPLE])
    assert leak.own == leak.other == 0.5
    assert (leak.told, leak.p_value, leak.is_leak) == (0.0, 1.0, False)


def test_a_description_that_names_some_is_more_than_chance_and_no_leak():
    told = PEOPLE[:6]
    leak = one(
        [
            post(name, (f"{name if name in told else 'a singer'} on stage {name[-1]}", "m"))
            for name in PEOPLE
        ]
    )
    assert leak.own == 6 / 52
    assert leak.p_value == 1 / 200
    assert not leak.is_leak
    assert [example.post for example in leak.examples] == told[:3]


def test_every_source_is_judged_by_itself_leaks_first():
    report = find_leaks(
        [post(name, ("a singer", "kind"), (f"{name} in Oslo", "knowing")) for name in PEOPLE]
    )
    assert [(leak.source, leak.is_leak) for leak in report.leaks] == [
        ("knowing (file)", True),
        ("kind (file)", False),
    ]
    assert len(report.warnings) == 1


def test_parts_of_words_are_no_names():
    leak = one([post(name, (f"{name}s fans {name[-1]}", "m"), people=[name]) for name in PEOPLE])
    assert leak.own == 0.0
    assert leak.examples == ()


def test_posts_that_share_contexts_never_stand_for_others():
    twins = [post(name, (f"{name} sings", "m"), people=[name]) for name in PEOPLE[:2] * 9]
    leak = one(twins)
    assert (leak.own, leak.other) == (1.0, 0.0)


def test_one_set_of_contexts_gives_no_chance_to_compare_with():
    leak = one([post(name, ("PersonA sings", "m")) for name in PEOPLE])
    assert leak.own == 1 / 52
    assert (leak.p_value, leak.is_leak) == (1.0, False)


def test_labels_and_relations_count_by_the_words_of_their_last_part():
    labels = ["positive" if number % 2 else "negative" for number in range(26)]
    posts = [
        post(name, (f"a {label} mood {name[-1]}", "m"), label=label, people=[])
        for name, label in zip(PEOPLE, labels, strict=True)
    ]
    leak = one(posts)
    assert (leak.kind, leak.own, leak.is_leak) == ("labels", 1.0, True)
    assert leak.other == pytest.approx(0.5, abs=0.05)
    assert "gold labels" in leak.warning

    pair = Pair(head=(0, 1), tail=(3, 4))
    named = ["/per/org/member_of", "None"] * 13
    posts = [
        post(name, (f"a member of it {name[-1]}", "m"), label=label, pair=pair, people=[])
        for name, label in zip(PEOPLE, named, strict=True)
    ]
    leak = one(posts)
    assert (leak.posts, leak.own, leak.other) == (13, 1.0, 1.0)  # "None" asks for nothing
    assert leak.told == 0.0


def test_the_same_seed_gives_the_same_report():
    examples = [post(name, (f"{PEOPLE[-1 - k]} here", "m")) for k, name in enumerate(PEOPLE)]
    assert find_leaks(examples, seed=3) == find_leaks(examples, seed=3)
    assert find_leaks(examples).leaks[0].other == pytest.approx(1 / 50, abs=0.02)


@pytest.mark.parametrize(
    "examples", [[], [post("Ann")], [post("Ann", ("a singer", "m"), people=[])]]
)
def test_without_gold_or_contexts_there_is_nothing_to_find(examples):
    assert find_leaks(examples).leaks == ()


def test_long_contexts_are_shown_by_their_beginning():
    leak = one([post(name, (f"{name} {'very ' * 60}loud", "m")) for name in PEOPLE])
    assert all(len(example.context) <= 160 for example in leak.examples)
    assert leak.examples[0].context.endswith("…")
