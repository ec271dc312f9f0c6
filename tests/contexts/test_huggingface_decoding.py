"""Decoding, held against a loop that runs the whole model anew for every piece."""

import pytest
import torch
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoProcessor

from core.contexts.huggingface_decoding import Decoding, SeededNoise, decode
from tests.contexts.tiny_vision_language import BEGIN, END, FAMILIES, PAD, photos

QUESTION = "What is it ?"
TEXTS = {
    "llava": f"<s><image> USER {QUESTION} ASSISTANT",
    "llava_next": f"<s><image> USER {QUESTION} ASSISTANT",
    "blip-2": QUESTION,
    "instructblip": QUESTION,
}
STARTS = {"vision-encoder-decoder": BEGIN, "instructblip": PAD}
LENGTH = 7


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def asked(request, writers):
    """A model's family, the model, and its inputs for one photo."""
    family, folder = request.param, writers[request.param]
    network = AutoModelForImageTextToText.from_pretrained(folder).eval()
    [photo] = photos((30, 20))
    if family in TEXTS:
        processor = AutoProcessor.from_pretrained(folder)
        add = {"add_special_tokens": False} if family.startswith("llava") else {}
        text = [TEXTS[family]]
        inputs = processor(images=[photo.pixels], text=text, return_tensors="pt", **add)
    else:
        processor = AutoImageProcessor.from_pretrained(folder)
        inputs = processor(images=[photo.pixels], return_tensors="pt")
    return family, network, inputs


def log_probabilities(family, network, inputs, pieces):
    """Of the piece after these, by one forward pass over everything before it."""
    if family in STARTS:
        begun = torch.tensor([[STARTS[family], *pieces]])
        fed = {**inputs, "decoder_input_ids": begun}
    else:
        prompt = inputs["input_ids"] if "input_ids" in inputs else torch.tensor([[BEGIN]])
        ids = torch.cat([prompt, torch.tensor([pieces], dtype=torch.long)], 1)
        fed = {**inputs, "input_ids": ids, "attention_mask": torch.ones_like(ids)}
    with torch.inference_mode():
        return network(**fed).logits[0, -1].log_softmax(-1)


def mean_log_probability(family, network, inputs, pieces):
    scores = [
        log_probabilities(family, network, inputs, pieces[:place])[piece].item()
        for place, piece in enumerate(pieces)
    ]
    return sum(scores) / len(scores)


def test_greedy_pieces_are_those_of_a_loop_that_takes_the_largest_logit(asked):
    expected = []
    while len(expected) < LENGTH and END not in expected:
        expected.append(int(log_probabilities(*asked, expected).argmax()))
    [pieces], [mean] = decode(asked[1], asked[2], Decoding(max_new_tokens=LENGTH), [0])
    assert pieces == expected
    assert mean == pytest.approx(mean_log_probability(*asked, expected), abs=1e-4)


def test_beams_come_best_first_with_the_log_probability_of_the_model(asked):
    decoding = Decoding(beams=3, sentences=3, max_new_tokens=LENGTH)
    sentences, means = decode(asked[1], asked[2], decoding, [0])
    assert len({tuple(pieces) for pieces in sentences}) == 3
    assert means == sorted(means, reverse=True)
    for pieces, mean in zip(sentences, means, strict=True):
        assert mean == pytest.approx(mean_log_probability(*asked, pieces), abs=1e-4)


def test_drawn_pieces_have_the_log_probability_of_the_model_itself(asked):
    decoding = Decoding(temperature=1.5, top_p=0.8, max_new_tokens=LENGTH)
    [pieces], [mean] = decode(asked[1], asked[2], decoding, [3])
    assert mean == pytest.approx(mean_log_probability(*asked, pieces), abs=1e-4)


def test_a_sentence_ends_with_its_first_end_mark(asked):
    decoding = Decoding(temperature=3.0, max_new_tokens=40)
    ended = 0
    for seed in range(6):
        [pieces], _ = decode(asked[1], asked[2], decoding, [seed])
        assert END not in pieces[:-1]
        assert len(pieces) == 40 or pieces[-1] == END
        ended += pieces[-1] == END
    assert ended


def test_noise_turns_the_largest_logit_into_a_draw_from_the_softmax():
    logits = torch.tensor([0.0, 1.0, -1.0, 2.0, -torch.inf])
    rows = 20_000
    noisy = SeededNoise(range(rows))(torch.zeros(rows, 1), logits.expand(rows, -1))
    counts = noisy.argmax(1).bincount(minlength=5)
    expected = logits.softmax(0) * rows
    assert counts[4] == 0
    # chi-square with 3 degrees of freedom: 21.1 is passed once in ten thousand sets of seeds
    assert ((counts - expected)[:4] ** 2 / expected[:4]).sum() < 21.1


def test_noise_of_a_row_depends_on_its_seed_alone():
    logits = torch.zeros(2, 50)
    together = SeededNoise([1, 2])
    alone = SeededNoise([2])
    for _ in range(3):
        first, second = together(torch.zeros(2, 1), logits)
        [other] = alone(torch.zeros(1, 1), logits[:1])
        assert torch.equal(second, other)
        assert not torch.equal(first, second)
