import math

import pytest

from core.captioning.scores import score_captions


def test_what_a_person_wrote_scores_one():
    references = [["a dog runs on green grass", "the dog"], ["two cats sleep on a red sofa"]]
    scores = score_captions(
        ["A dog runs on green grass.", "Two cats sleep, on a red sofa"], references
    )
    assert scores.bleu_1 == pytest.approx(1)
    assert scores.bleu_4 == pytest.approx(1)
    assert scores.photos == 2


def test_bleu_by_hand():
    scores = score_captions(["a dog on a sofa sits"], [["a dog sits on a sofa"]])
    # 6 of 6 words; pairs "a dog", "on a", "a sofa" of 5; triple "on a sofa" of 4; none of 3 fours
    assert scores.bleu_1 == pytest.approx(1)
    tiny = 1e-15
    expected = (6 / 6 * 3 / 5 * 1 / 4 * tiny / 3) ** 0.25
    assert scores.bleu_4 == pytest.approx(expected, rel=1e-3)


def test_a_short_caption_is_punished():
    scores = score_captions(["a dog"], [["a dog sits on a sofa"]])
    assert scores.bleu_1 == pytest.approx(math.exp(1 - 6 / 2), rel=1e-6)


def test_rare_words_count_more_for_cider():
    references = [[f"a dog on {place}"] for place in ("grass", "sand", "snow", "ice")]
    rare = score_captions(["grass", "sand", "snow", "ice"], references).cider
    usual = score_captions(["a dog on"] * 4, references).cider
    assert rare > usual >= 0
