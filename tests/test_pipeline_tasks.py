"""The whole walk for every task but that of entities, with tiny models."""

import functools
import io

import pytest
from PIL import Image, ImageDraw

from core.config import HeadConfig
from core.contexts.typed import typed_contexts
from core.errors import InputError
from core.images import LoadedImage, read_image
from core.pipeline import Pipeline
from core.records import Pair, Record
from core.training.checkpoint import load_checkpoint

TEXT = "Anna sees the Eiffel Tower in Paris !"
HEADS = {
    "mre": HeadConfig(task="mre", relations=("None", "visits", "likes")),
    "jmere": HeadConfig(task="jmere", relations=("visits", "likes")),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}
PAIR = Pair(head=(6, 7), tail=(0, 1))  # Paris, then Anna


@pytest.fixture(scope="module")
def photo() -> LoadedImage:
    picture = Image.new("RGB", (64, 40), "skyblue")
    ImageDraw.Draw(picture).rectangle((20, 5, 40, 40), fill="brown")
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return read_image(stream.getvalue())


@pytest.fixture(scope="module")
def load_task(tiny_checkpoint, save_untrained, tmp_path_factory):
    """Load a pipeline for a task, once for all tests."""

    @functools.cache
    def load(task: str) -> Pipeline:
        config = load_checkpoint(tiny_checkpoint).config
        changed = {"head": HEADS[task], "name": f"tiny-{task}"}
        folder = tmp_path_factory.mktemp(task)
        save_untrained(config.model_copy(update=changed), folder)
        return Pipeline.load(folder, "cpu")

    return load


def analysed(pipeline, photo, contexts=("A tower.", "A plate of pasta.")) -> Record:
    pair = PAIR if pipeline.task == "mre" else None
    return pipeline.analyse(TEXT, photo, typed_contexts(contexts), pair=pair)


@pytest.mark.parametrize("task", HEADS)
def test_a_record_of_any_task_is_whole_and_explained_as_it_was_made(load_task, photo, task):
    pipeline = load_task(task)
    record = analysed(pipeline, photo)
    assert record.task == task
    assert record.without_contexts is not None
    assert Record.model_validate_json(record.model_dump_json()) == record
    explained = pipeline.explain(record, photo)
    first, *_, last = explained.explanation.prediction.coalitions
    said = [(one.text, one.type) for one in record.entities]
    assert [(one.text, one.type) for one in last.entities] == said
    assert [one.type for one in last.relations] == [one.type for one in record.relations]
    assert last.label == (record.label.name if record.label else None)
    bare = record.without_contexts
    assert [one.type for one in first.relations] == [one.type for one in bare.relations]
    assert first.label == bare.label


def test_a_relation_joins_the_marked_words_of_the_sentence(load_task, photo):
    record = analysed(load_task("mre"), photo)
    assert [entity.text for entity in record.entities] == ["Paris", "Anna"]
    assert sum(record.label.probabilities.values()) == pytest.approx(1.0)
    assert set(record.label.probabilities) == set(HEADS["mre"].relations)
    named = [] if record.label.name == "None" else [record.label.name]
    assert [relation.type for relation in record.relations] == named


def test_a_label_has_neither_entities_nor_relations(load_task, photo):
    record = analysed(load_task("classification"), photo)
    assert (record.entities, record.relations) == ([], [])
    assert record.label.name in HEADS["classification"].labels


@pytest.mark.parametrize("task", HEADS)
def test_without_contexts_there_is_nothing_to_compare_with(load_task, task):
    assert analysed(load_task(task), None, contexts=()).without_contexts is None


def test_a_relation_needs_a_marked_pair(load_task):
    with pytest.raises(InputError, match="tiny-mre tells the relation of two names; mark the"):
        load_task("mre").analyse(TEXT, None, [])


@pytest.mark.parametrize("task", ["jmere", "classification"])
def test_a_pair_that_nobody_asks_for_is_refused(load_task, task):
    with pytest.raises(InputError, match="leave the pair out"):
        load_task(task).analyse(TEXT, None, [], pair=PAIR)


def test_a_checkpoint_of_entities_refuses_a_pair(tiny_checkpoint):
    with pytest.raises(InputError, match="leave the pair out"):
        Pipeline.load(tiny_checkpoint, "cpu").analyse(TEXT, None, [], pair=PAIR)


@pytest.mark.parametrize("pair", [Pair(head=(7, 9), tail=(0, 1)), Pair(head=(0, 1), tail=(8, 9))])
def test_a_pair_outside_the_sentence_is_refused(load_task, pair):
    with pytest.raises(InputError, match="outside the sentence's 8 words; mark it again"):
        load_task("mre").analyse(TEXT, None, [], pair=pair)


def test_a_pair_of_the_last_words_is_inside(load_task):
    pair = Pair(head=(7, 8), tail=(0, 8))
    record = load_task("mre").analyse(TEXT, None, [], pair=pair)
    assert [entity.text for entity in record.entities] == ["!", TEXT]


def test_a_pair_that_the_model_does_not_read_that_far_is_answered_all_the_same(load_task):
    text = " ".join(["incomprehensibilities"] * 12)
    pair = Pair(head=(0, 1), tail=(10, 12))
    record = load_task("mre").analyse(text, None, typed_contexts(["A word."]), pair=pair)
    assert any("of the sentence's 12 words; the rest was cut." in note for note in record.notes)
    assert record.entities[1].token_start == 10
    assert record.label is not None


@pytest.mark.parametrize("task", HEADS)
def test_other_tasks_have_no_attribution_and_say_so(load_task, photo, task):
    pipeline = load_task(task)
    with pytest.raises(InputError, match=f"checkpoint's task is {task}; choose one of the task"):
        pipeline.attribute(analysed(pipeline, photo), 0, photo)


def test_a_record_of_another_task_is_refused(load_task, photo):
    with pytest.raises(InputError, match="another checkpoint"):
        load_task("mre").explain(analysed(load_task("jmere"), photo), photo)


def test_contexts_that_count_less_change_less(load_task, save_untrained, tmp_path):
    whole = load_task("jmere")
    config = whole.checkpoint.config
    fusion = config.fusion.model_copy(update={"context_attention": 1e-30})
    save_untrained(config.model_copy(update={"fusion": fusion}), tmp_path)
    deaf = Pipeline.load(tmp_path, "cpu")
    records = [analysed(pipeline, None) for pipeline in (whole, deaf)]
    assert [sum("Contexts count less" in note for note in r.notes) for r in records] == [0, 1]
    gains = [
        pipeline.explain(record).explanation.prediction.shapley_values
        for pipeline, record in zip((whole, deaf), records, strict=True)
    ]
    assert max(map(abs, gains[0])) > 1e-3
    assert gains[1] == pytest.approx([0.0, 0.0], abs=1e-4)
