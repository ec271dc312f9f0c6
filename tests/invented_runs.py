"""Fixtures of runs that never were: logs of trainings, and annotation files of invented posts."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.annotations import About, write_annotations
from core.datasets.tokens import tokenize
from core.records import (
    Context,
    Entity,
    Game,
    Games,
    Gates,
    ImageInfo,
    NoGame,
    Outcome,
    Player,
    Post,
    Record,
    Side,
    Standing,
    Verdict,
)


@pytest.fixture(scope="session")
def write_run() -> Callable[..., Path]:
    """Write the log of a training that never was: losses fall, own values rise above foreign."""
    return _write_run


def _write_run(
    folder: Path,
    *,
    epochs: int = 3,
    steps: int = 100,
    started: float = 1.0e9,
    end: str | None = "finished",
    resumed_at: int | None = None,
    seed: int = 13,
    images: bool = True,
    settings: dict[str, Any] | None = None,
) -> Path:
    """Write `metrics.jsonl` into a folder: an event every 20 steps, `steps` an epoch."""
    sides = ("text", "image") if images else ("text",)
    config = {
        "name": folder.name,
        "seed": seed,
        "head": {"task": "mner"},
        "training": {"epochs": epochs, **(settings or {})},
        "data": {"dev": {"name": "valid"}, "sources": [{"name": "train", "batch_size": 16}]},
    }
    start = {
        "event": "start",
        "config": config,
        "steps": epochs * steps,
        "steps_per_epoch": steps,
        "device": "cpu",
        "processes": 1,
        "versions": {"torch": "2.13.0"},
        "command": f"python -m core train configs/{folder.name}.toml",
    }
    events: list[dict[str, Any]] = [{"step": 0, "time": started, **start}]
    for epoch in range(1, epochs + 1):
        for step in range((epoch - 1) * steps + 20, epoch * steps + 1, 20):
            share = step / (epochs * steps)
            losses = {"task": 9 * (1 - share) + 1, "context_to_text": 3 - share, "label": 0.0}
            events.append(
                {
                    "step": step,
                    "event": "step",
                    "time": started + step,
                    "epoch": epoch,
                    "source": "train",
                    "losses": {**losses, "total": sum(losses.values())},
                    "learning_rate": 1e-3 * (1 - share),
                    "posts_per_second": 40.0 + epoch,
                }
            )
        if resumed_at is not None and (epoch - 1) * steps <= resumed_at < epoch * steps:
            events.append({"step": resumed_at, "time": started + epoch * steps - 1, **start})
        own, foreign = 1 + epoch / 4, 1 - epoch / 8
        alignment = {
            "own": own,
            "foreign": foreign,
            "diagonal_dominance": own - foreign,
            "auroc": 0.5 + epoch / 20,
            "recall_at_1": epoch / 10,
        }
        events.append(
            {
                "step": epoch * steps,
                "event": "epoch",
                "time": started + epoch * steps,
                "epoch": epoch,
                "dev": {"precision": 0.5, "recall": 0.5, "f1": 0.5 + (epoch % 3) / 10},
                "best": epoch < 3,
                "seconds": 10.0 * epoch,
                "posts_per_second": 40.0,
                "alignment": dict.fromkeys(sides, alignment),
                **({"gates": {"text": [epoch] * 20, "image": [0] * 19 + [5]}} if images else {}),
            }
        )
    if end:
        last = {"step": epochs * steps, "event": "end", "time": started + epochs * steps}
        events.append({**last, "reason": end, "best_epoch": 2, "best_score": 0.7})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "metrics.jsonl"
    lines = (json.dumps(event) + "\n" for event in events)
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def write_annotated() -> Callable[..., Path]:
    """Write the run of a model that never was, over posts whose fates go round in four."""
    return _write_annotated


def _write_annotated(
    path: Path, *, posts: int = 40, gold: bool = True, images: bool = True
) -> Path:
    """Write an annotation file. Of four posts, by what is predicted and what the contexts did:

    0 right, no change · 1 the place is an ORG, hurt · 2 nothing right, no change · 3 right, helped.
    The margin on the text side is +1, on every third post −1; on the image side, +1 or −1 in turn.
    Every context names a person, who may be in the photo of every other post, from the second on.
    """
    about = About(
        task="mner",
        checkpoint="tiny@0",
        dataset="invented posts",
        created="2026-01-02T03:04:05+00:00",
        command="python -m core annotate",
    )
    records = (_annotated(number, gold=gold, images=images) for number in range(posts))
    write_annotations(path, records, about=about)
    return path


def _annotated(number: int, *, gold: bool, images: bool) -> Record:
    text = f"Anna meets the press in Oslo on day {number}"
    right, retyped = (("PER", 0), ("LOC", 5)), (("PER", 0), ("ORG", 5))
    wrong, half = (("ORG", 0), ("PER", 5)), (("PER", 0),)
    predicted, without = ((right, right), (retyped, right), (wrong, wrong), (right, half))[
        number % 4
    ]
    margins = {"text": -1.0 if number % 3 == 0 else 1.0, "image": 1.0 if number % 2 else -1.0}
    no_image = NoGame(side="image", reason="The post has no image, so it has no image side.")
    return Record(
        post=Post(
            id=f"post-{number}",
            text=text,
            tokens=list(tokenize(text)),
            image=ImageInfo(sha256="ab" * 32, width=4, height=3) if images else None,
        ),
        contexts=[Context(text=f"A woman <b>{number}</b> at a desk.", generator="typed")],
        seen=[] if images else None,
        perhaps_seen=["person"] * (number % 2) if images else None,
        games=Games(
            text=_one_context("text", margins["text"]),
            image=_one_context("image", margins["image"]) if images else no_image,
        ),
        gates=Gates(text=[0.5] * 9, image=[[0.25, 0.75]], contexts=[1.0]) if images else None,
        entities=_named(text, predicted, 0.5 + 0.1 * (number % 5)),
        without_contexts=Outcome(entities=_named(text, without)),
        gold=Outcome(entities=_named(text, right)) if gold else None,
        verdicts=[
            Verdict(
                context=0,
                label="misaligned" if margins["text"] < 0 else "aligned",
                rule="first",
                reason="Because <it> does.",
            )
        ],
        timings={"encode": 0.5},
        fingerprints={"checkpoint": "tiny@0"},
    )


def _named(text: str, spans: Sequence[tuple[str, int]], score: float = 1.0) -> list[Entity]:
    tokens = tokenize(text)
    return [
        Entity(
            text=tokens[place].text,
            type=name,
            start=tokens[place].start,
            end=tokens[place].end,
            token_start=place,
            token_end=place + 1,
            score=score,
        )
        for name, place in spans
    ]


def _one_context(side: Side, margin: float) -> Game:
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="quadrature",
        evaluations=0,
        players=[Player(text="own", context=0), Player(text="other", bank_id="other")],
        similarities=[0.5, 0.5],
        shapley_values=[margin / 2, 0.0],
        value_grand=margin / 2,
        efficiency_residual=0.0,
        standings=[
            Standing(
                context=0,
                shapley_value=margin / 2,
                scaled_value=margin,
                similarity=0.5,
                rank=1 if margin > 0 else 2,
                margin=margin,
            )
        ],
        bank_targets=["other"],
        bank_values=[[0.0]],
    )
