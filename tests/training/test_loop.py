"""The training loop on the miniature experiment."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import tomli_w
import torch
from accelerate import Accelerator

from core.config import Config
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.experiment import run_experiment
from core.training import loop
from core.training.checkpoint import build_model, trained_state
from core.training.loop import Trainer
from core.training.progress import copies
from core.training.run_log import read_run_log
from core.training.run_tail import RunTail
from core.training.sources import image_features, load_source

ROOT = Path(__file__).parents[2]


class Killed(Exception):
    """Ends a run where a kill would."""


@pytest.fixture(scope="module")
def data(make_config, tmp_path_factory):
    """Examples and image features of the miniature experiment's three sources."""
    config = make_config()
    folder = tmp_path_factory.mktemp("features")
    cache = FeatureCache(load_image_encoder(config.image_encoder.model), folder)
    sources = [load_source(source, config.data) for source in config.data.sources]
    return [(examples, image_features(examples, cache)) for examples in sources]


def new_trainer(config: Config, data, folder: Path) -> Trainer:
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    return Trainer(config, model, tokenizer, data, data[0], folder, device="cpu")


@pytest.fixture
def make_trainer(data, tmp_path, monkeypatch):
    """Build the trainer of a run by name; the same name again is the same run."""
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    return lambda config, name="run": new_trainer(config, data, tmp_path / name)


@pytest.fixture(scope="module")
def unbroken(make_config, data, tmp_path_factory) -> Trainer:
    """A run that nobody interrupted.

    An epoch is five batches: two of tags, one of pairs, two of photos. Steps are taken after the
    second, the fourth and the last.
    """
    config = make_config(epochs=3, accumulation=2, checkpoint_every=2, patience=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "LOG_EVERY", 1)
        trainer = new_trainer(config, data, tmp_path_factory.mktemp("unbroken"))
        trainer.run(go_on)
    return trainer


def go_on(step, steps, losses):
    """Report nothing."""


def kill(*_):
    raise Killed


def kill_at(place: int):
    def report(step, steps, losses):
        if step == place:
            raise Killed

    return report


def timeless(folder: Path) -> list[dict]:
    """What the log says, but for times, speed and how often the run was started."""
    unsaid = ("time", "seconds", "posts_per_second")
    return [
        {key: value for key, value in event.items() if key not in unsaid}
        for event in read_run_log(folder / "metrics.jsonl")
        if event["event"] != "start"
    ]


def epochs(trainer: Trainer) -> list[dict]:
    return [event for event in timeless(trainer.folder) if event["event"] == "epoch"]


def assert_same(found: Trainer, expected: Trainer) -> None:
    assert timeless(found.folder) == timeless(expected.folder)
    for one, other in zip(found.trained, expected.trained, strict=True):
        assert torch.equal(one, other)
    for name in ("step", "best_score", "best_epoch", "stopped_early", "gates"):
        assert getattr(found.progress, name) == getattr(expected.progress, name)


@pytest.fixture
def scored(monkeypatch):
    """Let epochs score what a test says, and keep the weights that were scored."""

    def say(*scores: float) -> list[list[torch.Tensor]]:
        weights: list[list[torch.Tensor]] = []

        def score(model, *others):
            weights.append(copies(trained_state(model).values()))
            f1 = scores[len(weights) - 1]
            return SimpleNamespace(precision=f1, recall=f1, f1=f1)

        monkeypatch.setattr(loop, "score_predictions", score)
        return weights

    return say


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
            assert not (folder / "out").exists()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        metrics[name] = json.loads((folder / "out" / "metrics.json").read_text())
        metrics[name]["log"] = timeless(folder / "run")
        del metrics[name]["training_seconds"]
    assert metrics["whole"] == metrics["killed"]


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


def test_gradients_gather_to_that_of_all_batches_together(make_config, data, tmp_path, monkeypatch):
    def gradients(accumulation: int, batch_size: int) -> list[torch.Tensor]:
        config = make_config(
            epochs=1, accumulation=accumulation, clip=1e9, max_contexts=0, average_decay=0.0
        )
        source = config.data.sources[0].model_copy(update={"batch_size": batch_size})
        only = config.data.model_copy(update={"sources": (source,)})
        config = config.model_copy(update={"data": only})
        torch.manual_seed(0)
        model, tokenizer = build_model(config, image_width=24)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        folder = tmp_path / str(accumulation)
        trainer = Trainer(config, model, tokenizer, data[:1], data[0], folder, device="cpu")
        taken = []
        monkeypatch.setattr(
            trainer.optimizer,
            "step",
            lambda: taken.append([p.grad.clone() for p in trainer.trained if p.grad is not None]),
        )
        trainer.run(go_on)
        (step,) = taken
        return step

    for one, other in zip(gradients(2, 4), gradients(1, 8), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-3)


def test_a_run_without_progress_stops_early_and_keeps_its_best_epoch(
    make_config, make_trainer, scored
):
    weights = scored(0.2, 0.5, 0.4, 0.5, 0.9)  # as good as the best is not better
    trainer = make_trainer(make_config(epochs=5, patience=2))
    progress = trainer.run(go_on)
    assert (progress.best_epoch, progress.best_score, progress.stopped_early) == (2, 0.5, True)
    assert len(weights) == 4
    for parameter, best in zip(trainer.trained, weights[1], strict=True):
        assert torch.equal(parameter, best)
    assert [event["best"] for event in epochs(trainer)] == [True, True, False, False]
    last = timeless(trainer.folder)[-1]
    assert last == {
        "step": 20,
        "event": "end",
        "reason": "early stop",
        "best_epoch": 2,
        "best_score": 0.5,
    }


