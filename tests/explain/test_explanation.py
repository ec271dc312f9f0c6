"""What a record's explanation holds, and which records cannot be explained."""

import pytest
from PIL import Image

from core.config import HeadConfig
from core.errors import InputError
from core.explain.explanation import (
    check_origin,
    explain,
    included,
    marked_pair,
    post_example,
)
from core.images import LoadedImage
from core.records import NoPredictionGame, PredictionGame, Record

MRE = HeadConfig(task="mre", relations=("None", "likes"))


@pytest.fixture
def record(make_reader) -> Record:
    return make_reader().record()


def explained(reader):
    return explain(reader.model, reader.codec, reader.record(), reader.read)


def photo(sha256: str) -> LoadedImage:
    return LoadedImage(Image.new("RGB", (4, 4)), sha256, 4, 4, ())


def test_everything_is_there_for_a_post_with_photo_and_contexts(make_reader):
    found = explained(make_reader())
    assert isinstance(found.prediction, PredictionGame)
    assert [game.side for game in found.own_games] == ["text", "image"]
    assert [judged.by for judged in found.faithfulness] == ["prediction", "text", "image"]
    assert all(sorted(judged.order) == [0, 1, 2] for judged in found.faithfulness)
    for judged in found.faithfulness:
        assert judged.deletion[0] == judged.insertion[-1] == found.prediction.coalitions[-1].value


def test_a_ranking_follows_the_values_of_its_game(make_reader):
    reader = make_reader(off=[0])
    found, record = explained(reader), reader.record()
    own = dict(zip([1, 2], found.prediction.shapley_values, strict=True))
    assert found.faithfulness[0].order == sorted(own, key=own.get, reverse=True)
    for judged, game in zip(
        found.faithfulness[1:], (record.games.text, record.games.image), strict=True
    ):
        values = {one.context: one.shapley_value for one in game.standings}
        assert judged.order == sorted(values, key=values.get, reverse=True)


def test_without_a_photo_there_is_no_image_side(make_reader):
    found = explained(make_reader(image=False))
    assert [game.side for game in found.own_games] == ["text"]
    assert [judged.by for judged in found.faithfulness] == ["prediction", "text"]
    assert all(one.image_value is None for one in found.prediction.coalitions)


@pytest.mark.parametrize(
    ("texts", "off", "why"),
    [([], [], "given or generated"), (["a tower"], [0], "switched on")],
)
def test_without_contexts_nothing_is_played_and_the_reason_is_given(make_reader, texts, off, why):
    found = explained(make_reader(texts, off=off))
    assert isinstance(found.prediction, NoPredictionGame)
    assert why in found.prediction.reason
    assert (found.own_games, found.faithfulness) == ([], [])


def test_nine_contexts_are_too_many_for_the_prediction_game_only(make_reader):
    found = explained(make_reader([f"tower {number}" for number in range(9)]))
    assert isinstance(found.prediction, NoPredictionGame)
    assert "9 contexts have 512 coalitions" in found.prediction.reason
    assert [len(game.values) for game in found.own_games] == [512, 512]


def test_the_limit_counts_only_contexts_that_are_on(make_reader):
    found = explained(make_reader([f"tower {number}" for number in range(9)], off=range(3, 9)))
    assert isinstance(found.prediction, PredictionGame)
    assert len(found.prediction.coalitions) == 8


def test_a_record_gives_back_the_post_that_was_read(make_reader):
    for reader in (make_reader(), make_reader(head=MRE)):
        assert post_example(reader.record()) == reader.example


def test_only_a_record_of_a_relation_has_a_marked_pair(make_reader):
    reader = make_reader(head=MRE)
    assert marked_pair(reader.record()) == reader.example.pair
    assert marked_pair(make_reader().record()) is None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_record_of_a_relation_that_marks_no_two_names_is_refused(make_reader, count):
    record = make_reader(head=MRE).record()
    names = [*record.entities, record.entities[0]][:count]
    with pytest.raises(InputError, match="marks no two names"):
        marked_pair(record.model_copy(update={"entities": names}))


def test_a_relation_is_explained_like_everything_else(make_reader):
    found = explained(make_reader(head=MRE))
    assert [judged.by for judged in found.faithfulness] == ["prediction", "text", "image"]
    assert {one.label for one in found.prediction.coalitions} <= set(MRE.relations)
    assert all(len(one.entities) == 2 for one in found.prediction.coalitions)


def test_included_contexts_keep_their_places(make_reader):
    reader = make_reader(off=[1])
    assert [place for place, _ in included(reader.record())] == [0, 2]


def test_the_photo_it_was_made_with_is_accepted(record):
    check_origin(record, photo("a" * 64), "tiny@0")


@pytest.mark.parametrize(
    ("image", "checkpoint", "why"),
    [
        (photo("a" * 64), "other@0", "another checkpoint"),
        (photo("b" * 64), "tiny@0", "not the photo"),
        (None, "tiny@0", "give it again"),
    ],
)
def test_a_record_of_something_else_is_refused(record, image, checkpoint, why):
    with pytest.raises(InputError, match=why):
        check_origin(record, image, checkpoint)


def test_a_photo_for_a_post_without_one_is_refused(make_reader):
    record = make_reader(image=False).record()
    with pytest.raises(InputError, match="no photo"):
        check_origin(record, photo("a" * 64), "tiny@0")
