import itertools

import pytest
import torch

from core.captioning.beam import beam_search
from core.captioning.decoder import END, PAD, START, UNKNOWN, CaptionDecoder, PhotoBatch
from core.captioning.settings import DecoderConfig
from tests.captioning.conftest import WORDS


def memory_of(decoder, photos, row=0):
    only = slice(row, row + 1)
    return decoder.look(PhotoBatch(photos.regions[only], photos.labels[only], photos.boxes[only]))


def log_probability(decoder, memory, words):
    """Sum over the words and the end, by one forward pass; what may never be said is left out."""
    told = torch.tensor([[[START, *words, END]]])
    logits = decoder(memory, told[:, :, :-1])[0, 0].clone()  # (L, V)
    logits[:, [PAD, START, UNKNOWN]] = -torch.inf
    gains = logits.log_softmax(-1)
    return sum(gains[place, word].item() for place, word in enumerate([*words, END]))


@pytest.fixture
def short():
    """Says at most three words of four, so that all 84 sentences can be tried."""
    torch.manual_seed(11)
    config = DecoderConfig(width=16, layers=2, heads=2, inner=32, max_words=5)
    made = CaptionDecoder(config, words=8, labels=5, image_width=8, regions=6).eval()
    with torch.no_grad():
        made.words.weight.mul_(3)
    return made


@pytest.mark.parametrize("power", [0.0, 0.8])
@pytest.mark.parametrize("row", [0, 1])
@torch.inference_mode()
def test_a_beam_as_wide_as_all_sentences_finds_the_best_of_all(short, photos, power, row):
    memory = memory_of(short, photos, row)
    everything = [
        words for length in (1, 2, 3) for words in itertools.product(range(4, 8), repeat=length)
    ]
    scores = {words: log_probability(short, memory, words) for words in everything}
    ranked = sorted(everything, key=lambda words: -scores[words] / (len(words) + 1) ** power)

    found = beam_search(short, memory, beams=100, length_power=power)

    assert [made.words for made in found[:10]] == ranked[:10]
    for made in found:
        assert made.log_probability == pytest.approx(scores[made.words], abs=1e-4)
        assert made.mean == pytest.approx(scores[made.words] / (len(made.words) + 1), abs=1e-4)


@torch.inference_mode()
def test_one_beam_takes_the_likeliest_word_each_time_that_repeats_no_three(decoder, photos):
    memory = memory_of(decoder, photos)
    said = [START]
    while len(said) < decoder.max_words and said[-1] != END:
        logits = decoder(memory, torch.tensor([[said]]))[0, 0, -1]
        for word in logits.argsort(descending=True).tolist():
            triples = list(itertools.pairwise(itertools.pairwise([*said[1:], word])))
            is_end_too_early = word == END and len(said) == 1
            if (
                word in (PAD, START, UNKNOWN)
                or is_end_too_early
                or len(set(triples)) < len(triples)
            ):
                continue
            said.append(word)
            break

    [best] = beam_search(decoder, memory, beams=1, length_power=0.8)

    assert best.words == tuple(word for word in said[1:] if word != END)[: len(best.words)]
    assert len(best.words) >= len([word for word in said[1:] if word != END]) - 1


@torch.inference_mode()
def test_no_three_words_are_said_twice(photos):
    torch.manual_seed(0)
    config = DecoderConfig(width=16, layers=1, heads=2, inner=32, max_words=20)
    stubborn = CaptionDecoder(config, words=7, labels=5, image_width=8, regions=6).eval()
    with torch.no_grad():
        stubborn.words.weight[END] = -10 * stubborn.words.weight[4]  # never wants to end
    for made in beam_search(stubborn, memory_of(stubborn, photos), beams=3, length_power=0.8):
        triples = list(zip(made.words, made.words[1:], made.words[2:], strict=False))
        assert len(made.words) > 6
        assert len(triples) == len(set(triples))


@torch.inference_mode()
def test_the_same_photo_gets_the_same_sentences(decoder, photos):
    memory = memory_of(decoder, photos)
    first, again = (beam_search(decoder, memory, beams=4, length_power=0.8) for _ in range(2))
    assert first == again
    assert 1 <= len(first) <= 4
    assert all(START < word < WORDS and word != END for made in first for word in made.words)
