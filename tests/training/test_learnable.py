"""Experiments that would learn nothing are refused before the first step."""

import json

import pytest

from core.config import HeadConfig
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.experiment import train_model
from core.records import Context, Example
from core.training.learnable import check_objectives, check_posts


def changed_data(config, **parts):
    return config.model_copy(update={"data": config.data.model_copy(update=parts)})


def with_source(config, **changes):
    """Return a config whose first source alone is left, changed."""
    return changed_data(config, sources=(config.data.sources[0].model_copy(update=changes),))


def aligned_by(config, objective):
    align = config.alignment.model_copy(update={"objective": objective})
    return config.model_copy(update={"alignment": align})


def example(name="one", *, contexts=1, text="Anna sings", image=False, **said):
    return Example(
        id=name,
        text=text,
        tokens=tokenize(text) if text else (),
        contexts=tuple(Context(text=f"a stage, {n}", generator="typed") for n in range(contexts)),
        image="photo.png" if image else None,
        **said,
    )


def test_a_config_as_it_should_be_passes(make_config):
    check_objectives(make_config())


def test_an_experiment_without_sources_is_refused(make_config):
    with pytest.raises(InputError, match=r"miniature has no data\.sources"):
        check_objectives(changed_data(make_config(), sources=()))


def test_a_source_without_objectives_is_refused(make_config):
    config = make_config()
    idle = config.data.sources[0].model_copy(update={"objectives": ()})
    with pytest.raises(InputError, match="tags has no objectives"):
        check_objectives(changed_data(config, sources=(idle, *config.data.sources[1:])))


def test_a_classification_learns_its_labels_by_its_task(make_config):
    head = HeadConfig(task="classification", labels=("bad", "good"))
    with pytest.raises(InputError, match="fusion: a classification learns its labels by 'task'"):
        check_objectives(make_config().model_copy(update={"head": head}))


def test_an_alignment_by_nothing_is_refused_where_nothing_else_is_learned(make_config):
    none = aligned_by(make_config(), "none")
    check_objectives(none)  # its task is learned
    with pytest.raises(InputError, match=r"miniature: alignment\.objective is 'none', and no"):
        check_objectives(with_source(none, objectives=("alignment",)))


def test_one_post_at_a_time_cannot_be_aligned(make_config):
    alone = with_source(make_config(), objectives=("alignment",), batch_size=1)
    with pytest.raises(InputError, match="tags: the posts of a batch are aligned with one another"):
        check_objectives(alone)
    check_objectives(with_source(make_config(), objectives=("task",), batch_size=1))


def test_nothing_is_read_for_a_config_that_teaches_nothing(make_config, tmp_path):
    config = with_source(make_config(), objectives=(), file="not there.txt")
    with pytest.raises(InputError, match="tags has no objectives"):
        train_model(config, tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("at_fault", ["dev", "tags"])
def test_a_task_needs_gold_in_its_source_and_in_dev(make_config, at_fault):
    told, silent = [example(entities=())], [example()]
    sources, dev = ([silent], told) if at_fault == "tags" else ([told], silent)
    config = with_source(make_config())
    with pytest.raises(InputError, match=f"{at_fault}: none of 1 posts says which entities"):
        check_posts(config, sources, dev)
    check_posts(config, [told], told)


def test_labels_need_a_post_with_one_of_them(make_config):
    config = with_source(make_config(), objectives=("label",))
    with pytest.raises(InputError, match=r"tags: none of 2 posts says which label .*\(bad, good\)"):
        check_posts(config, [[example(), example("two", label="neutral")]], [])
    check_posts(config, [[example(), example("two", label="bad")]], [])
    with pytest.raises(InputError, match="tags, post three: its label is 'Bad', known are bad, go"):
        check_posts(config, [[example("two", label="bad"), example("three", label="Bad")]], [])
    unnamed = config.model_copy(update={"head": HeadConfig()})
    with pytest.raises(InputError, match=r"head\.labels is empty"):
        check_posts(unnamed, [[example(label="bad")]], [])


def test_words_to_tell_need_a_post_that_has_some(make_config):
    config = with_source(make_config(), objectives=("words",))
    silent = example(text="")
    with pytest.raises(InputError, match="tags: none of 1 posts says anything: they are photos"):
        check_posts(config, [[silent]], [])
    check_posts(config, [[silent, example("two")]], [])


@pytest.mark.parametrize(
    ("objective", "other", "message"),
    [
        ("shapley", {"contexts": 0, "image": True}, "two posts with context and text or context"),
        ("shapley", {"contexts": 1, "text": ""}, "of 2 there are fewer"),
        ("direct", {"contexts": 3}, "two posts with text and image"),
    ],
)
def test_alignment_needs_two_posts_with_both_sides(make_config, objective, other, message):
    whole = example(image=True)
    config = aligned_by(with_source(make_config(), objectives=("alignment",)), objective)
    with pytest.raises(InputError, match=message):
        check_posts(config, [[whole, example("two", **other)]], [])
    check_posts(config, [[whole, whole.model_copy(update={"id": "two"})]], [])
    check_posts(aligned_by(config, "none"), [[example()]], [])


def test_alignment_needs_contexts_to_be_drawn(make_config):
    config = with_source(make_config(max_contexts=0), objectives=("alignment",))
    posts = [example(), example("two")]
    with pytest.raises(InputError, match=r"fewer while training\.max_contexts is 0"):
        check_posts(config, [posts], [])
    check_posts(aligned_by(config, "none"), [posts], [])


def test_a_training_is_refused_by_the_posts_it_reads(make_config, tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"text": "Anna sings"}) + "\n", encoding="utf-8")
    changes = {"kind": "image_text", "file": str(path), "contexts": (), "objectives": ("label",)}
    with pytest.raises(InputError, match="tags: none of 1 posts says which label"):
        train_model(with_source(make_config(), **changes), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()
