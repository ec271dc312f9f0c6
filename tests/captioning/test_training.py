import json

import pytest
import torch

from core.captioning.beam import beam_search
from core.captioning.decoder import END, PAD, START, PhotoBatch
from core.captioning.files import Facts
from core.captioning.settings import CaptionerConfig, DecoderConfig, FittingConfig
from core.captioning.training import LOG, STATE, Corpus, fit, next_word_loss
from core.errors import InputError

FACTS = Facts(
    words=("a", "b", "c", "d", "e"),
    labels=("cat", "dog"),
    image_fingerprint="f",
    image_width=8,
    grid=(2, 3),
)


def config(**fitting):
    rates = {"epochs": 4, "photos_at_once": 2, "label_smoothing": 0.0, "average_decay": 0.9}
    return CaptionerConfig(
        name="tiny",
        decoder=DecoderConfig(
            width=32, layers=1, heads=2, inner=64, dropout=0.1, image_dropout=0.0, max_words=8
        ),
        fitting=FittingConfig(**(rates | fitting)),
    )


@pytest.fixture(scope="module")
def corpus():
    generator = torch.Generator().manual_seed(2)
    captions = (
        (torch.tensor([START, 4, 5, 6, END]), torch.tensor([START, 4, 5, 6, END])),
        (torch.tensor([START, 7, 8, END]),),
        (torch.tensor([START, 6, 6, 4, 8, END]),),
    )
    return Corpus(
        PhotoBatch(
            torch.randn(3, 6, 8, generator=generator).half(),
            torch.tensor([[1, 0], [2, 1], [0, 0]]),
            torch.rand(3, 2, 5, generator=generator),
        ),
        captions,
    )


def test_a_batch_is_padded_and_a_photo_with_fewer_captions_has_empty_ones(corpus):
    photos, words = corpus.batch(torch.tensor([1, 0]))
    assert words.tolist() == [
        [[START, 7, 8, END, PAD], [PAD] * 5],
        [[START, 4, 5, 6, END]] * 2,
    ]
    torch.testing.assert_close(photos.regions, corpus.photos.regions[[1, 0]].float())
    assert photos.labels.tolist() == [[2, 1], [1, 0]]


def test_the_loss_is_the_mean_over_words_that_follow_by_hand():
    words = torch.tensor([[[START, 4, END], [START, PAD, PAD]]])
    logits = torch.randn(1, 2, 2, 9, generator=torch.Generator().manual_seed(0))
    gains = logits.log_softmax(-1)
    expected = -(gains[0, 0, 0, 4] + gains[0, 0, 1, END]) / 2
    torch.testing.assert_close(next_word_loss(logits, words, 0.0), expected)
    uniform = -gains[0, 0].mean(-1).mean()
    smoothed = 0.9 * expected + 0.1 * uniform
    torch.testing.assert_close(next_word_loss(logits, words, 0.1), smoothed)


def test_three_photos_are_learned_by_heart(corpus, tmp_path):
    decoder = fit(config(epochs=100, mirrored=0.0, learning_rate=3e-3), FACTS, corpus, tmp_path)
    for row, captions in enumerate(corpus.captions):
        photos, _ = corpus.batch(torch.tensor([row]))
        with torch.inference_mode():
            best, *_ = beam_search(decoder, decoder.look(photos), beams=3, length_power=0.8)
        assert best.words == tuple(captions[0][1:-1].tolist())
    losses = [json.loads(line)["loss"] for line in (tmp_path / LOG).read_text().splitlines()]
    assert len(losses) == 100
    assert losses[-1] < losses[0] / 3


def test_a_run_that_was_stopped_ends_as_one_that_was_not(corpus, tmp_path):
    class Stopped(Exception):
        pass

    def stop(epoch, loss):
        if epoch == 2:
            raise Stopped

    whole = fit(config(), FACTS, corpus, tmp_path / "whole")
    with pytest.raises(Stopped):
        fit(config(), FACTS, corpus, tmp_path / "parts", report=stop)
    resumed = []
    parts = fit(
        config(), FACTS, corpus, tmp_path / "parts", report=lambda epoch, _: resumed.append(epoch)
    )
    assert resumed == [3, 4]
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(parts.state_dict()[name], value, rtol=0, atol=0)


def test_the_state_of_another_config_is_refused(corpus, tmp_path):
    fit(config(epochs=1), FACTS, corpus, tmp_path)
    assert (tmp_path / STATE).is_file()
    with pytest.raises(InputError, match="another config"):
        fit(config(epochs=2), FACTS, corpus, tmp_path)


def test_the_state_of_another_corpus_is_refused(corpus, tmp_path):
    fit(config(epochs=1), FACTS, corpus, tmp_path)
    renamed = FACTS.model_copy(update={"words": ("wolf", *FACTS.words[1:])})
    corrected = (corpus.captions[0][:1], *corpus.captions[1:])
    for facts, other in ((renamed, corpus), (FACTS, Corpus(corpus.photos, corrected))):
        with pytest.raises(InputError, match="another config or corpus"):
            fit(config(epochs=1), facts, other, tmp_path)
