"""The captioner's model card: the config's own words, and the measured figures."""

from pathlib import Path
from typing import Any

from core.captioning.files import WEIGHTS
from core.captioning.settings import CaptionerConfig
from core.replacing import replacing


def write_card(folder: Path, config: CaptionerConfig, metrics: dict[str, Any]) -> None:
    """Write `README.md` from the config and what `metrics.json` holds."""
    photos, hours = metrics["photos"], metrics["training_seconds"] / 3600
    megabytes = (folder / WEIGHTS).stat().st_size / 1e6
    sections = [
        f"# {config.name}\n\n{config.card.summary.strip()} {metrics['parameters'] / 1e6:.1f} M "
        f"parameters, {metrics['words']:,} words, {config.beams} beams.",
        f"## Made from\n\n{photos['train']:,} photos. {config.card.data.strip()}",
        f"## Scores\n\nOn {photos['dev']:,} photos that were not trained on:\n\n"
        f"{_table(metrics['dev'])}\n\n{config.card.claims.strip()}",
        f"## What it knows, and what it does not\n\n{config.card.limits.strip()}",
        f"## Reproduce\n\n`python -m core captioner train configs/captioners/{config.name}.toml` "
        f"(seed {config.seed}, {config.fitting.epochs} epochs, {hours:.2f} hours on a machine "
        "that other work may have shared); "
        f"`python -m core captioner evaluate --checkpoint {config.name}` finds the scores again. "
        f"`{WEIGHTS}` is {megabytes:.1f} MB, float16; the frozen networks are named and hashed in "
        "its header.",
    ]
    with replacing(folder / "README.md") as path:
        path.write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def _table(scores: dict[str, dict[str, float]]) -> str:
    rows = ["| captions by | CIDEr | BLEU-4 | BLEU-1 |", "|---|---:|---:|---:|"]
    rows += [
        f"| {name} | {found['cider']:.4f} | {found['bleu_4']:.4f} | {found['bleu_1']:.4f} |"
        for name, found in scores.items()
    ]
    return "\n".join(rows)
