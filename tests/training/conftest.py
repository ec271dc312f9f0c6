"""What tests of the training loop share."""

from types import SimpleNamespace

import pytest
import torch

from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.training import loop
from core.training.checkpoint import trained_state
from core.training.loop import Trainer
from core.training.progress import copies
from core.training.sources import image_features, load_source
from tests.training.miniature import go_on, new_trainer


@pytest.fixture(scope="module")
def data(make_config, tmp_path_factory):
    """Examples and image features of the miniature experiment's three sources."""
    config = make_config()
    folder = tmp_path_factory.mktemp("features")
    cache = FeatureCache(load_image_encoder(config.image_encoder.model), folder)
    sources = [load_source(source, config.data) for source in config.data.sources]
    return [(examples, image_features(examples, cache)) for examples in sources]


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
