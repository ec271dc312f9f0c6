"""Checkpoints: saved, loaded, damaged."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import InputError
from core.training.checkpoint import (
    HEADER,
    WEIGHTS,
    find_checkpoint,
    load_checkpoint,
    trained_state,
)
from core.weights import sha256_file


@pytest.fixture
def saved(make_config, save_untrained, tmp_path):
    folder = tmp_path / "miniature"
    return folder, save_untrained(make_config(), folder)


def test_what_was_trained_comes_back_rounded_to_half_precision(saved):
    folder, model = saved
    loaded = load_checkpoint(folder)
    trained = trained_state(model)
    assert set(trained_state(loaded.model)) == set(trained)
    for name, value in trained_state(loaded.model).items():
        torch.testing.assert_close(value, trained[name].half().float(), atol=0, rtol=0)
    assert loaded.metrics["best_epoch"] == 1
    assert not loaded.model.training


def test_equal_weights_are_equal_files(make_config, save_untrained, tmp_path):
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        save_untrained(make_config(), folder)
    assert len({sha256_file(folder / WEIGHTS) for folder in folders}) == 1


def test_frozen_weights_are_not_stored(saved):
    folder, model = saved
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert any("embeddings" in name for name in frozen)
    assert not frozen & set(load_file(folder / WEIGHTS))


def test_a_checkpoint_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="no checkpoint 'nowhere'"):
        find_checkpoint("nowhere")


def test_one_flipped_byte_is_noticed(saved):
    folder, _ = saved
    path = folder / WEIGHTS
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.safetensors differs"):
        load_checkpoint(folder)


def write_weights(folder, weights, header):
    save_file(weights, folder / WEIGHTS, metadata={HEADER: json.dumps(header)})
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["sha256"][WEIGHTS] = sha256_file(folder / WEIGHTS)
    (folder / "metrics.json").write_text(json.dumps(metrics))


def header_of(folder):
    from safetensors import safe_open

    with safe_open(folder / WEIGHTS, framework="pt") as file:
        return json.loads(file.metadata()[HEADER])


def test_missing_and_unknown_parameters_are_named(saved):
    folder, _ = saved
    weights, header = load_file(folder / WEIGHTS), header_of(folder)
    weights["fusion.novelty"] = weights.pop("fusion.query.bias")
    write_weights(folder, weights, header)
    with pytest.raises(InputError, match=r"2 parameters.*fusion\.novelty.*fusion\.query\.bias"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("text_encoder_frozen_sha256", "frozen text encoder differs"),
        ("tokenizer_sha256", "tokenizer differs"),
        ("format", "is of format 0"),
    ],
)
def test_parts_that_are_not_those_it_was_trained_with_are_named(saved, key, message):
    folder, _ = saved
    write_weights(folder, load_file(folder / WEIGHTS), header_of(folder) | {key: "0"})
    with pytest.raises(InputError, match=message):
        load_checkpoint(folder)


def test_a_file_that_is_no_safetensors_is_refused(saved):
    folder, _ = saved
    (folder / WEIGHTS).write_bytes(b"not tensors")
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["sha256"][WEIGHTS] = sha256_file(folder / WEIGHTS)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(InputError, match="is damaged"):
        load_checkpoint(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"sha256": {}}'])
def test_damaged_metrics_are_refused(saved, content):
    folder, _ = saved
    (folder / "metrics.json").write_text(content)
    with pytest.raises(InputError, match=r"metrics\.json is missing or damaged"):
        load_checkpoint(folder)


def test_a_tokenizer_keeps_its_fingerprint_in_use(saved):
    folder, _ = saved
    loaded = load_checkpoint(folder)
    from core.encoders.text import tokenizer_fingerprint

    before = tokenizer_fingerprint(loaded.tokenizer)
    loaded.tokenizer(["a b c"], padding=True, truncation=True, max_length=2)
    assert tokenizer_fingerprint(loaded.tokenizer) == before == loaded.fingerprints["tokenizer"]
