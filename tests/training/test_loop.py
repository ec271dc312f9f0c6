"""The training loop on the miniature experiment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tomli_w
import torch

from core.config import Config
from core.errors import InputError
from core.experiment import run_experiment
from core.training.loop import learning_rate_factor, parameter_groups
from core.training.run_log import read_run_log

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_eight_posts_are_learned_by_heart(make_config, tmp_path):
    config = make_config(epochs=30)
    metrics = run_experiment(
        config, run_folder=tmp_path / "run", checkpoint_folder=tmp_path / "out", device="cpu"
    )
    assert metrics["scores"]["dev"]["entities"]["overall"]["f1"] == 1.0
    losses = [e for e in read_run_log(tmp_path / "run" / "metrics.jsonl") if e["event"] == "step"]
    assert {part for event in losses for part in event["losses"]} >= {"task", "context_to_text"}
    assert "entity F1" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def train_command(config: Config, folder: Path) -> list[str]:
    path = folder / "config.toml"
    path.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
    run, out = str(folder / "run"), str(folder / "out")
    arguments = ["train", str(path), "--run", run, "--out", out, "--device", "cpu"]
    return [sys.executable, "-m", "core", *arguments]


@pytest.mark.slow
def test_a_killed_run_ends_with_the_metrics_of_an_unbroken_one(make_config, tmp_path):
    config = make_config(epochs=6, checkpoint_every=2)
    metrics = {}
    for name in ("whole", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        command = train_command(config, folder)
        if name == "killed":
            state = folder / "run" / "state.pt"
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stderr=-1, stdout=-1)
            while not (state.exists() and read_run_log(folder / "run" / "metrics.jsonl")):
                assert process.poll() is None, process.communicate()
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert not (folder / "out").exists()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        metrics[name] = json.loads((folder / "out" / "metrics.json").read_text())
        metrics[name]["log"] = read_run_log(folder / "run" / "metrics.jsonl")
        del metrics[name]["training_seconds"]
    assert metrics["whole"] == metrics["killed"]


def test_a_folder_with_a_run_of_another_config_is_refused(make_config, tmp_path):
    folders = {"run_folder": tmp_path / "run", "checkpoint_folder": tmp_path / "out"}
    run_experiment(make_config(epochs=1), **folders, device="cpu")
    with pytest.raises(InputError, match="another config"):
        run_experiment(make_config(epochs=2), **folders, device="cpu")


def test_the_learning_rate_rises_then_falls_to_zero():
    factors = [learning_rate_factor(share, 0.1) for share in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert factors == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])


def test_every_trained_parameter_is_in_one_group(make_config):
    from core.training.checkpoint import build_model, trained_state

    config = make_config()
    model, _ = build_model(config, image_width=24)
    grouped = [id(p) for group in parameter_groups(model, config) for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in trained_state(model).values())
    assert not any(p.requires_grad for p in model.text_encoder.model.embeddings.parameters())
    rates = {group["lr"] for group in parameter_groups(model, config)}
    assert rates == {3e-3, 1e-2, 5e-2}
    assert isinstance(model.head.crf.transitions, torch.nn.Parameter)
