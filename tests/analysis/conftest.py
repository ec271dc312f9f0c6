"""Tables by hand, written and read as annotation files so that their dtypes are the real ones."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.annotations import About, read_annotations
from core.annotations.columns import METADATA_KEY, SCHEMA

Row = dict[str, Any]
MakeTable = Callable[..., pd.DataFrame]

ABOUT = About(task="mner", checkpoint="tiny@1", dataset="by hand", created="2026-01-01", command="")
_UNIT = re.compile(r"(\w*)([>~])(\w*)(?:@([\d.]+))?")


def build_post(name: str, *units: str, kind: str = "entity", **values: Any) -> Row:
    """Build the row of a post.

    A unit is written gold>predicted, either side empty where there is none, gold~predicted when
    its boundary is wrong, with @score behind. Counts, effect and outcome follow from the units.
    """
    made = [_unit(text, kind, place) for place, text in enumerate(units)]
    wrong = [unit for unit in made if unit["error"] != "correct"]
    correct = len(made) - len(wrong)
    row: Row = {
        "id": name,
        "text": f"text of {name}",
        "task": "mner",
        "checkpoint": "tiny",
        "contexts": 1,
        "has_gold": True,
        "correct": correct,
        "spurious": sum(unit["predicted"] is not None for unit in wrong),
        "missed": sum(unit["gold"] is not None for unit in wrong),
        "effect": "unknown",
        "outcome": "partly" if correct and wrong else "wrong" if wrong else "right",
        "verdict": "unknown",
        "words": 10,
        "gold_units": sum(unit["gold"] is not None for unit in made),
        "capitals": 0.0,
        "hashtags": 0,
        "mentions": 0,
        "urls": 0,
        "units": made,
        "record": "{}",
        **values,
    }
    if "bare" in row:
        names = ("bare_correct", "bare_spurious", "bare_missed")
        row |= dict(zip(names, row.pop("bare"), strict=True))
        errors = row["spurious"] + row["missed"] - row["bare_spurious"] - row["bare_missed"]
        row["effect"] = "no change" if errors == 0 else "hurt" if errors > 0 else "helped"
    return row


def build_without_gold(name: str, **values: Any) -> Row:
    """Build the row of a post that nobody annotated."""
    nothing = dict.fromkeys(("correct", "spurious", "missed", "gold_units"))
    return build_post(name, has_gold=False, outcome="no gold", **nothing, **values)


@pytest.fixture
def post() -> Callable[..., Row]:
    """Build the row of a post with gold answers; see `build_post`."""
    return build_post


@pytest.fixture
def without_gold() -> Callable[..., Row]:
    """Build the row of a post that nobody annotated."""
    return build_without_gold


@pytest.fixture
def make_table(tmp_path: Path) -> MakeTable:
    """Make the table of an annotation file from rows."""

    def make(*rows: Row) -> pd.DataFrame:
        path = tmp_path / "table.parquet"
        metadata = {METADATA_KEY: ABOUT.model_copy(update={"posts": len(rows)}).model_dump_json()}
        schema = SCHEMA.with_metadata(metadata)
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
        return read_annotations(path).table

    return make


@pytest.fixture
def random_table(make_table: MakeTable) -> MakeTable:
    """Make a table of posts whose units and features chance decides."""

    def make(posts: int = 200, *, seed: int = 0, names: str = "PER LOC") -> pd.DataFrame:
        generator = np.random.default_rng(seed)
        gold = np.random.default_rng(123)  # the same gold for every seed
        types = names.split()
        rows = []
        for place in range(posts):
            units = []
            for _ in range(gold.poisson(1.4)):
                truth = gold.choice(types)
                kind = generator.choice(
                    ["right", "type", "boundary", "missed"], p=[0.6, 0.1, 0.1, 0.2]
                )
                guess = truth if kind in ("right", "boundary") else generator.choice(types)
                sign = "~" if kind == "boundary" else ">"
                units.append(f"{truth}>" if kind == "missed" else f"{truth}{sign}{guess}")
            units += [f">{generator.choice(types)}"] * generator.poisson(0.3)
            scored = [
                f"{unit}@{generator.random():.9f}" if not unit.endswith(">") else unit
                for unit in units
            ]
            rows.append(
                build_post(
                    f"p{place}",
                    *scored,
                    bare=tuple(int(count) for count in generator.poisson([1.0, 0.4, 0.5])),
                    words=int(gold.integers(3, 30)),
                    hashtags=int(gold.poisson(0.7)),
                    verdict=str(gold.choice(["aligned", "uncertain", "misaligned", "unknown"])),
                    phi_text=float(generator.normal()),
                    margin_text=float(generator.normal()),
                    margin_image=float(generator.normal()) if gold.random() < 0.8 else None,
                    gate_text=float(generator.random()),
                    copy_rate=float(gold.random()),
                )
            )
        return make_table(*rows)

    return make


def _unit(text: str, kind: str, place: int) -> Row:
    found = _UNIT.fullmatch(text)
    assert found is not None, text
    gold, sign, predicted, score = found.groups()
    error = (
        "missed"
        if not predicted
        else "spurious"
        if not gold
        else "boundary"
        if sign == "~"
        else "correct"
        if gold == predicted
        else "type"
    )
    return {
        "kind": kind,
        "gold": gold or None,
        "predicted": predicted or None,
        "error": error,
        "score": float(score) if score else None,
        "start": place,
        "end": place + 1,
        "text": f"word{place}",
        "found_without": None,
    }
