"""Commands of the built-in captioner: train it, find its figures again."""

import json
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import Device, OutFolder, RunFolder

captioner = typer.Typer(help="Train and score the built-in captioner.", no_args_is_help=True)


@captioner.command()
def train(
    config: Annotated[Path, typer.Argument(help="A TOML file of configs/captioners.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key: fitting.epochs=3.")
    ] = None,
    run: RunFolder = None,
    out: OutFolder = None,
    device: Device = "auto",
) -> None:
    """Train a captioner; started again after a kill, it goes on after its last epoch."""
    from pydantic import TypeAdapter

    from core.captioning.experiment import train_captioner
    from core.captioning.files import CHECKPOINTS
    from core.captioning.settings import CaptionerConfig
    from core.config_files import load_toml
    from core.devices import choose_device

    loaded = load_toml(config, TypeAdapter(CaptionerConfig), set_)
    metrics = train_captioner(
        loaded,
        run=run or Path("runs") / loaded.name,
        out=out or CHECKPOINTS / loaded.name,
        device=choose_device(device),
    )
    print(json.dumps(metrics, indent=2, sort_keys=True))


@captioner.command()
def evaluate(
    checkpoint: Annotated[
        str, typer.Option(help="Name under checkpoints/, or a folder.")
    ] = "captioner-flickr8k",
) -> None:
    """Score a captioner and what it has to beat on its dev photos."""
    from core.captioning.experiment import evaluate_captioner

    print(json.dumps(evaluate_captioner(checkpoint), indent=2, sort_keys=True))
