"""Every family of model that writes about photos, tiny and random, through the one generator."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from safetensors.torch import load_file, save_file

from core.contexts.generator import ContextGenerator
from core.contexts.huggingface import HuggingFaceGenerator
from core.contexts.huggingface_settings import HuggingFaceSettings
from core.contexts.prompts import read_prompt
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage
from tests.contexts.families import FAMILIES, VIDEO_READERS
from tests.contexts.tiny_vision_language import photos

ASKED = ["blip-2", "instructblip", "llava", "llava_next", *VIDEO_READERS]
WAYS = {
    "greedy": {},
    "beams": {"beams": 3, "samples": 2},
    "drawn": {"temperature": 1.2, "top_p": 0.9, "samples": 2},
}
SEVERAL = photos((30, 20), (20, 30), (24, 24), (48, 16), (16, 16))


def generator(folder, **settings):
    chosen = {"model": str(folder), "max_new_tokens": 8, **settings}
    return HuggingFaceGenerator(HuggingFaceSettings(**chosen), device="cpu")


def texts(written):
    return [[context.text for context in contexts] for contexts in written]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_photo_gets_the_same_contexts_alone_and_in_any_batch(writers, family, way):
    together = generator(writers[family], batch_size=4, **WAYS[way]).generate(SEVERAL)
    alone = generator(writers[family], batch_size=1, **WAYS[way])
    others = [alone.generate([photo])[0] for photo in reversed(SEVERAL)][::-1]
    assert texts(together) == texts(others)
    for contexts, again in zip(together, others, strict=True):
        likely = [context.log_likelihood for context in contexts]
        assert likely == pytest.approx([context.log_likelihood for context in again], abs=1e-4)
    assert sum(len(contexts) for contexts in together) > len(SEVERAL) / 2


@pytest.mark.parametrize("family", FAMILIES)
def test_at_temperature_0_a_new_generator_says_the_same(writers, family):
    first, second = (texts(generator(writers[family]).generate(SEVERAL)) for _ in range(2))
    assert first == second
    assert len({text for said in first for text in said}) > 1


@pytest.mark.parametrize("family", FAMILIES)
def test_draws_repeat_with_their_seed_and_differ_with_another(writers, family):
    drawn = {"temperature": 1.5, "samples": 3}
    first, same, other = (
        texts(generator(writers[family], seed=seed, **drawn).generate(SEVERAL))
        for seed in (1, 1, 2)
    )
    assert first == same
    assert first != other
    assert max(len(said) for said in first) == 3


def test_a_sample_does_not_depend_on_how_many_there_are(writers):
    few, many = (
        texts(generator(writers["llava"], temperature=1.5, samples=n).generate(SEVERAL))
        for n in (2, 4)
    )
    assert few == [said[:2] for said in many]


def test_drawing_leaves_the_random_numbers_of_torch_alone(writers):
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    generator(writers["llava"], temperature=1.0).generate(SEVERAL[:1])
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("family", ASKED)
def test_two_prompts_give_two_contexts_with_their_labels(writers, family):
    written = generator(writers[family], prompts=("describe", "caption")).generate(SEVERAL)
    labels = [read_prompt(name).label for name in ("describe", "caption")]
    assert [context.prompt for context in written[2]] == labels[: len(written[2])]
    assert any([context.prompt for context in contexts] == labels for contexts in written)


def test_a_context_says_where_it_comes_from(writers):
    settings = {"prompts": ("describe",), "batch_size": 2}
    [[first], [second]] = generator(writers["llava"], **settings).generate(SEVERAL[:2])
    assert first.generator == "huggingface"
    assert first.model.startswith("llava@")
    assert first.prompt == read_prompt("describe").label
    assert first.seconds == second.seconds > 0
    assert first.log_likelihood < 0


def test_a_captioner_has_no_prompt_to_name(writers):
    written = generator(writers["blip"], prompts=("describe", "caption")).generate(SEVERAL)
    assert [len(contexts) for contexts in written] == [1] * len(SEVERAL)
    assert {context.prompt for [context] in written} == {None}


def test_equal_and_empty_texts_are_left_out(writers):
    settings = {"temperature": 0.3, "samples": 8, "max_new_tokens": 1}
    written = generator(writers["vision-encoder-decoder"], **settings).generate(SEVERAL)
    for said in texts(written):
        assert len(said) == len(set(said)) < 8
        assert "" not in said


def test_a_large_photo_is_shrunk_before_it_is_shown(writers):
    [large] = photos((120, 60))
    small = large.pixels.copy()
    small.thumbnail((30, 30), Image.Resampling.LANCZOS)
    shrunk = LoadedImage(small, large.sha256, 30, 15)
    [expected] = generator(writers["llava_next"]).generate([shrunk])
    [said] = generator(writers["llava_next"], largest_side=30).generate([large])
    [whole] = generator(writers["llava_next"]).generate([large])
    assert texts([said]) == texts([expected])
    # A tiny model may say the same of both; how likely it finds that tells them apart.
    likelihoods = [made[0].log_likelihood for made in (said, expected, whole)]
    assert likelihoods[0] == pytest.approx(likelihoods[1], abs=1e-6)
    assert likelihoods[0] != pytest.approx(likelihoods[2], abs=1e-6)
    assert large.pixels.size == (120, 60)


def test_a_photo_that_fails_is_the_only_one_without_contexts(writers):
    grey = LoadedImage(Image.new("L", (20, 20)), "0" * 64, 20, 20)
    several = [*SEVERAL[:2], grey, *SEVERAL[2:]]
    written = generator(writers["vision-encoder-decoder"]).generate(several)
    refusal = written.pop(2)
    assert isinstance(refusal, InputError)
    assert "cannot describe this photo" in str(refusal)
    assert texts(written) == texts(generator(writers["vision-encoder-decoder"]).generate(SEVERAL))


@pytest.mark.parametrize("fitting", [2, 0])
def test_a_memory_too_small_for_a_batch_halves_it(writers, fitting):
    expected = texts(generator(writers["blip"]).generate(SEVERAL))
    small = generator(writers["blip"])

    def fill(module, arguments, named):
        if len(named["pixel_values"]) > fitting:
            torch.empty(2**60)  # more than any machine has

    tower = small._model.network.vision_model
    tower.register_forward_pre_hook(fill, with_kwargs=True)
    written = small.generate(SEVERAL)
    if fitting:
        assert texts(written) == expected
    else:
        assert all("The memory is too small" in str(refusal) for refusal in written)


def test_threads_that_share_a_generator_get_the_same(writers):
    shared = generator(writers["llava"], temperature=1.0)
    with ThreadPoolExecutor(4) as threads:
        written = list(threads.map(lambda photo: shared.generate([photo])[0], SEVERAL * 2))
    assert texts(written) == texts(
        generator(writers["llava"], temperature=1.0).generate(SEVERAL * 2)
    )


def test_contexts_are_kept_in_the_store(writers, tmp_path):
    store = ContextStore(tmp_path)
    first = store.get_or_generate(SEVERAL[0], generator(writers["blip"]))
    assert store.get_or_generate(SEVERAL[0], generator(writers["blip"])) == first


def test_it_is_a_context_generator(writers):
    made: ContextGenerator = generator(writers["blip"], batch_size=3)
    assert (made.name, made.at_once) == ("huggingface", 3)
    assert len(made.fingerprint) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"prompts": ("caption",)},
        {"prompts": ("describe", "caption")},
        {"temperature": 0.7},
        {"temperature": 0.7, "samples": 2},
        {"temperature": 0.7, "top_p": 0.9},
        {"temperature": 0.7, "seed": 14},
        {"beams": 3},
        {"max_new_tokens": 9},
        {"dtype": "bfloat16"},
        {"four_bit": True},
        {"largest_side": 512},
    ],
)
def test_the_fingerprint_changes_with_what_decides_the_sentences(writers, change):
    before = generator(writers["llava"]).fingerprint
    assert generator(writers["llava"], **change).fingerprint != before
    without_one = dict(list(change.items())[:-1])
    assert generator(writers["llava"], **without_one).fingerprint != (
        generator(writers["llava"], **change).fingerprint
    )


@pytest.mark.parametrize("change", [{"batch_size": 1}, {"device_map": "auto"}])
def test_the_fingerprint_does_not_change_with_how_it_is_computed(writers, change):
    before = generator(writers["llava"]).fingerprint
    assert generator(writers["llava"], **change).fingerprint == before


def test_the_fingerprint_changes_with_the_text_of_a_prompt(writers, tmp_path):
    prompt = tmp_path / "who.txt"
    prompt.write_text("Who is it?")
    before = generator(writers["llava"], prompts=(str(prompt),)).fingerprint
    prompt.write_text("Who is that?")
    assert generator(writers["llava"], prompts=(str(prompt),)).fingerprint != before


def test_the_fingerprint_changes_with_the_weights(writers, tmp_path):
    folder = shutil.copytree(writers["blip"], tmp_path / "blip")
    before = generator(folder).fingerprint
    assert before == generator(writers["blip"]).fingerprint
    weights = load_file(folder / "model.safetensors")
    next(iter(weights.values())).view(-1)[0] += 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert generator(folder).fingerprint != before


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"samples": 2}, "at temperature 0 at most 1 of 2 samples would differ"),
        ({"samples": 3, "beams": 2}, "at most 2 of 3"),
        ({"temperature": 0.5, "beams": 2}, "beams are for temperature 0"),
        ({"top_p": 0}, "greater than 0"),
        ({"batch_size": 0}, "greater than 0"),
        ({"dtype": "int8"}, "bfloat16"),
        ({"beam": 2}, "Extra inputs"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, reason):
    with pytest.raises(ValidationError, match=reason):
        HuggingFaceSettings(model="owner/name", **settings)


def test_an_unknown_prompt_is_refused_at_once(writers):
    with pytest.raises(InputError, match="there is no prompt 'sing'"):
        generator(writers["llava"], prompts=("sing",))


def test_an_unknown_model_fails_as_a_whole():
    unknown = generator("owner/no-such-model")
    with pytest.raises(InputError, match="check the name and the network"):
        unknown.generate(SEVERAL)
    with pytest.raises(InputError, match="check the name and the network"):
        _ = unknown.fingerprint


def test_no_photos_are_no_contexts(writers):
    assert generator(writers["blip"]).generate([]) == []
