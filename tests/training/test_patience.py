"""Training stops early, and remembers what it waited for."""

import pytest
import torch

from core.training import loop
from tests.training.miniature import Killed, epochs, go_on, kill_at, new_trainer, timeless


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


@pytest.mark.parametrize(
    ("objectives", "contexts", "best"),
    [
        (["alignment"], True, [True, True, False]),
        (["task", "alignment"], True, [True, False, False]),
        (["alignment"], False, [True, False, False]),
    ],
)
def test_without_a_task_epochs_are_chosen_by_how_contexts_are_told_apart(
    make_config, data, tmp_path, scored, monkeypatch, objectives, contexts, best
):
    scored(0.1, 0.1, 0.1)
    known = iter((0.6, 0.8, 0.7))
    aligned = {"text": {"auroc": 0.5}, "image": {"auroc": 0.9}}

    def alignment_now(*_):
        aligned["text"]["auroc"] = next(known)
        return aligned if contexts else {}

    monkeypatch.setattr(loop, "alignment_now", alignment_now)
    config = make_config(epochs=3)
    source = config.data.sources[1].model_copy(update={"objectives": tuple(objectives)})
    only = config.data.model_copy(update={"sources": (source,)})
    trainer = new_trainer(config.model_copy(update={"data": only}), data[1:2], tmp_path / "run")
    progress = trainer.run(go_on)
    assert [event["best"] for event in epochs(trainer)] == best
    expected = (0.8 + 0.9) / 2 if best[1] else 0.1
    assert progress.best_score == pytest.approx(expected)
    assert progress.chosen_by == ("AUROC" if best[1] else "F1")


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
