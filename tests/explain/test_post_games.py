"""Which of a post's two games are played, and with whom."""

import pytest

from core.records import Game, NoGame


def test_both_sides_are_played_against_the_bank(make_reader):
    games = make_reader(off=[0]).record().games
    for game, side in ((games.text, "text"), (games.image, "image")):
        assert isinstance(game, Game)
        assert game.side == side
        assert [(one.context, one.bank_id) for one in game.players] == [
            (1, None),
            (2, None),
            (None, "x"),
        ]
    assert games.text.bank_targets == ["x"]
    assert games.image.bank_targets == []  # the bank's post has no photo


def test_a_post_without_a_photo_has_no_image_side(make_reader):
    games = make_reader(image=False).record().games
    assert isinstance(games.text, Game)
    assert isinstance(games.image, NoGame)
    assert "no image" in games.image.reason


@pytest.mark.parametrize(
    ("texts", "off", "why"), [([], [], "given or generated"), (["a tower"], [0], "switched on")]
)
def test_without_contexts_neither_side_is_played(make_reader, texts, off, why):
    games = make_reader(texts, off=off).record().games
    for game in (games.text, games.image):
        assert isinstance(game, NoGame)
        assert why in game.reason
