import json

import pytest

from core.captioning.experiment import evaluate_captioner
from core.captioning.files import load_captioner
from core.cli import main
from core.pipeline import SAMPLE_DATA

CAPTIONS = {
    "chelsea.jpg": ["A cat looks up", "The cat looks"],
    "coffee.jpg": ["A cup of coffee", "A coffee cup on a table"],
    "astronaut.jpg": ["A woman in an orange suit smiles"],
}
TOML = """
name = "miniature"
[decoder]
width = 16
layers = 1
heads = 2
inner = 32
[corpus]
file = "data.jsonl"
images = "."
least_count = 1
[fitting]
epochs = 2
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SHAPCA_DATA", str(tmp_path))
    rows = [
        {"image": str(SAMPLE_DATA / "photos" / name), "captions": captions, "split": split}
        for split, names in (("train", ["chelsea.jpg", "coffee.jpg"]), ("dev", list(CAPTIONS)))
        for name in names
        for captions in [CAPTIONS[name]]
    ]
    (tmp_path / "data.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "miniature.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_from_a_config_to_a_checkpoint_with_its_card_and_its_figures_again(data, capsys):
    out = data / "made"
    main_arguments = ["captioner", "train", str(data / "miniature.toml"), "--device", "cpu"]
    with pytest.raises(SystemExit) as ended:
        main([*main_arguments, "--run", str(data / "run"), "--out", str(out)])
    assert ended.value.code == 0

    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["photos"] == {"train": 2, "dev": 3}
    assert set(metrics["dev"]) == {"captioner", "nearest training caption", "perception"}
    # Two of the dev photos are in train here: the nearest caption is their own.
    assert metrics["dev"]["nearest training caption"]["bleu_1"] > 0.5
    assert evaluate_captioner(str(out)) == metrics["dev"]
    card = (out / "README.md").read_text(encoding="utf-8")
    for name, scores in metrics["dev"].items():
        assert f"| {name} | {scores['cider']:.4f} | {scores['bleu_4']:.4f} |" in card
    decoder, config, facts, _ = load_captioner(str(out))
    assert config.name == "miniature"
    assert {"cat", "coffee", "cup"} <= set(facts.words)
    assert sum(value.numel() for value in decoder.parameters()) == metrics["parameters"]