def test_without_patience_every_epoch_is_trained(make_config, make_trainer, scored):
    scored(0.9, 0.1, 0.1, 0.1)
    trainer = make_trainer(make_config(epochs=4))
    trainer.run(go_on)
    assert len(epochs(trainer)) == 4
    assert timeless(trainer.folder)[-1]["reason"] == "finished"


@pytest.mark.parametrize("place", [11, 17])
def test_patience_remembers_what_was_before_a_kill(make_config, make_trainer, scored, place):
    config = make_config(epochs=6, patience=2)
    scored(0.2, 0.5, 0.4, 0.3, 0.9)
    with pytest.raises(Killed):
        make_trainer(config).run(kill_at(place))
    scored(*[0.2, 0.5, 0.4, 0.3, 0.9][(place - 1) // 5 :])
    resumed = make_trainer(config)
    resumed.run(go_on)
    assert resumed.progress.stopped_early
    assert [event["epoch"] for event in epochs(resumed)] == [1, 2, 3, 4]


def test_a_run_that_stopped_early_does_not_go_on_when_it_is_started_again(
    make_config, make_trainer, scored
):
    config = make_config(epochs=4, patience=1)
    scored(0.5, 0.4)
    first = make_trainer(config)
    first.run(go_on)
    scored()
    log = first.folder / "metrics.jsonl"
    written = log.read_bytes(), log.stat().st_mtime_ns
    again = make_trainer(config)
    assert again.is_finished
    again.run(kill_at(0))
    assert (log.read_bytes(), log.stat().st_mtime_ns) == written
    for one, other in zip(again.trained, first.trained, strict=True):
        assert torch.equal(one, other)
    assert again.progress.step == 10


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


def test_the_log_says_that_dev_is_scored_before_it_is(make_config, make_trainer, monkeypatch):
    trainer, seen = make_trainer(make_config(epochs=2)), []
    score = loop.score_predictions

    def look_and_score(*data):
        seen.append(RunTail(trainer.folder / "metrics.jsonl").read().scoring)
        return score(*data)

    monkeypatch.setattr(loop, "score_predictions", look_and_score)
    began = time.time()
    trainer.run(go_on)
    assert [(event["step"], event["epoch"]) for event in seen] == [(5, 1), (10, 2)]
    assert all(began <= event["time"] <= time.time() for event in seen)
    assert RunTail(trainer.folder / "metrics.jsonl").read().scoring is None


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


def test_the_log_says_what_ran_and_how_it_went(make_config, make_trainer):
    trainer = make_trainer(make_config(epochs=2))
    trainer.run(go_on)
    events = read_run_log(trainer.folder / "metrics.jsonl")
    kinds = [*["step"] * 5, "scoring", "epoch"]
    assert [event["event"] for event in events] == ["start", *kinds, *kinds, "end"]
    start, step, epoch = events[0], events[1], events[7]
    assert (start["step"], start["steps"], start["steps_per_epoch"]) == (0, 10, 5)
    assert Config.model_validate(start["config"]) == trainer.config
    assert {"losses", "source", "learning_rate", "posts_per_second", "epoch"} < set(step)
    assert step["losses"]["total"] > 0
    assert set(epoch["dev"]) == {"precision", "recall", "f1"}
    assert set(epoch["alignment"]) == {"text"}  # dev has no photos
    assert {side: len(counts) for side, counts in epoch["gates"].items()} == {
        "text": 20,
        "image": 20,
    }
    assert epoch["posts_per_second"] > 0
    assert epoch["seconds"] <= events[14]["seconds"]


def test_gates_of_an_epoch_are_those_of_its_words_and_regions(make_config, make_trainer):
    trainer = make_trainer(make_config(epochs=2, max_contexts=2, without_contexts=0.0))
    trainer.run(go_on)
    for event in epochs(trainer):
        # Eight photos of four regions; four words in each of their posts.
        assert sum(event["gates"]["image"]) == 8 * 4
        assert sum(event["gates"]["text"]) == 8 * 4


def test_a_run_without_photos_has_no_gates(make_config, data, tmp_path):
    blind = [(examples, [None] * len(examples)) for examples, _ in data]
    trainer = new_trainer(make_config(epochs=1), blind, tmp_path)
    trainer.run(go_on)
    (event,) = epochs(trainer)
    assert "gates" not in event


def test_any_seed_of_a_config_seeds_every_step(make_config, make_trainer):
    config = make_config(epochs=1).model_copy(update={"seed": 10**9})
    assert make_trainer(config).run(go_on).step == 5


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        return taken.getsockname()[1]


@pytest.mark.slow
def test_two_processes_of_a_launcher_train_one_checkpoint(make_config, tmp_path):
    command = train_command(make_config(epochs=2), tmp_path)
    # What `accelerate launch` and `torchrun` tell their processes.
    told = {"MASTER_ADDR": "localhost", "MASTER_PORT": free_port(), "WORLD_SIZE": 2}
    started = []
    for rank in range(2):
        own = {**told, "LOCAL_WORLD_SIZE": 2, "RANK": rank, "LOCAL_RANK": rank}
        environment = {**os.environ, **{name: str(value) for name, value in own.items()}}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=-1, stderr=-1))
    printed = []
    for process in started:
        answer, said = process.communicate()
        assert process.returncode == 0, said.decode()
        printed.append(answer.decode())
    events = read_run_log(tmp_path / "run" / "metrics.jsonl")
    assert [event["processes"] for event in events if event["event"] == "start"] == [2]
    kinds = [event["event"] for event in events if event["event"] != "step"]
    assert kinds == ["start", *["scoring", "epoch"] * 2, "end"]
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert json.loads(printed[0])["best_epoch"] == metrics["best_epoch"]
    assert printed[1] == ""
    best = [event["dev"]["f1"] for event in events if event["event"] == "epoch"]
    assert metrics["best_epoch"] == 1 + best.index(max(best))
