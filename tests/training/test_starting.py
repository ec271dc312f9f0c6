"""Training that starts from a checkpoint of another task."""

import shutil

import pytest
import torch

from core.config import HeadConfig
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.experiment import run_experiment, train_model
from core.training.checkpoint import build_model, load_checkpoint, trained_state
from core.training.starting import start_from
from core.weights import sha256_file


@pytest.fixture
def start(make_config, save_untrained, tmp_path):
    folder = tmp_path / "start"
    save_untrained(make_config(), folder)
    return folder


def fresh(config, seed=1):
    torch.manual_seed(seed)
    width = load_image_encoder(config.image_encoder.model).width
    return build_model(config, image_width=width)[0]


def heads(model):
    return {
        name: value.clone() for name, value in trained_state(model).items() if "head." in name[:11]
    }


def test_all_but_the_heads_come_from_the_checkpoint(make_config, start):
    relations = HeadConfig(task="mre", relations=("None", "peer"))
    model = fresh(make_config().model_copy(update={"head": relations}))
    before = heads(model)
    named = start_from(model, str(start), make_config())
    given = trained_state(load_checkpoint(start).model)
    assert named == f"miniature@{sha256_file(start / 'model.safetensors')}"
    assert before
    for name, value in trained_state(model).items():
        assert torch.equal(value, before[name] if name in before else given[name]), name


@pytest.mark.parametrize(
    ("section", "change", "named"),
    [
        ("alignment", {"width": 8}, "text_projection"),
        ("text_encoder", {"character_width": 4}, "characters"),
        ("text_encoder", {"frozen_layers": 1}, "freezes another text encoder, or other layers"),
        ("fusion", {"heads": 4}, r"its fusion\.heads is 2, here it is 4"),
    ],
)
def test_parts_that_differ_are_named(make_config, start, section, change, named):
    config = make_config()
    changed = getattr(config, section).model_copy(update=change)
    config = config.model_copy(update={section: changed})
    with pytest.raises(InputError, match=named):
        start_from(fresh(config), str(start), config)


def test_weights_learned_on_features_of_another_image_encoder_are_refused(make_config, start):
    config, model = make_config(), fresh(make_config())
    other = config.image_encoder.model_copy(update={"model": "efficientnet-lite0"})
    with pytest.raises(InputError, match=r"its image_encoder is .*, here it is efficientnet-lite0"):
        start_from(model, str(start), config.model_copy(update={"image_encoder": other}))


def test_a_start_that_is_not_there_ends_the_training_before_it_begins(make_config, tmp_path):
    config = make_config(start_from="nobody")
    dev = config.data.dev.model_copy(update={"file": "not there either.txt"})
    config = config.model_copy(update={"data": config.data.model_copy(update={"dev": dev})})
    with pytest.raises(InputError, match=r"start_from is 'nobody', .* train it first .*nobody\.t"):
        train_model(config, tmp_path / "run", device="cpu")


def test_metrics_and_card_say_where_training_started(make_config, start, tmp_path):
    config = make_config(epochs=1, start_from=str(start))
    metrics = run_experiment(
        config, run_folder=tmp_path / "run", checkpoint_folder=tmp_path / "made", device="cpu"
    )
    card = (tmp_path / "made" / "README.md").read_text(encoding="utf-8")
    assert metrics["started_from"].startswith("miniature@")
    assert f"Training starts from the weights of {metrics['started_from']}" in card


def test_a_run_that_goes_on_tells_of_the_checkpoint_it_really_started_from(
    make_config, start, tmp_path
):
    config = make_config(epochs=1, start_from=str(start))
    places = {"run_folder": tmp_path / "run", "checkpoint_folder": tmp_path / "made"}
    first = run_experiment(config, **places, device="cpu")
    shutil.rmtree(start)
    run_experiment(
        make_config(epochs=1), run_folder=tmp_path / "other", checkpoint_folder=start, device="cpu"
    )
    assert start_from(fresh(config), str(start), config) != first["started_from"]
    again = run_experiment(config, **places, device="cpu")
    assert again["started_from"] == first["started_from"]
