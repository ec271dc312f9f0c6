"""The whole walk on real input, with tiny models."""

import dataclasses
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.contexts.detector import ObjectDetector
from core.contexts.typed import typed_contexts
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.images import LoadedImage, read_image
from core.pipeline import SAMPLE_DATA, Pipeline
from core.records import SCHEMA_VERSION, Game, NoGame, Record
from core.training.checkpoint import WEIGHTS as CHECKPOINT_WEIGHTS
from core.weights import WEIGHTS

TEXT = "Anna sees the Eiffel Tower in Paris !"


@pytest.fixture(scope="module")
def pipeline(tiny_checkpoint, tmp_path_factory) -> Pipeline:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        loaded = Pipeline.load(tiny_checkpoint, "cpu")
        loaded.bank()
        return loaded


@pytest.fixture(scope="module")
def photo() -> LoadedImage:
    picture = Image.new("RGB", (64, 40), "skyblue")
    ImageDraw.Draw(picture).rectangle((20, 5, 40, 40), fill="brown")
    return read_image(png(picture))


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def test_a_post_with_everything_becomes_a_whole_record(pipeline, photo):
    record = pipeline.analyse(TEXT, photo, typed_contexts(["A tower.", "A plate of pasta."]))
    assert Record.model_validate_json(record.model_dump_json()) == record
    assert all(t.text == TEXT[t.start : t.end] for t in record.post.tokens)
    assert record.post.image == photo.info
    for game in (record.games.text, record.games.image):
        assert isinstance(game, Game)
        assert game.efficiency_residual == pytest.approx(0.0, abs=1e-7)
        assert game.standard_error is None
        assert [standing.context for standing in game.standings] == [0, 1]
        assert len(game.players) == 2 + len(pipeline.bank().entries)
    assert len(record.gates.text) == len(record.post.tokens)
    assert sum(record.gates.contexts) == pytest.approx(1.0)
    assert (len(record.gates.image), len(record.gates.image[0])) == pipeline.image_encoder.grid
    for row in record.attention.weights:
        assert sum(row) == pytest.approx(1.0, abs=1e-5)
    for entity in record.entities:
        assert entity.text == TEXT[entity.start : entity.end]
        assert len(entity.marginals) == entity.token_end - entity.token_start
        assert entity.needs_context in (True, False)
    assert {"checkpoint", "tokenizer", "image_encoder", "bank"} <= set(record.fingerprints)
    assert set(record.timings) >= {"read", "encode", "games", "decode"}


def test_the_same_post_gives_the_same_record(pipeline, photo):
    contexts = typed_contexts(["A tower."])
    first, again = (pipeline.analyse(TEXT, photo, contexts) for _ in range(2))
    assert first.model_copy(update={"timings": {}}) == again.model_copy(update={"timings": {}})


def test_the_words_of_a_dataset_are_read_as_they_are(pipeline):
    text, tokens = tokens_from_words(["#Ada", "sees", "St.", "Anne's"])
    record = pipeline.analyse(text, None, [], tokens=tokens)
    assert record.post.tokens == list(tokens)
    assert len(pipeline.analyse(text, None, []).post.tokens) > len(tokens)
    for entity in record.entities:
        assert entity.start == tokens[entity.token_start].start
        assert entity.end == tokens[entity.token_end - 1].end


def test_a_post_without_a_photo_has_no_image_side(pipeline):
    record = pipeline.analyse(TEXT, None, typed_contexts(["A tower."]))
    assert isinstance(record.games.text, Game)
    assert isinstance(record.games.image, NoGame)
    assert "no image" in record.games.image.reason
    assert record.gates is None
    assert record.attention is None


@pytest.mark.parametrize("with_photo", [True, False])
def test_a_post_without_contexts_has_no_game(pipeline, photo, with_photo):
    record = pipeline.analyse(TEXT, photo if with_photo else None, [])
    for game in (record.games.text, record.games.image):
        assert isinstance(game, NoGame)
    assert record.verdicts == []
    assert not any(entity.needs_context for entity in record.entities)
    if with_photo:
        assert record.gates.text == [1.0] * len(record.post.tokens)


def test_a_photo_is_described_by_what_ships_when_no_contexts_are_given(pipeline, photo):
    record = pipeline.analyse(TEXT, photo)
    generators = [context.generator for context in record.contexts]
    assert generators[-1] == "captioner"
    assert set(generators) <= {"captioner", "perception"}
    assert set(generators) <= set(record.fingerprints)
    assert "describe" in record.timings


