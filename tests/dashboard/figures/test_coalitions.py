import math
import re

import pytest

from core.records import Label, Relation
from dashboard.figures.coalitions import (
    coalition_of,
    coalition_table,
    meters_html,
    name_coalition,
    prediction_html,
    times_likelier,
)


@pytest.fixture
def record(explained):
    return explained()


@pytest.fixture
def game(record):
    return record.explanation.prediction


def plain(drawn):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", drawn))


def test_a_coalition_is_looked_up_by_the_contexts_in_it(game):
    assert coalition_of(game, {0, 2}).value == pytest.approx(0.95)  # 1.00 + 0.25 − 0.30
    assert coalition_of(game, []).value == 0
    assert coalition_of(game, [2, 1, 0]).members == [0, 1, 2]


def test_players_are_found_by_their_place_in_the_record_when_others_are_off(explained):
    game = explained(off=[0]).explanation.prediction

    assert coalition_of(game, [1, 2]).members == [1, 2]
    assert coalition_of(game, [0]).members == []  # it is off: it gives nothing


def test_contexts_are_named_by_their_numbers(game):
    assert name_coalition(coalition_of(game, [0, 2])) == "1 + 3"
    assert name_coalition(coalition_of(game, [])) == "none"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "as likely as"),
        (math.log(2), "2 times likelier"),
        (-math.log(4), "4 times less likely"),
        (800.0, "over 1,000 times likelier"),
    ],
)
def test_a_log_likelihood_is_put_into_plain_words(value, words):
    assert words in times_likelier(value)


def test_the_table_has_every_coalition_with_its_three_values_and_entities(game):
    table = coalition_table(game)

    assert len(table) == 8
    row = table[table["contexts"] == "1 + 2"].iloc[0]
    assert (row["prediction"], row["text side"], row["given"]) == (0.5, 0.5, 2)
    assert row["entities"] == "Anna PER, Eiffel Tower LOC"
    assert table[table["contexts"] == "2"].iloc[0]["entities"] == "Anna PER, Eiffel Tower ORG"


def test_meters_show_the_value_of_each_game_and_that_of_all(record, game):
    drawn = plain(meters_html(game, coalition_of(game, [0])))

    assert "Prediction +1.00 all: +0.45" in drawn
    assert "Text side +0.40 all: +0.70" in drawn


def test_a_meter_grows_from_zero_to_the_side_of_its_sign(game):
    # v runs from −0.50 ({2}) to 1.00 ({1}): zero lies at a third of the track.
    above = meters_html(game, coalition_of(game, [0]))
    below = meters_html(game, coalition_of(game, [1]))

    assert 'class="sc-supports" style="left:33.3%;width:66.7%"' in above
    assert 'class="sc-opposes" style="left:0.0%;width:33.3%"' in below


def test_a_side_that_is_not_played_says_so(explained):
    game = explained(image=False).explanation.prediction

    assert "Image side – not played" in plain(meters_html(game, game.coalitions[-1]))


def test_what_the_model_finds_without_some_contexts_is_held_against_all(record, game):
    only_second = plain(prediction_html(record, coalition_of(game, [1])))
    nobody = plain(prediction_html(record, coalition_of(game, [])))
    everybody = plain(prediction_html(record, coalition_of(game, [0, 1, 2])))

    assert "retyped Eiffel Tower LOC → ORG" in only_second
    assert "lost Eiffel Tower LOC" in nobody
    assert "The same entities as with all contexts." in everybody


def test_relations_and_labels_of_a_coalition_are_said(record, game):
    relation = Relation(head=0, tail=1, type="contain")
    related = record.model_copy(update={"task": "jmere", "relations": [relation]})
    assert "lost Anna – Eiffel Tower contain" in plain(
        prediction_html(related, game.coalitions[-1])
    )
    bare = game.coalitions[-1].model_copy(update={"relations": [relation]})
    assert "Relations Anna – Eiffel Tower contain 1.00" in plain(prediction_html(related, bare))
    said = coalition_table(game.model_copy(update={"coalitions": [bare]}), "jmere").iloc[0]
    assert said["relations"] == "Anna – Eiffel Tower contain"

    label = Label(name="good", probabilities={"good": 0.7, "bad": 0.3})
    post = record.model_copy(update={"task": "classification", "label": label})
    for name, words in (("good", "The same as with all"), ("bad", "Not good, as with all")):
        coalition = game.coalitions[0].model_copy(update={"label": name})
        assert words in plain(prediction_html(post, coalition))
        only = game.model_copy(update={"coalitions": [coalition]})
        assert coalition_table(only, "classification").iloc[0]["label"] == name
        assert coalition_table(only, "mre").iloc[0]["relation"] == name


def test_markup_in_the_sentence_stays_text(explained):
    record = explained(text="<b>Anna</b> x y z w !")
    game = record.explanation.prediction

    assert "<b>Anna" not in prediction_html(record, game.coalitions[0])
