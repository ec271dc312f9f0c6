"""Trainings that learn to tell hidden words: without labels, for others to start from."""

import pytest
import torch
from transformers import AutoTokenizer

from core.config import Config
from core.errors import InputError
from core.experiment import run_experiment
from core.training import checkpoint, loop
from core.training.checkpoint import load_checkpoint
from core.training.loop import Trainer
from core.training.starting import start_from
from tests.training.miniature import (
    Killed,
    assert_same,
    epochs,
    go_on,
    kill_at,
    new_trainer,
)


def telling(config: Config, *others: str) -> Config:
    """Return a config whose only source learns to tell words, and what else is named."""
    source = config.data.sources[0].model_copy(update={"objectives": ("words", *others)})
    return config.model_copy(
        update={"data": config.data.model_copy(update={"sources": (source,), "evaluations": ()})}
    )


@pytest.fixture
def train(data, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    return lambda config, name="run": new_trainer(config, data[:1], tmp_path / name)


def test_words_are_learned_and_epochs_chosen_by_them(make_config, train):
    config = telling(make_config(epochs=60, learning_rate=0.01, encoder_learning_rate=0.01))
    trainer = train(config)
    progress = trainer.run(go_on)
    told = [event["hidden_word_accuracy"] for event in epochs(trainer)]
    assert max(told[-10:]) > told[0] + 0.1
    assert progress.chosen_by == "hidden words"
    assert progress.best_score == pytest.approx(max(told))
    assert told[progress.best_epoch - 1] == max(told)
    assert not any("dev" in event for event in epochs(trainer))  # its head learned nothing


def test_a_task_beside_the_words_chooses_the_epochs(make_config, train):
    trainer = train(telling(make_config(epochs=1), "task"))
    assert trainer.run(go_on).chosen_by == "F1"
    (event,) = epochs(trainer)
    assert 0 <= event["hidden_word_accuracy"] <= 1
    assert set(event["dev"]) == {"precision", "recall", "f1"}


def test_a_killed_run_hides_what_an_unbroken_one_hides(make_config, train):
    config = telling(make_config(epochs=3, checkpoint_every=1))
    whole: Trainer = train(config, "whole")
    whole.run(go_on)
    with pytest.raises(Killed):
        train(config, "killed").run(kill_at(4))
    again: Trainer = train(config, "killed")
    again.run(go_on)
    assert_same(again, whole)


def test_others_start_from_its_encoder_and_leave_its_head(make_config, tmp_path):
    config = telling(make_config(epochs=1))
    folder = tmp_path / "told"
    metrics = run_experiment(config, run_folder=tmp_path / "run", checkpoint_folder=folder)
    ready = load_checkpoint(folder)
    assert ready.model.word_head is not None
    assert metrics["chosen_by"] == "hidden words"
    assert 0 <= metrics["scores"]["dev"]["hidden_word_accuracy"] <= 1
    other = make_config()
    model, _ = checkpoint.build_model(other, image_width=ready.model.image_width)
    start_from(model, str(folder), other)
    assert model.word_head is None
    given = ready.model.text_encoder.state_dict()
    for name, value in model.text_encoder.state_dict().items():
        assert torch.equal(value, given[name])


def test_a_tokenizer_without_a_mask_hides_nothing(make_config, tiny_text_model, monkeypatch):
    tokenizer = AutoTokenizer.from_pretrained(tiny_text_model)
    tokenizer.mask_token = None
    monkeypatch.setattr(checkpoint, "load_tokenizer", lambda name: tokenizer)
    with pytest.raises(InputError, match="its tokenizer has no mask token"):
        checkpoint.build_model(telling(make_config()), image_width=24)
    checkpoint.build_model(make_config(), image_width=24)
