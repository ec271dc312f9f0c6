"""The model card says what was measured and what the config says."""

import pytest

from core.config import CardConfig
from core.evaluation.mner import entity_report
from core.records import Entity
from core.training.checkpoint import WEIGHTS
from core.training.model_card import write_model_card

PERSON = Entity(text="Ada", type="PER", start=0, end=3, token_start=0, token_end=1)
PLACE = Entity(text="Oslo", type="LOC", start=4, end=8, token_start=1, token_end=2)
METRICS = {
    "best_epoch": 3,
    "training_seconds": 5400.0,
    "training_examples": {"tags": 1234, "pairs": 8, "fusion": 7},
    "scores": {
        "dev": {"entities": entity_report([[PERSON]], [[PERSON, PLACE]]).model_dump()},
        "photos": {"label_accuracy": {"with_image": 0.8125, "without_image": 0.75}},
    },
}


@pytest.fixture
def card(make_config, tmp_path):
    words = CardConfig(
        summary="\nReads posts.\n", data="Made up.", claims="Sees colours.", limits="English only."
    )
    config = make_config(epochs=4).model_copy(update={"card": words})
    (tmp_path / WEIGHTS).write_bytes(bytes(2_460_000))
    write_model_card(tmp_path, config, METRICS)
    return (tmp_path / "README.md").read_text(encoding="utf-8")


def section(card: str, title: str) -> str:
    _, _, rest = card.partition(f"## {title}\n\n")
    return rest.partition("\n\n## ")[0]


def test_the_config_says_what_the_card_says_in_words(card):
    assert card.startswith("# miniature\n\nReads posts.\n\n## Made from\n")
    assert section(card, "Made from").endswith("\n\nMade up.")
    assert section(card, "What it can and cannot claim") == "Sees colours."
    assert section(card, "Limits") == "English only."


def test_every_source_is_named_with_its_size_and_objectives(card):
    assert section(card, "Made from").splitlines()[2:5] == [
        "| tags | 1,234 | task |",
        "| pairs | 8 | alignment |",
        "| fusion | 7 | alignment, label, consistency |",
    ]


def test_every_figure_stands_beside_its_data(card):
    assert section(card, "Scores").splitlines()[2:] == [
        "| dev | entity precision | 0.5000 |",
        "| dev | entity recall | 1.0000 |",
        "| dev | entity F1 | 0.6667 |",
        "| photos | label accuracy, with image | 0.8125 |",
        "| photos | label accuracy, without image | 0.7500 |",
    ]


def test_the_command_seed_hours_and_size_are_given(card, tiny_text_model):
    text = section(card, "Reproduce")
    for said in (
        "`python -m core train config.toml`, with the file beside this one",
        "seed 13, 4 epochs, best epoch 3 by dev F1, ",
        "1.50 hours",
        "is 2.5 MB",
        str(tiny_text_model),
    ):
        assert said in text


def test_what_the_config_does_not_say_takes_no_room(make_config, tmp_path):
    (tmp_path / WEIGHTS).write_bytes(b"")
    write_model_card(tmp_path, make_config(), METRICS)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    titles = [line for line in card.splitlines() if line.startswith("#")]
    assert titles == ["# miniature", "## Made from", "## Scores", "## Reproduce"]
    assert "\n\n\n" not in card


def test_the_card_says_what_the_epoch_was_chosen_by(make_config, tmp_path):
    (tmp_path / WEIGHTS).write_bytes(b"")
    write_model_card(tmp_path, make_config(), {**METRICS, "chosen_by": "AUROC"})
    assert "best epoch 3 by dev AUROC, " in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_an_older_card_is_replaced_whole(make_config, tmp_path):
    (tmp_path / WEIGHTS).write_bytes(b"")
    (tmp_path / "README.md").write_text("old " * 10_000, encoding="utf-8")
    write_model_card(tmp_path, make_config(), METRICS)
    assert "old " not in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", WEIGHTS]
