import importlib.util
import json
import shutil

import pytest
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from core.contexts.huggingface_decoding import Decoding
from core.contexts.huggingface_models import load_model
from core.contexts.huggingface_source import find_model
from core.contexts.prompts import Prompt
from core.errors import InputError
from tests.contexts.tiny_vision_language import photos, tokenizer

WHAT = Prompt("what", "What is it ?")
SHORT = Decoding(max_new_tokens=6)


def load(folder, **options):
    return load_model(find_model(str(folder)), **options)


@pytest.fixture
def llava(writers, tmp_path):
    """A copy of the tiny LLaVA, to damage."""
    return shutil.copytree(writers["llava"], tmp_path / "llava")


@pytest.mark.parametrize("family", ["blip", "git", "vision-encoder-decoder"])
def test_a_captioner_is_asked_nothing(writers, family):
    assert load(writers[family]).prompts([WHAT]) == [None]


@pytest.mark.parametrize("family", ["llava", "llava_next", "instructblip", "blip-2"])
def test_a_model_that_reads_prompts_is_asked_them(writers, family):
    assert load(writers[family]).prompts([WHAT]) == [WHAT]


def test_blip_2_also_writes_without_being_asked(writers):
    model = load(writers["blip-2"])
    assert model.prompts([]) == [None]
    [photo] = photos((30, 20))
    [[asked]] = model.write([photo.pixels], WHAT, SHORT, [0])
    [[free]] = model.write([photo.pixels], None, SHORT, [0])
    assert asked.text
    assert free.text
    assert asked.log_likelihood != free.log_likelihood


def test_a_model_that_must_be_asked_needs_a_prompt(writers):
    with pytest.raises(InputError, match="llava must be asked: name one in prompts"):
        load(writers["llava"]).prompts([])


def test_a_chat_model_without_a_template_is_refused(llava):
    (llava / "chat_template.jinja").unlink()
    with pytest.raises(InputError, match=r"llava is asked through a chat template.*has\s+none"):
        load(llava).prompts([WHAT])


def test_what_is_written_leaves_out_the_prompt_and_special_pieces(writers):
    for family in ("llava", "git", "blip", "instructblip"):
        model = load(writers[family])
        [photo] = photos((30, 20))
        [prompt] = model.prompts([WHAT])
        [[sentence]] = model.write([photo.pixels], prompt, Decoding(max_new_tokens=1), [0])
        assert len(sentence.text.split()) <= 1
        assert "<" not in sentence.text


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_weights_have_the_dtype_asked_for(writers, dtype):
    model = load(writers["llava"], dtype=dtype)
    assert str(model.network.dtype) == f"torch.{dtype}"
    [photo] = photos((30, 20))
    [[sentence]] = model.write([photo.pixels], WHAT, SHORT, [0])
    assert sentence.log_likelihood < 0


def test_accelerate_places_the_model_by_a_device_map(writers):
    [photo] = photos((30, 20))
    here, mapped = load(writers["llava"]), load(writers["llava"], device_map="auto")
    assert mapped.write([photo.pixels], WHAT, SHORT, [0])[0][0].text == (
        here.write([photo.pixels], WHAT, SHORT, [0])[0][0].text
    )


@pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed"
)
def test_four_bits_without_their_package_say_what_to_install(writers):
    with pytest.raises(InputError, match="pip install bitsandbytes"):
        load(writers["llava"], four_bit=True)


@pytest.mark.parametrize("file", ["model.safetensors", "processor_config.json", "tokenizer.json"])
def test_a_missing_file_is_refused(llava, file):
    (llava / file).unlink()
    with pytest.raises(InputError, match="llava is not a readable model that writes about photos"):
        load(llava)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_file_is_refused(llava, file):
    whole = (llava / file).read_bytes()
    (llava / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="llava is not a readable model that writes about photos"):
        load(llava)


def test_a_missing_weight_is_named(llava):
    weights = load_file(llava / "model.safetensors")
    lost = next(name for name in weights if name.endswith("q_proj.weight"))
    del weights[lost]
    save_file(weights, llava / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"lacks the weight .*q_proj\.weight"):
        load(llava)


def test_pickled_weights_are_refused(llava):
    (llava / "model.safetensors").rename(llava / "pytorch_model.bin")
    with pytest.raises(InputError, match="weights in safetensors"):
        load(llava)


def test_a_model_of_another_kind_is_refused(tmp_path):
    tiny = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(**tiny, intermediate_size=64)).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    with pytest.raises(InputError, match="is not a readable model that writes about photos"):
        load(tmp_path)


def test_code_that_comes_with_a_model_is_not_run(llava):
    config = json.loads((llava / "config.json").read_text())
    config["model_type"] = "own"
    config["auto_map"] = {
        "AutoConfig": "own.OwnConfig",
        "AutoModelForImageTextToText": "own.OwnModel",
    }
    (llava / "config.json").write_text(json.dumps(config))
    (llava / "own.py").write_text("raise SystemExit('run')")
    with pytest.raises(InputError, match="no code of its own"):
        load(llava)


@pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is not None, reason="torchvision is installed"
)
def test_a_package_the_processor_needs_is_named(tmp_path, writers):
    folder = shutil.copytree(writers["llava"], tmp_path / "qwen")
    said = json.loads((folder / "processor_config.json").read_text())
    said["processor_class"] = "Qwen2VLProcessor"
    (folder / "processor_config.json").write_text(json.dumps(said))
    video = {"video_processor_type": "Qwen2VLVideoProcessor"}
    (folder / "video_preprocessor_config.json").write_text(json.dumps(video))
    with pytest.raises(InputError, match=r"not installed.*Torchvision.*requirements-video\.txt"):
        load(folder)
