import io

import numpy as np
import pandas as pd
import pytest

from core.annotations import read_records_jsonl
from dashboard.errors.export import as_csv, as_jsonl
from dashboard.errors.runs import RunFile, open_run


@pytest.fixture(scope="module")
def run(tmp_path_factory, write_annotated):
    path = write_annotated(tmp_path_factory.mktemp("runs") / "run.parquet", posts=300)
    return open_run(RunFile.at(path, "run.parquet"))


def test_the_table_has_a_line_a_post_and_no_lists(run):
    table = pd.read_csv(io.StringIO(as_csv(run, np.array([5, 2]))))

    assert list(table["id"]) == ["post-5", "post-2"]
    assert "units" not in table


def test_records_are_those_of_the_run_and_can_be_read_again(run, tmp_path):
    rows = np.array([1, 256, 299])  # of two row groups
    path = tmp_path / "posts.jsonl"
    path.write_bytes(as_jsonl(run, rows))

    assert list(read_records_jsonl(path)) == [run.record(int(row)) for row in rows]