def test_the_photo_is_looked_at_whoever_wrote_the_contexts(pipeline):
    cat = read_image(SAMPLE_DATA / "photos" / "chelsea.jpg")
    record = pipeline.analyse(TEXT, cat, typed_contexts(["A tower."]))
    assert record.seen == ["cat"]
    assert "cat" in record.perhaps_seen
    assert record.fingerprints["detector"].startswith("EfficientDet-Lite0 (COCO)@")
    without = pipeline.analyse(TEXT, None, typed_contexts(["A tower."]))
    assert (without.seen, without.perhaps_seen) == (None, None)
    assert "detector" not in without.fingerprints
    assert not without.notes


def test_without_the_detector_everything_else_is_said_and_a_note(pipeline, photo, monkeypatch):
    gone = dataclasses.replace(WEIGHTS["object-detector"], module="not_installed")
    monkeypatch.setitem(WEIGHTS, "object-detector", gone)
    monkeypatch.setattr(pipeline, "_detector", ObjectDetector())
    record = pipeline.analyse(TEXT, photo, typed_contexts(["A tower."]))
    assert (record.seen, record.perhaps_seen) == (None, None)
    (note,) = record.notes
    assert note.startswith("What contexts name was not looked for in the photo: The package")
    assert note.endswith("requirements-models.txt.")
    assert isinstance(record.games.image, Game)


def test_a_context_that_is_off_takes_no_part(pipeline, photo):
    first, second = typed_contexts(["A tower.", "A plate of pasta."])
    off = first.model_copy(update={"included": False})
    record = pipeline.analyse(TEXT, photo, [off, second])
    alone = pipeline.analyse(TEXT, photo, [second])
    (standing,) = record.games.text.standings
    (expected,) = alone.games.text.standings
    assert standing.context == 1
    assert standing.shapley_value == expected.shapley_value
    assert record.contexts[0] == off
    assert record.gates.contexts == [0.0, 1.0]
    assert record.verdicts[0].label == "unknown"
    assert [e.model_dump() for e in record.entities] == [e.model_dump() for e in alone.entities]


def test_switching_every_context_off_says_so(pipeline):
    (context,) = typed_contexts(["A tower."])
    record = pipeline.analyse(TEXT, None, [context.model_copy(update={"included": False})])
    assert "switched on" in record.games.text.reason


def test_editing_a_context_changes_its_value(pipeline, photo):
    before, after = (
        pipeline.analyse(TEXT, photo, typed_contexts([text])).games.text.standings[0].shapley_value
        for text in ("A tower.", "A cat on a sofa.")
    )
    assert before != after


def test_a_context_longer_than_the_model_takes_is_cut_and_said_so(pipeline):
    long = "a very long description " * 20
    record = pipeline.analyse(TEXT, None, typed_contexts([long]))
    cut = record.contexts[0].cut_at
    assert 0 < cut < len(long)
    assert any(f"after character {cut}" in note for note in record.notes)


def test_words_beyond_the_model_are_named(pipeline):
    text = " ".join(["incomprehensibilities"] * 12)
    record = pipeline.analyse(text, None, [])
    assert any("of the sentence's 12 words" in note for note in record.notes)
    assert len(record.post.tokens) == 12


def test_a_sampled_game_carries_standard_errors(pipeline):
    record = pipeline.analyse(TEXT, None, typed_contexts(["A tower."]), method="permutation")
    assert record.games.text.method == "permutation"
    assert all(error >= 0 for error in record.games.text.standard_error)


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "word " * 10_000])
def test_text_that_cannot_be_read_is_refused_in_one_sentence(pipeline, text):
    with pytest.raises(InputError) as refused:
        pipeline.analyse(text, None, [])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["😀👨‍👩‍👧", "שלום עולם", "e\u0301te\u0301", "<b>bold</b> & <script>", "a\u200db"]
)
def test_unusual_text_is_read_as_it_is(pipeline, text):
    record = pipeline.analyse(text, None, typed_contexts(["A tower."]))
    assert record.post.text == text
    assert all(t.text == text[t.start : t.end] for t in record.post.tokens)


def test_eleven_contexts_are_too_many(pipeline):
    contexts = typed_contexts(["A tower."]) * 11
    with pytest.raises(InputError, match="11 contexts, at most 10"):
        pipeline.analyse(TEXT, None, contexts)


def test_progress_is_reported_in_order(pipeline):
    seen: list[tuple[str, float]] = []
    pipeline.analyse(TEXT, None, [], progress=lambda stage, share: seen.append((stage, share)))
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert seen[0][0] == "read"


