"""How often the verdict is right: `python -m benchmarks.verdicts twitter FILE CONTEXTS`.

Every post gets its own first context, and that of another post drawn at random; each of the two is
judged alone against the reference bank, by the rules of core/explain/misalignment.py.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table

from core.bank import Bank
from core.encoders.feature_cache import FeatureCache
from core.evaluation.scores import align_examples
from core.explain.alignment_game import Players, Targets, play_game
from core.explain.misalignment import verdicts
from core.model import AlignmentFeatures
from core.pipeline import Pipeline
from core.posts import read_dataset
from core.records import AnyGame, Games, NoGame, Player, Side
from core.training.sources import image_features

RESULT = Path(__file__).parent / "results" / "verdicts.json"


def main(
    dataset: Annotated[str, typer.Argument(help="twitter or image_text.")],
    file: Annotated[Path, typer.Argument(help="The file of posts.")],
    contexts: Annotated[list[Path] | None, typer.Argument(help="JSONL of contexts.")] = None,
    images: Annotated[Path | None, typer.Option(help="Folder of photos.")] = None,
    split: Annotated[str | None, typer.Option(help="Of an image_text file.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw of foreign contexts.")] = 0,
) -> None:
    """Judge own and foreign contexts, print the shares and add them to `RESULT`."""
    pipeline = Pipeline.load(device="cpu")
    examples = read_dataset(dataset, file, contexts or [], images, split).examples
    features = image_features(examples, FeatureCache(pipeline.image_encoder))
    ready = pipeline.checkpoint
    aligned = align_examples(ready.model, ready.tokenizer, ready.config, examples, features)
    posts = [place for place, row in enumerate(aligned.contexts[:, 0]) if bool(row.norm() > 0)]
    order = torch.randperm(len(posts), generator=torch.Generator().manual_seed(seed)).tolist()
    given = {
        "own context": dict(zip(posts, posts, strict=True)),
        "another post's": {
            posts[a]: posts[b] for a, b in zip(order, order[1:] + order[:1], strict=True)
        },
    }
    shares = {name: count(pipeline, aligned, pairs) for name, pairs in given.items()}
    _show(file, shares)


def count(
    pipeline: Pipeline, aligned: AlignmentFeatures, pairs: dict[int, int]
) -> dict[str, float]:
    """Return the share of each label and rule over posts and the contexts given to them."""
    found: Counter[str] = Counter()
    for post, context in pairs.items():
        games = Games(
            text=_play("text", aligned.text[post], aligned.contexts[context], pipeline),
            image=_play("image", aligned.image[post], aligned.contexts[context], pipeline),
        )
        (verdict,) = verdicts(games, 1)
        found[verdict.label] += 1
        found[f"rule {verdict.rule}"] += 1
    return {name: number / len(pairs) for name, number in sorted(found.items())}


def _play(side: Side, target: torch.Tensor, context: torch.Tensor, pipeline: Pipeline) -> AnyGame:
    if not bool(target.norm() > 0):
        return NoGame(side=side, reason="the data has none")
    bank: Bank = pipeline.bank()
    players = Players(
        [Player(text="given", context=0), *bank.players()], torch.cat([context, bank.contexts])
    )
    temperature = pipeline.checkpoint.config.alignment.temperature
    return play_game(side, players, Targets([], target[None]), temperature=temperature)


def _show(file: Path, shares: dict[str, dict[str, float]]) -> None:
    table = Table("", *shares, title=f"verdicts on {file.name}")
    for name in sorted({key for column in shares.values() for key in column}):
        table.add_row(name, *(f"{column.get(name, 0.0):.3f}" for column in shares.values()))
    Console(width=100).print(table)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**known, file.name: shares}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
