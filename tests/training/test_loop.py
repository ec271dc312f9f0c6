"""The training loop on the miniature experiment."""

from core.experiment import run_experiment


def test_eight_posts_are_learned_by_heart(make_config, tmp_path):
    config = make_config(epochs=30)
    metrics = run_experiment(
        config, run_folder=tmp_path / "run", checkpoint_folder=tmp_path / "out", device="cpu"
    )
    assert metrics["scores"]["dev"]["entities"]["overall"]["f1"] == 1.0
