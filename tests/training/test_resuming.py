"""A training that was killed goes on as if nothing had happened."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from core.errors import InputError
from core.training import loop
from core.training.run_log import read_run_log
from tests.training.miniature import (
    Killed,
    assert_same,
    epochs,
    go_on,
    kill,
    kill_at,
    timeless,
    train_command,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_killed_run_ends_with_the_metrics_of_an_unbroken_one(make_config, tmp_path):
    config = make_config(epochs=6, checkpoint_every=2, accumulation=2, patience=5)
    metrics = {}
    for name in ("whole", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        command = train_command(config, folder)
        if name == "killed":
            state = folder / "run" / "state.pt"
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stderr=-1, stdout=-1)
            while not state.exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert not any((folder / "out").iterdir())
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        metrics[name] = json.loads((folder / "out" / "metrics.json").read_text())
        metrics[name]["log"] = timeless(folder / "run")
        del metrics[name]["training_seconds"]
    assert metrics["whole"] == metrics["killed"]


def test_what_a_kill_left_of_a_state_is_gone_when_the_run_goes_on(make_config, make_trainer):
    config = make_config(epochs=2)
    with pytest.raises(Killed):
        make_trainer(config).run(kill_at(6))
    folder = make_trainer(config).folder
    (folder / ".state.pt.0a1b2c3d").write_bytes(b"half a state")
    make_trainer(config)
    assert {path.name for path in folder.iterdir()} == {"metrics.jsonl", "state.pt"}


def test_a_folder_with_a_run_of_another_config_is_refused(make_config, make_trainer):
    make_trainer(make_config(epochs=1)).run(go_on)
    with pytest.raises(InputError, match="another config"):
        make_trainer(make_config(epochs=2))


@pytest.mark.parametrize("place", [1, 3, 5, 8])
def test_a_run_killed_anywhere_goes_on_as_if_nothing_had_happened(unbroken, make_trainer, place):
    with pytest.raises(Killed):
        make_trainer(unbroken.config).run(kill_at(place))
    resumed = make_trainer(unbroken.config)
    assert resumed.progress.step <= place
    resumed.run(go_on)
    assert_same(resumed, unbroken)
    assert unbroken.steps == 15
    assert all(event["gates"] for event in epochs(unbroken))


def test_an_epoch_killed_while_it_is_scored_is_scored_all_the_same(
    unbroken, make_trainer, monkeypatch
):
    killed = make_trainer(unbroken.config)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "score_predictions", kill)
        with pytest.raises(Killed):
            killed.run(go_on)
    assert killed.progress.step == 5
    resumed = make_trainer(unbroken.config)
    resumed.run(go_on)
    assert_same(resumed, unbroken)
    assert [event["epoch"] for event in epochs(resumed)] == [1, 2, 3]


def test_states_are_saved_although_steps_and_epochs_do_not_fit_one_another(
    make_config, make_trainer
):
    config = make_config(epochs=2, accumulation=3, checkpoint_every=2)
    trainer, saved = make_trainer(config), []
    save = trainer._save
    trainer._save = lambda: (save(), saved.append(trainer.progress.step))
    trainer.run(go_on)
    assert saved == [3, 5, 8, 10]  # after steps, never between two whose gradients gather


def test_a_run_killed_before_it_said_its_end_says_it_when_it_is_started_again(
    make_config, make_trainer
):
    config = make_config(epochs=1)
    trainer = make_trainer(config)
    assert not trainer.is_finished
    trainer.run(go_on)
    log = trainer.folder / "metrics.jsonl"
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:-1]) + "\n")
    make_trainer(config).run(kill_at(0))
    kinds = [event["event"] for event in read_run_log(log)]
    assert kinds == ["start", *["step"] * 5, "scoring", "epoch", "start", "end"]
    make_trainer(config).run(kill_at(0))
    assert [event["event"] for event in read_run_log(log)] == kinds


class ScalesOnCpu(Accelerator):
    """Scales gradients as under fp16, which accelerate itself does on a GPU only."""

    def __init__(self, **_):
        super().__init__(cpu=True)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)


@pytest.mark.parametrize("place", [3, 8])
def test_a_killed_run_goes_on_with_the_scale_of_its_gradients(
    make_config, make_trainer, monkeypatch, place
):
    monkeypatch.setattr(loop, "Accelerator", ScalesOnCpu)
    config = make_config(epochs=3, accumulation=2, checkpoint_every=2)
    unbroken = make_trainer(config, "unbroken")
    unbroken.run(go_on)
    with pytest.raises(Killed):
        make_trainer(config).run(kill_at(place))
    resumed = make_trainer(config)
    resumed.run(go_on)
    assert_same(resumed, unbroken)
    scaled = [trainer.accelerator.scaler.state_dict() for trainer in (resumed, unbroken)]
    assert scaled[0] == scaled[1]
    assert scaled[0]["scale"] == 4.0 * 2**4  # nine steps, of which every second doubles it
