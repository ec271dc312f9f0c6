"""The model card, `README.md` of a checkpoint: made from what, how good, and where it ends."""

from pathlib import Path
from typing import Any

from core.config import Config
from core.evaluation.tables import figures
from core.training.checkpoint import WEIGHTS, replace


def write_model_card(folder: Path, config: Config, metrics: dict[str, Any]) -> None:
    """Write the card from the config's own words and the measured figures.

    Args:
        folder: Of the checkpoint; its weights are there.
        config: Of the experiment.
        metrics: As in `metrics.json`.
    """
    megabytes = (folder / WEIGHTS).stat().st_size / 1e6
    sections = [
        f"# {config.name}",
        config.card.summary,
        "## Made from\n\n" + _sources(config, metrics),
        config.card.data,
        "## Scores\n\n" + _scores(metrics),
        *_titled("What it can and cannot claim", config.card.claims),
        *_titled("Limits", config.card.limits),
        "## Reproduce\n\n"
        f"`python -m core train config.toml`, with the file beside this one (seed {config.seed}, "
        f"{config.training.epochs} epochs, best epoch {metrics['best_epoch']} by dev "
        f"{metrics.get('chosen_by', 'F1')}, "
        f"{metrics['training_seconds'] / 3600:.2f} hours of training steps{_where(metrics)}). "
        f"`{WEIGHTS}` is {megabytes:.1f} MB: trained parameters only, float16. "
        f"The frozen parts are {config.text_encoder.model} (embeddings) and "
        f"{config.image_encoder.model}, named and hashed in its header.",
    ]
    text = "\n\n".join(part.strip() for part in sections if part.strip()) + "\n"
    replace(folder / "README.md", lambda path: path.write_text(text, encoding="utf-8"))


def _titled(title: str, words: str) -> list[str]:
    """Return a section of the config's own words; none where it has none."""
    return [f"## {title}", words] if words.strip() else []


def _where(metrics: dict[str, Any]) -> str:
    """Say on what it was trained, where the metrics tell."""
    machine = metrics.get("trained_on")
    return f" on {machine}, which other work may have shared" if machine else ""


def _sources(config: Config, metrics: dict[str, Any]) -> str:
    rows = ["| source | examples | objectives |", "|---|---:|---|"]
    counts = metrics["training_examples"]
    rows += [
        f"| {source.name} | {counts[source.name]:,} | {', '.join(source.objectives)} |"
        for source in config.data.sources
    ]
    start = metrics.get("started_from")
    told = [f"\nTraining starts from the weights of {start}, its head apart."] if start else []
    return "\n".join([*rows, *told])


def _scores(metrics: dict[str, Any]) -> str:
    rows = ["| data | measure | value |", "|---|---|---:|"]
    for name, found in metrics["scores"].items():
        rows += [f"| {name} | {measure} | {value:.4f} |" for measure, value in figures(found)]
    return "\n".join(rows)
