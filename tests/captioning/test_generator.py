import math

import pytest
import torch

from core.captioning.decoder import END, PAD, START, UNKNOWN
from core.captioning.files import build_decoder, load_captioner, save_captioner
from core.captioning.generator import CaptionerGenerator
from core.captioning.photos import PhotoReader
from core.captioning.settings import CaptionerSettings
from core.captioning.vocabulary import Vocabulary
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.images import read_image
from core.pipeline import SAMPLE_DATA
from tests.captioning.tiny import save_tiny

PHOTOS = [read_image(SAMPLE_DATA / "photos" / name) for name in ("chelsea.jpg", "coffee.jpg")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("captioner")
    save_tiny(made)
    return made


@pytest.fixture(scope="module")
def generator(folder):
    return CaptionerGenerator(CaptionerSettings(checkpoint=str(folder)))


def test_a_photo_gets_one_sentence_and_says_where_it_comes_from(generator):
    for [context] in generator.generate(PHOTOS):
        assert context.text[0].isupper()
        assert context.text.endswith(".")
        assert (context.generator, context.model) == ("captioner", "tiny")
        assert context.seconds > 0
        assert context.cost is None


@torch.inference_mode()
def test_the_likelihood_is_that_of_its_words_read_in_one_go(generator, folder):
    decoder, _, facts, _ = load_captioner(str(folder))
    photos = PhotoReader(load_image_encoder(), facts.labels).read([PHOTOS[0].pixels])
    [[context]] = generator.generate(PHOTOS[:1])

    numbers = [*Vocabulary(facts.words).numbers(context.text, most=9)]
    assert (numbers[0], numbers[-1]) == (START, END)
    logits = decoder(decoder.look(photos), torch.tensor([[numbers[:-1]]]))[0, 0]
    logits[:, [PAD, START, UNKNOWN]] = -math.inf
    gains = logits.log_softmax(-1)[range(len(numbers) - 1), numbers[1:]]
    ended = len(numbers) - 2 < decoder.max_words - 1
    assert ended
    assert context.log_likelihood == pytest.approx(gains.mean().item(), abs=1e-4)


def test_the_same_photo_gets_the_same_sentence_alone_and_among_others(generator):
    alone = [generator.generate([photo])[0][0].text for photo in PHOTOS]
    assert [contexts[0].text for contexts in generator.generate(PHOTOS)] == alone


def test_the_fingerprint_follows_weights_and_decoding(folder, tmp_path):
    def fingerprint(checkpoint, **settings):
        chosen = CaptionerSettings(checkpoint=str(checkpoint), **settings)
        return CaptionerGenerator(chosen).fingerprint

    save_tiny(tmp_path / "same")
    save_tiny(tmp_path / "other", seed=2)
    assert fingerprint(folder) == fingerprint(tmp_path / "same") == fingerprint(folder, beams=3)
    assert (
        len({fingerprint(folder), fingerprint(folder, beams=1), fingerprint(tmp_path / "other")})
        == 3
    )


def test_a_checkpoint_of_another_image_encoder_is_refused(tmp_path):
    config, facts = save_tiny(tmp_path)
    other = facts.model_copy(update={"image_fingerprint": "0" * 64})
    save_captioner(tmp_path, config, other, build_decoder(config, other).state_dict())
    generator = CaptionerGenerator(CaptionerSettings(checkpoint=str(tmp_path)))
    with pytest.raises(InputError, match="another version of the image encoder"):
        generator.generate(PHOTOS[:1])