@pytest.fixture(scope="module")
def record(pipeline, photo) -> Record:
    return pipeline.analyse(TEXT, photo, typed_contexts(["A tower.", "A plate of pasta."]))


def test_an_explained_record_is_the_same_record_with_an_explanation(pipeline, photo, record):
    explained = pipeline.explain(record, photo)
    assert explained.model_copy(update={"explanation": None}) == record
    assert Record.model_validate_json(explained.model_dump_json()) == explained
    game = explained.explanation.prediction
    assert [coalition.members for coalition in game.coalitions] == [[], [0], [1], [0, 1]]
    everybody = game.coalitions[-1]
    assert sum(game.shapley_values) == pytest.approx(everybody.value, abs=1e-9)
    spans = [(entity.text, entity.type) for entity in everybody.entities]
    assert spans == [(entity.text, entity.type) for entity in record.entities]
    bare = {(entity.text, entity.type) for entity in game.coalitions[0].entities}
    for entity in record.entities:
        assert entity.needs_context == ((entity.text, entity.type) not in bare)


def test_a_coalition_predicts_what_the_pipeline_does_with_those_contexts(pipeline, photo, record):
    game = pipeline.explain(record, photo).explanation.prediction
    for coalition in game.coalitions:
        own = [record.contexts[place] for place in coalition.members]
        alone = pipeline.analyse(TEXT, photo, own)
        assert [(e.text, e.type) for e in coalition.entities] == [
            (e.text, e.type) for e in alone.entities
        ]
        scores = [entity.score for entity in alone.entities]
        assert [e.score for e in coalition.entities] == pytest.approx(scores, abs=1e-4)


def test_a_record_read_from_an_older_file_is_explained_as_a_new_one(pipeline, photo, record):
    old = record.model_copy(update={"schema_version": "1.0"})
    assert pipeline.explain(old, photo).schema_version == SCHEMA_VERSION
    assert pipeline.attribute(old, 0, photo).schema_version == SCHEMA_VERSION


def test_an_entity_is_attributed_once_however_often_it_is_asked_for(pipeline, photo, record):
    once = pipeline.attribute(record, 0, photo)
    twice = pipeline.attribute(pipeline.attribute(once, 1, photo), 0, photo)
    assert [made.entity for made in twice.attributions] == [1, 0]
    assert timeless(twice.attributions[1]) == timeless(once.attributions[0])
    made = once.attributions[0]
    assert len(made.words) == len(record.post.tokens)
    assert (len(made.regions), len(made.regions[0])) == pipeline.image_encoder.grid
    assert np.exp(made.log_probability) == pytest.approx(record.entities[0].score, rel=1e-3)


def test_words_that_were_cut_have_no_share(pipeline):
    long = pipeline.analyse(" ".join(["Incomprehensibilities"] * 12), None, [])
    assert any("of the sentence's 12 words" in note for note in long.notes)
    made = pipeline.attribute(long, 0).attributions[0]
    assert len(made.words) == 12
    assert made.words[-1] == 0.0


def test_another_photo_or_none_is_refused(pipeline, photo, record):
    other = read_image(png(Image.new("RGB", (8, 8), "red")))
    for given, why in ((other, "not the photo"), (None, "give it again")):
        with pytest.raises(InputError, match=why):
            pipeline.explain(record, given)
        with pytest.raises(InputError, match=why):
            pipeline.attribute(record, 0, given)


def test_analysing_explaining_and_attributing_at_once_changes_no_number(pipeline, photo, record):
    other = typed_contexts(["A cat.", "A sofa."])

    def analyse():
        return timeless(pipeline.analyse(TEXT, photo, other))

    def attribute():
        return timeless(pipeline.attribute(record, 0, photo).attributions[0])

    def explain():
        return timeless(pipeline.explain(record, photo).explanation.prediction)

    work = [analyse, attribute, explain, attribute, analyse, attribute] * 3
    alone = {task: task() for task in (analyse, attribute, explain)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda task: task(), work))
    assert together == [alone[task] for task in work]


def timeless(made) -> dict:
    """What was made, but for how long it took."""
    return made.model_dump(exclude={"seconds", "timings"})


def test_an_unknown_checkpoint_is_refused(tiny_checkpoint, tmp_path):
    with pytest.raises(InputError, match="no checkpoint"):
        Pipeline.load("nothing-like-this")
    assert (tiny_checkpoint / CHECKPOINT_WEIGHTS).exists()


def test_a_device_that_is_not_there_is_refused(tiny_checkpoint):
    with pytest.raises(InputError, match="not available"):
        Pipeline.load(tiny_checkpoint, "tpu")
