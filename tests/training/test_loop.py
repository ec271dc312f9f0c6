"""The training loop on the miniature experiment."""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
import torch

from core.config import Config
from core.errors import InputError
from core.experiment import run_experiment
from core.records import Example
from core.training import loop
from core.training.checkpoint import build_model
from core.training.loop import Trainer
from core.training.progress import copies
from core.training.run_log import read_run_log
from core.training.run_tail import RunTail
from tests.training.miniature import (
    epochs,
    go_on,
    new_trainer,
    train_command,
)

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


def test_a_post_may_be_read_with_what_was_written_of_another(
    make_config, data, tmp_path, monkeypatch
):
    read = []
    collate = loop.collate
    monkeypatch.setattr(
        loop,
        "collate",
        lambda posts, *others, contexts, **more: (
            read.extend(zip(posts, contexts, strict=True)),
            collate(posts, *others, contexts=contexts, **more),
        )[1],
    )
    config = make_config(epochs=1, foreign_contexts=0.5, without_contexts=0.0, max_contexts=1)
    source = config.data.sources[0]
    assert "alignment" not in source.objectives
    only = config.data.model_copy(update={"sources": (source,)})
    new_trainer(config.model_copy(update={"data": only}), data[:1], tmp_path).run(go_on)
    everybody = {context for post in data[0][0] for context in post.contexts}
    foreign = [post.id for post, contexts in read if not set(contexts) <= set(post.contexts)]
    assert {context for _, contexts in read for context in contexts} <= everybody
    assert 0 < len(foreign) < len(read)


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


@pytest.mark.parametrize(("after", "logged"), [(0.0, [1, 2, 3, 4, 5]), (1e9, [4])])
def test_slow_steps_are_logged_though_few(make_config, data, tmp_path, monkeypatch, after, logged):
    monkeypatch.setattr(loop, "LOG_EVERY", 4)
    monkeypatch.setattr(loop, "LOG_AFTER", after)
    trainer = new_trainer(make_config(epochs=1), data, tmp_path)
    trainer.run(go_on)
    events = read_run_log(tmp_path / "metrics.jsonl")
    assert [event["step"] for event in events if event["event"] == "step"] == logged


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


def test_a_diverged_training_ends_in_a_sentence(make_config, data, tmp_path):
    config = make_config(epochs=2, learning_rate=1e30, encoder_learning_rate=1e30)
    tags = config.data.model_copy(update={"sources": config.data.sources[:1]})
    trainer = new_trainer(config.model_copy(update={"data": tags}), data[:1], tmp_path / "run")
    with pytest.raises(InputError, match=r"not a finite number at step \d+; lower"):
        trainer.run(go_on)


def test_a_post_without_words_teaches_nothing_about_names(make_config, data, tmp_path):
    config = make_config(epochs=1)
    tags, *others = data
    silent = Example(id="silent", text="", tokens=(), entities=())
    posts = [([*tags[0], silent], [*tags[1], None]), *others]
    trainer = new_trainer(config, posts, tmp_path / "run")
    assert trainer.run(go_on).step == trainer.steps


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


def test_the_average_reaches_back_a_quarter_of_a_short_run(make_config, make_trainer, monkeypatch):
    trainer = make_trainer(make_config(epochs=2, patience=None, average_decay=0.99))
    visited, step = [], trainer._step
    monkeypatch.setattr(
        trainer,
        "_step",
        lambda: (step(), visited.append([p.detach().double() for p in copies(trainer.trained)])),
    )
    trainer.run(go_on)
    assert len(visited) == 10
    decay = 1 - 4 / 10
    weights = [decay**9, *((1 - decay) * decay ** (9 - at) for at in range(1, 10))]
    for place, averaged in enumerate(trainer.progress.average):
        expected = sum(w * seen[place] for w, seen in zip(weights, visited, strict=True))
        torch.testing.assert_close(averaged.double(), expected, atol=1e-6, rtol=1e-5)
