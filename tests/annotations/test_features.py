import pytest

from core.annotations.features import post_features
from core.contexts.quality import specificity
from core.datasets.tokens import tokenize
from core.records import Post


def of_text(make_record, text):
    record = make_record(predicted=[])
    post = Post(id="p", text=text, tokens=list(tokenize(text)))
    return post_features(record.model_copy(update={"post": post}))


def test_a_post_counted_by_hand(make_record, make_outcome):
    gold = make_outcome(("PER", 0, 2), ("LOC", 3, 4), ("ORG", 6, 7))
    found = post_features(make_record(gold=gold))
    assert found["words"] == 7
    assert found["entity_words"] == 4 / 3
    assert found["entity_density"] == 4 / 7
    assert found["capitals"] == 4 / 7
    assert (found["hashtags"], found["mentions"], found["urls"]) == (1, 0, 0)
    assert found["context_words"] == (4 + 3) / 2
    assert found["copy_rate"] == 1 / 7  # London
    assert found["name_overlap"] == 1 / 4  # London, of Ada Lovelace London IBM
    assert found["specificity"] == specificity(["a woman in London", "an old computer"])


def test_contexts_that_are_off_are_not_counted(make_record):
    assert post_features(make_record(off=[0]))["context_words"] == 3


def test_without_gold_entities_are_unknown(make_record):
    found = post_features(make_record())
    assert (found["entity_words"], found["entity_density"]) == (None, None)
    assert found["name_overlap"] is None


def test_a_post_in_which_people_found_nothing_has_density_zero(make_record, make_outcome):
    found = post_features(make_record(gold=make_outcome()))
    assert (found["entity_words"], found["entity_density"]) == (None, 0)


def test_the_given_pair_stands_for_the_entities_of_its_task(make_record):
    found = post_features(
        make_record(task="mre", predicted=[("entity", 0, 2), ("entity", 3, 4)], gold=None)
    )
    assert found["entity_words"] == 1.5
    assert found["entity_density"] == 3 / 7


def test_without_contexts_there_is_nothing_to_measure(make_record, make_outcome):
    found = post_features(make_record(gold=make_outcome(("PER", 0, 2)), contexts=(), values=()))
    names = ("context_words", "copy_rate", "name_overlap", "specificity")
    assert [found[name] for name in names] == [None] * 4


def test_contexts_are_compared_with_what_is_seen_together(make_record):
    record = make_record(
        contexts=("a woman with a laptop", "an old car"),
        seen=["person", "dog"],
        perhaps_seen=["person", "dog", "car"],
    )
    found = post_features(record)
    assert found["made_up"] == 1 / 3  # the laptop
    assert found["left_out"] == 1 / 2  # the dog
    assert post_features(make_record(off=[0, 1], seen=["dog"], perhaps_seen=[]))["left_out"] is None


def test_what_nobody_looked_at_or_told_is_unknown(make_record):
    found = post_features(make_record())
    names = ("made_up", "left_out", "agreement", "log_likelihood")
    assert [found[name] for name in names] == [None] * 4


def test_generators_tell_how_likely_and_agree(make_record):
    record = make_record()
    first, second = record.contexts
    told = [
        first.model_copy(update={"generator": "captioner", "log_likelihood": -1.0}),
        second.model_copy(update={"log_likelihood": -2.0}),
        second.model_copy(update={"log_likelihood": -9.0, "included": False}),
        second,
    ]
    found = post_features(record.model_copy(update={"contexts": told}))
    assert found["log_likelihood"] == -1.5
    assert found["agreement"] == 0  # "a woman in London", "an old computer"


@pytest.mark.parametrize(
    ("text", "hashtags", "mentions", "urls"),
    [
        ("#Rome and # Oslo", 2, 0, 0),
        ("RT @anna : hello @ ben", 0, 2, 0),
        ("see http://t.co/x and https : / / t . co / y", 0, 0, 2),
        ("www.example.com", 0, 0, 1),
        ("C# is number # 1 , a@b.org", 1, 0, 0),
        ("# @ nothing", 0, 1, 0),
        ("httpd runs", 0, 0, 0),
        ("http://www.example.com and https : // www . example . com", 0, 0, 2),
        ("lookhttps://t.co/x , yeswww.x", 0, 0, 1),
        ("＃東京 と ＠anna", 1, 1, 0),
    ],
)
def test_signs_of_a_tweet_are_counted_however_it_was_split(
    make_record, text, hashtags, mentions, urls
):
    found = of_text(make_record, text)
    assert (found["hashtags"], found["mentions"], found["urls"]) == (hashtags, mentions, urls)
