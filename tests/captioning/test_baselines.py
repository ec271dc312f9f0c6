import pytest
import torch

from core.captioning.baselines import (
    NOTHING_SEEN,
    nearest_captions,
    perceived_captions,
    typical_caption,
)
from core.contexts.perception import PerceptionGenerator
from core.images import read_image
from core.pipeline import SAMPLE_DATA


def test_a_photo_gets_the_typical_caption_of_the_one_that_looks_like_it():
    known = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    captions = [["a dog", "a dog runs", "cats"], ["a boat"], ["a car", "the car"]]
    queries = torch.tensor([[0.9, -0.2], [-3.0, -3.5], [0.1, 2.0]])
    assert nearest_captions(queries, known, captions) == ["a dog", "a car", "a boat"]


def test_length_of_features_does_not_matter_but_direction_from_the_mean_does():
    known = torch.tensor([[10.0, 11.0], [10.0, 9.0]])  # the mean is (10, 10)
    assert nearest_captions(torch.tensor([[10.0, 10.1]]), known, [["up"], ["down"]]) == ["up"]


@pytest.mark.parametrize(
    ("captions", "typical"),
    [
        (["only"], "only"),
        (["a b", "a b c", "x"], "a b"),
        (["x", "y"], "x"),
    ],
)
def test_the_typical_caption_shares_most_words_with_the_others(captions, typical):
    assert typical_caption(captions) == typical


def test_perception_says_its_first_sentence():
    photo = read_image(SAMPLE_DATA / "photos" / "chelsea.jpg")
    [contexts] = PerceptionGenerator(ocr=False).generate([photo])
    assert perceived_captions([photo]) == [contexts[0].text]
    assert NOTHING_SEEN
