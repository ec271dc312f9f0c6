import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.captioning.files import CONFIG, WEIGHTS, build_decoder, load_captioner
from core.errors import InputError
from core.weights import sha256_file
from tests.captioning.tiny import save_tiny


def test_a_captioner_comes_back_as_it_was_saved(tmp_path):
    config, facts = save_tiny(tmp_path)
    decoder, found, known, digest = load_captioner(str(tmp_path))
    assert (found, known) == (config, facts)
    assert digest == sha256_file(tmp_path / WEIGHTS)
    assert not decoder.training
    torch.manual_seed(config.seed)
    for name, value in build_decoder(config, facts).state_dict().items():
        torch.testing.assert_close(decoder.state_dict()[name], value.half().float())


def test_the_same_weights_are_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        save_tiny(tmp_path / name)
    assert sha256_file(tmp_path / "one" / WEIGHTS) == sha256_file(tmp_path / "other" / WEIGHTS)


def test_a_captioner_that_is_not_there_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(InputError, match="no captioner 'nowhere'; give a folder"):
        load_captioner("nowhere")


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
def test_a_damaged_checkpoint_is_refused(tmp_path, name):
    save_tiny(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is damaged"):
        load_captioner(str(tmp_path))


def test_weights_that_do_not_fit_the_config_are_refused(tmp_path):
    save_tiny(tmp_path)
    text = (tmp_path / CONFIG).read_text(encoding="utf-8")
    (tmp_path / CONFIG).write_text(text.replace("width = 16", "width = 32"), encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        load_captioner(str(tmp_path))


def test_a_checkpoint_of_another_version_is_refused_as_such(tmp_path):
    save_tiny(tmp_path)
    with safe_open(tmp_path / WEIGHTS, framework="pt") as file:
        [(name, facts)] = file.metadata().items()
        weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    newer = facts.replace("shap-ca-captioner/1", "shap-ca-captioner/2")
    save_file(weights, tmp_path / WEIGHTS, metadata={name: newer})
    with pytest.raises(InputError, match=r"another version \(format: .*captioner/1"):
        load_captioner(str(tmp_path))
