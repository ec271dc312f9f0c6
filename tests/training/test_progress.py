"""What a killed run goes on from."""

import pytest
import torch

from core.errors import InputError
from core.training.progress import STATE, Progress, copies, copy_into, load_state, save_state

DATA = "1f"
CPU = torch.device("cpu")


@pytest.fixture
def progress() -> Progress:
    return Progress(
        step=7,
        best_score=0.5,
        best_epoch=2,
        seconds=1.5,
        average=[torch.ones(2)],
        best=[torch.zeros(2)],
        stopped_early=True,
        gates={"text": [1] * 20},
        epoch_posts=12,
        epoch_seconds=0.5,
    )


def test_a_state_comes_back_whole(progress, make_config, tmp_path):
    config, parameters = make_config(), [torch.arange(3.0)]
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))]).state_dict()
    save_state(tmp_path, config, DATA, progress, parameters, optimizer)
    state = load_state(tmp_path, config, DATA, CPU)
    found, expected = vars(state["progress"]), vars(progress)
    for name in ("average", "best"):
        assert torch.equal(found.pop(name)[0], expected.pop(name)[0])
    assert found == expected
    assert torch.equal(state["parameters"][0], parameters[0])
    assert state["optimizer"] == optimizer
    assert state["scaler"] is None


def test_the_state_of_a_gradient_scaler_comes_back(progress, make_config, tmp_path):
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=3)
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter])
    for _ in range(4):
        scaler.scale(parameter.sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    save_state(tmp_path, make_config(), DATA, progress, [], {}, scaler=scaler.state_dict())
    found = load_state(tmp_path, make_config(), DATA, CPU)["scaler"]
    assert (found["scale"], found["_growth_tracker"]) == (8.0, 1)
    other = torch.amp.GradScaler("cpu")
    other.load_state_dict(found)
    assert other.state_dict() == scaler.state_dict()


def test_a_state_of_an_older_version_lacks_what_was_counted_since(progress, make_config, tmp_path):
    config = make_config()
    save_state(tmp_path, config, DATA, progress, [], {})
    written = torch.load(tmp_path / STATE, weights_only=True)
    for name in ("gates", "epoch_posts", "epoch_seconds", "stopped_early"):
        del written["progress"][name]
    del written["scaler"]
    torch.save(written, tmp_path / STATE)
    state = load_state(tmp_path, config, DATA, CPU)
    found = state["progress"]
    assert state["scaler"] is None
    assert (found.step, found.gates, found.epoch_posts) == (7, {}, 0)


def test_a_folder_without_a_state_has_none(make_config, tmp_path):
    assert load_state(tmp_path, make_config(), DATA, CPU) is None


def test_a_state_of_another_config_is_refused(progress, make_config, tmp_path):
    save_state(tmp_path, make_config(), DATA, progress, [], {})
    with pytest.raises(InputError, match="another config: remove it, or name another folder"):
        load_state(tmp_path, make_config(patience=3), DATA, CPU)


def test_a_state_over_other_data_is_refused_and_one_that_does_not_say_is_not(
    progress, make_config, tmp_path
):
    save_state(tmp_path, make_config(), DATA, progress, [], {})
    with pytest.raises(InputError, match="over other posts: the data has changed"):
        load_state(tmp_path, make_config(), "2e", CPU)
    written = torch.load(tmp_path / STATE, weights_only=True)
    del written["data"]
    torch.save(written, tmp_path / STATE)
    assert load_state(tmp_path, make_config(), "2e", CPU)["progress"].step == 7


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_state_that_was_cut_is_refused(progress, make_config, tmp_path, share):
    save_state(tmp_path, make_config(), DATA, progress, [], {})
    content = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"is damaged \(.*\); remove it to start anew"):
        load_state(tmp_path, make_config(), DATA, CPU)


@pytest.mark.parametrize(
    "state",
    [[], {"progress": {}}, {"config": "", "progress": {"new": 1}}, {"config": "", "progress": {}}],
)
def test_a_state_of_something_else_is_refused(make_config, tmp_path, state):
    torch.save(state, tmp_path / STATE)
    with pytest.raises(InputError, match="is damaged"):
        load_state(tmp_path, make_config(), DATA, CPU)


def test_speed_is_that_since_it_was_last_asked():
    progress = Progress()
    progress.count(6, 2.0)
    progress.count(4, 3.0)
    assert progress.take_speed() == 2.0
    assert progress.take_speed() == 0.0
    progress.count(3, 1.0)
    assert progress.take_speed() == 3.0
    assert progress.seconds == 6.0


def test_copies_stay_when_what_was_copied_changes():
    parameter = torch.nn.Parameter(torch.ones(2))
    (copy,) = copies([parameter])
    copy_into([parameter], [torch.zeros(2)])
    assert copy.tolist() == [1.0, 1.0]
    assert parameter.tolist() == [0.0, 0.0]
    assert not copy.requires_grad
