"""The Record: immutable, strict, and the same after a walk through JSON."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from core.records import (
    SCHEMA_VERSION,
    Attention,
    AttributedWord,
    Attribution,
    Band,
    Coalition,
    Context,
    Entity,
    Explanation,
    Faithfulness,
    Frozen,
    Game,
    Games,
    Gates,
    ImageInfo,
    Label,
    NoGame,
    NoPredictionGame,
    Outcome,
    OwnGame,
    Pair,
    Player,
    Post,
    PredictionGame,
    Record,
    Relation,
    Standing,
    Token,
    Verdict,
)

STANDING = Standing(
    context=0, shapley_value=0.5, scaled_value=1.0, similarity=0.75, rank=1, margin=0.25
)
GAME = Game(
    side="text",
    utility="softmax_mean",
    temperature=0.1,
    method="quadrature",
    evaluations=48,
    players=[Player(text="a dog", context=0), Player(text="a cat", bank_id="cat")],
    similarities=[0.75, 0.25],
    shapley_values=[0.5, 0.25],
    value_grand=0.75,
    efficiency_residual=0.0,
    standings=[STANDING],
    bank_targets=["cat"],
    bank_values=[[0.125]],
)
EXPLANATION = Explanation(
    prediction=PredictionGame(
        contexts=[0],
        coalitions=[
            Coalition(members=[], value=0.0, text_value=0.0, entities=[]),
            Coalition(members=[0], value=0.25, text_value=0.75, entities=[]),
        ],
        log_likelihood_empty=-1.5,
        shapley_values=[0.25],
        interactions=[[0.0]],
        efficiency_residual=0.0,
        seconds=0.5,
    ),
    own_games=[
        OwnGame(
            side="text", contexts=[0], values=[0.0, 0.75], shapley_values=[0.75], interactions=[[0]]
        )
    ],
    faithfulness=[
        Faithfulness(
            by="prediction",
            order=[0],
            deletion=[0.25, 0.0],
            insertion=[0.0, 0.25],
            random_deletion=Band(low=[0.25, 0.0], mean=[0.25, 0.0], high=[0.25, 0.0]),
            random_insertion=Band(low=[0.0, 0.25], mean=[0.0, 0.25], high=[0.0, 0.25]),
            comprehensiveness=0.25,
            sufficiency=0.0,
            kendall_tau=None,
        )
    ],
    seconds=0.75,
)
ATTRIBUTION = Attribution(
    entity=0,
    words=[0.5, -0.25],
    contexts=[[AttributedWord(text="a", start=0, end=1, value=0.125)]],
    regions=[[0.25, 0.0]],
    baseline="[MASK] for every word piece",
    log_probability=-0.5,
    baseline_log_probability=-1.0,
    steps=25,
    completeness_gap=0.125,
    seconds=1.5,
)
NO_GAME = NoGame(side="image", reason="The post has no image.")


def record(**changes: Any) -> Record:
    fields = {
        "post": Post(
            id="1",
            text="Ada waves",
            tokens=[Token(text="Ada", start=0, end=3), Token(text="waves", start=4, end=9)],
            image=ImageInfo(sha256="0" * 64, width=4, height=3),
        ),
        "contexts": [Context(text="a dog", generator="typed", seconds=0.5, cut_at=3)],
        "games": Games(text=GAME, image=NO_GAME),
        "gates": Gates(text=[0.5, 1.0], image=[[0.25, 0.5]], contexts=[1.0]),
        "attention": Attention(rows=1, columns=2, weights=[[0.5, 0.5], [0.25, 0.75]]),
        "entities": [
            Entity(
                text="Ada",
                type="PER",
                start=0,
                end=3,
                token_start=0,
                token_end=1,
                score=0.5,
                marginals=[0.5],
                needs_context=True,
            )
        ],
        "verdicts": [Verdict(context=0, label="aligned", rule="r", reason="because")],
        "timings": {"read": 0.125},
        "fingerprints": {"checkpoint": "small@0"},
    }
    return Record.model_validate(fields | changes)


def test_a_record_is_the_same_after_a_walk_through_json():
    whole = record()
    assert Record.model_validate_json(whole.model_dump_json()) == whole


def test_whether_a_game_was_played_decides_how_it_is_read():
    games = json.loads(record().model_dump_json())["games"]
    assert [games[side]["played"] for side in ("text", "image")] == [True, False]
    read = Games.model_validate_json(json.dumps(games))
    assert isinstance(read.text, Game)
    assert isinstance(read.image, NoGame)


@pytest.mark.parametrize("played", [None, "maybe"])
def test_a_game_that_does_not_say_whether_it_was_played_is_refused(played):
    game = NO_GAME.model_dump() | {"played": played}
    with pytest.raises(ValidationError, match="played"):
        Games.model_validate({"text": game, "image": game})


def test_a_game_that_was_not_played_has_no_values():
    game = GAME.model_dump() | {"played": False}
    with pytest.raises(ValidationError, match="shapley_values"):
        Games.model_validate({"text": game, "image": NO_GAME})


def test_the_schema_version_is_written_and_another_is_refused():
    dumped = json.loads(record().model_dump_json())
    assert dumped["schema_version"] == SCHEMA_VERSION == "1.3"
    with pytest.raises(ValidationError, match="schema_version"):
        Record.model_validate_json(json.dumps(dumped | {"schema_version": "2.0"}))


def test_a_record_of_the_first_version_is_still_read():
    dumped = json.loads(record().model_dump_json())
    for name in ("explanation", "attributions"):
        del dumped[name]
    old = Record.model_validate_json(json.dumps(dumped | {"schema_version": "1.0"}))
    assert old.schema_version == "1.0"
    assert (old.explanation, old.attributions) == (None, [])
    assert old.model_copy(update={"schema_version": SCHEMA_VERSION}) == record()


def test_a_record_of_the_second_version_is_still_read_as_one_of_entities():
    dumped = json.loads(record(explanation=EXPLANATION).model_dump_json())
    for name in ("task", "relations", "label", "without_contexts", "gold"):
        del dumped[name]
    for coalition in dumped["explanation"]["prediction"]["coalitions"]:
        del coalition["relations"], coalition["label"]
    old = Record.model_validate_json(json.dumps(dumped | {"schema_version": "1.1"}))
    assert (old.task, old.relations, old.label) == ("mner", [], None)
    assert (old.without_contexts, old.gold) == (None, None)
    assert old.explanation == EXPLANATION


def test_a_record_of_another_task_is_the_same_after_a_walk_through_json():
    ada = record().entities[0]
    whole = record(
        task="mre",
        entities=[ada, ada.model_copy(update={"type": "", "token_start": 1, "token_end": 2})],
        relations=[Relation(head=0, tail=1, type="/per/per/peer", score=0.75)],
        label=Label(name="/per/per/peer", probabilities={"/per/per/peer": 0.75, "None": 0.25}),
        without_contexts=Outcome(label="None"),
        gold=Outcome(entities=[ada], label="/per/per/peer"),
    )
    assert Record.model_validate_json(whole.model_dump_json()) == whole


def test_an_unknown_task_is_refused():
    with pytest.raises(ValidationError, match="task"):
        record(task="translation")


@pytest.mark.parametrize("words", [(1, 1), (2, 1), (-1, 1)])
def test_a_pair_of_which_one_has_no_words_is_refused(words):
    for head, tail in ((words, (0, 1)), ((0, 1), words)):
        with pytest.raises(ValidationError, match="are no words"):
            Pair(head=head, tail=tail)


def test_the_two_of_a_pair_may_stand_in_any_order_and_even_overlap():
    assert Pair(head=(3, 5), tail=(0, 4)).tail == (0, 4)


def test_an_explained_record_is_the_same_after_a_walk_through_json():
    whole = record(explanation=EXPLANATION, attributions=[ATTRIBUTION])
    read = Record.model_validate_json(whole.model_dump_json())
    assert read == whole
    assert isinstance(read.explanation.prediction, PredictionGame)


def test_a_prediction_game_that_was_not_played_has_only_a_reason():
    refused = NoPredictionGame(reason="No context was given.")
    whole = record(explanation=EXPLANATION.model_copy(update={"prediction": refused}))
    read = Record.model_validate_json(whole.model_dump_json())
    assert read.explanation.prediction == refused
    with pytest.raises(ValidationError, match="coalitions"):
        NoPredictionGame.model_validate(refused.model_dump() | {"coalitions": []})


@pytest.mark.parametrize(
    "value", [record(), GAME, NO_GAME, STANDING, GAME.players[0]], ids=lambda value: type(value)
)
def test_a_value_cannot_be_changed(value: Frozen):
    name = next(iter(type(value).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, name, getattr(value, name))


@pytest.mark.parametrize(
    "value", [record(), GAME, NO_GAME, STANDING, GAME.players[0]], ids=lambda value: type(value)
)
def test_an_unknown_key_is_refused(value: Frozen):
    with pytest.raises(ValidationError, match="surprise"):
        type(value).model_validate(value.model_dump() | {"surprise": 1})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (STANDING, lambda number: {"margin": number}),
        (GAME, lambda number: {"shapley_values": [0.5, number]}),
        (GAME, lambda number: {"bank_values": [[number]]}),
        (record().gates, lambda number: {"image": [[number, 0.5]]}),
        (record(), lambda number: {"timings": {"read": number}}),
    ],
    ids=["number", "list", "table", "gates", "timings"],
)
def test_what_is_no_finite_number_is_refused(value: Frozen, changes, number):
    with pytest.raises(ValidationError, match="finite"):
        type(value).model_validate(value.model_dump() | changes(number))


@pytest.mark.parametrize("origin", [{}, {"context": 0, "bank_id": "cat"}])
def test_a_player_is_an_own_context_or_one_of_the_bank(origin):
    with pytest.raises(ValidationError, match="either an own context or one of the bank"):
        Player(text="a dog", **origin)


def test_the_first_own_context_is_a_player_like_any_other():
    assert Player(text="a dog", context=0).bank_id is None


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Context, {"text": "", "generator": "typed"}),
        (Context, {"text": "a dog", "generator": "typed", "seconds": -1}),
        (Token, {"text": "a", "start": -1, "end": 0}),
        (ImageInfo, {"sha256": "0", "width": 0, "height": 1}),
        (Entity, record().entities[0].model_dump() | {"score": 1.5}),
        (Standing, STANDING.model_dump() | {"rank": 0}),
        (Verdict, {"context": 0, "label": "perhaps", "rule": "r", "reason": "because"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_value_outside_its_range_is_refused(kind: type[Frozen], fields):
    with pytest.raises(ValidationError):
        kind.model_validate(fields)


def test_a_record_of_a_bare_post_needs_neither_gates_nor_attention():
    silent = NO_GAME.model_copy(update={"side": "text"})
    bare = record(
        gates=None,
        attention=None,
        contexts=[],
        verdicts=[],
        games=Games(text=silent, image=NO_GAME),
    )
    assert Record.model_validate_json(bare.model_dump_json()) == bare
