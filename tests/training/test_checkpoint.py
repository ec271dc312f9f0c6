"""Checkpoints: saved, loaded, damaged, and kept when the disk is full."""

import dataclasses
import errno
import json
import os
import resource
import shutil
import subprocess
from contextlib import contextmanager

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import InputError
from core.training.checkpoint import (
    HEADER,
    WEIGHTS,
    build_model,
    find_checkpoint,
    image_encoder_of,
    load_checkpoint,
    replace,
    save_checkpoint,
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


@pytest.mark.parametrize(
    "change",
    [
        {"image_width": "x"},
        {"image_width": "-3"},
        {"image_width": "10000000000"},
        {"tokenizer_sha256": None},
    ],
)
def test_a_header_that_says_nonsense_is_refused_before_anything_is_built(saved, change):
    folder, _ = saved
    write_weights(folder, load_file(folder / WEIGHTS), header_of(folder) | change)
    with pytest.raises(InputError, match=f"is damaged.*{next(iter(change))}"):
        load_checkpoint(folder)


@pytest.mark.parametrize("header", [[], {}, "text"])
def test_a_header_that_is_none_is_refused(saved, header):
    folder, _ = saved
    write_weights(folder, load_file(folder / WEIGHTS), header)
    with pytest.raises(InputError, match="is damaged"):
        load_checkpoint(folder)


def test_weights_that_are_not_finite_are_neither_written_nor_read(saved, make_config, tmp_path):
    folder, _ = saved
    weights, header = load_file(folder / WEIGHTS), header_of(folder)
    weights["fusion.query.bias"][0] = float("nan")
    write_weights(folder, weights, header)
    with pytest.raises(InputError, match=r"is damaged \(fusion\.query\.bias holds no finite"):
        load_checkpoint(folder)
    for kind in (torch.float8_e5m2, torch.complex64, torch.int64):
        weights["fusion.query.bias"] = torch.ones(32).to(kind)
        write_weights(folder, weights, header)
        with pytest.raises(InputError, match="holds no finite 16-bit numbers"):
            load_checkpoint(folder)
    config = make_config()
    diverged, tokenizer = build_model(config, image_width=24)
    with torch.no_grad():
        diverged.fusion.query.bias[0] = 1e6  # more than 16 bits hold
    with pytest.raises(InputError, match="training has diverged"):
        save_checkpoint(
            tmp_path / "new", diverged, tokenizer, config, image_fingerprint="", image_width=24
        )
    assert not any((tmp_path / "new").iterdir())


def test_an_image_encoder_of_another_version_is_refused(saved):
    ready = load_checkpoint(saved[0])
    assert image_encoder_of(ready, "cpu").width == ready.model.image_width
    other = {**ready.fingerprints, "image_encoder": "efficientnet-lite0@0"}
    with pytest.raises(InputError, match="another version of the image encoder"):
        image_encoder_of(dataclasses.replace(ready, fingerprints=other), "cpu")


def test_a_file_that_is_no_safetensors_is_refused(saved):
    folder, _ = saved
    (folder / WEIGHTS).write_bytes(b"not tensors")
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["sha256"][WEIGHTS] = sha256_file(folder / WEIGHTS)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(InputError, match="is damaged"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"sha256": {}}', '{"sha256": {"model.safetensors": 5}}', "[" * 100_000],
)
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


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def half_then_full(path):
    path.write_bytes(b"half of the new")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_write_that_fails_midway_leaves_the_old_file_and_says_what_to_do(tmp_path):
    path = tmp_path / WEIGHTS
    path.write_bytes(b"old")
    with pytest.raises(InputError, match=r"No space left on device.*make room"):
        replace(path, half_then_full)
    assert contents(tmp_path) == {WEIGHTS: b"old"}


@contextmanager
def no_file_larger_than(size):
    """Let the system refuse what a full disk would: each file beyond a size, in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


WRITERS = {
    "safetensors": lambda path: save_file({"a": torch.zeros(100_000)}, path),
    "torch": lambda path: torch.save({"a": torch.zeros(100_000)}, path),
    "text": lambda path: path.write_text("x" * 400_000),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_writer_of_a_run_fails_whole_when_the_system_takes_no_more(tmp_path, write):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with no_file_larger_than(20_000), pytest.raises(InputError, match="cannot be written"):
        replace(path, write)
    assert contents(tmp_path) == {"file": b"old"}
    replace(path, write)
    assert path.stat().st_size >= 400_000


def test_a_checkpoint_outlives_one_that_found_no_room(saved, make_config, save_untrained):
    folder, _ = saved
    before = contents(folder)
    with no_file_larger_than(len(before[WEIGHTS]) // 2), pytest.raises(InputError):
        save_untrained(make_config(epochs=5), folder)
    assert contents(folder) == before
    load_checkpoint(folder)


@pytest.fixture
def small_disk(saved, tmp_path):
    """A file system of its own that has room for one checkpoint and half of another."""
    folder, _ = saved
    size = sum(map(len, contents(folder).values())) * 3 // 2
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only an administrator may mount a file system")
    try:
        yield shutil.copytree(folder, disk / "miniature")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_checkpoint_outlives_a_disk_that_is_really_full(small_disk, make_config, save_untrained):
    before = contents(small_disk)
    with pytest.raises(InputError, match="No space left on device"):
        save_untrained(make_config(epochs=5), small_disk)
    assert contents(small_disk) == before
    load_checkpoint(small_disk)
