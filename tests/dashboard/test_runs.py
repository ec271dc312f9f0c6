"""The runs page without a browser: what it draws, and every state a run can be in."""

import json
import os
import re
import subprocess
import sys
import time
from functools import partial

import pytest

from dashboard.runs import store


def runs_page():
    from dashboard.views import runs

    runs.render()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of runs; no checkpoint is there."""
    monkeypatch.delenv(store.RUNS_VARIABLE, raising=False)
    monkeypatch.setattr(store, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(store, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path / "runs"


@pytest.fixture
def opened(folder, open_page):
    """Open the page as a new visitor, at an address."""
    return partial(open_page, runs_page)


def shown(app):
    return " ".join(element.proto.body for element in app.get("html"))


def test_the_page_imports_no_model():
    code = "import dashboard.views.runs, sys; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_a_run_the_page_says_how_to_start_one(opened):
    app = opened()

    assert "No training has left a log" in shown(app)
    assert "core train" in app.code[0].value


def test_one_run_shows_curves_promises_gates_and_how_it_was_started(opened, folder, write_run):
    write_run(folder / "one")
    app = opened()

    assert not app.error
    assert "0.7000<small>epoch 2</small>" in shown(app)
    # F1, two parts of the loss, learning rate, throughput; two sides of two; two of gates
    assert len(app.get("plotly_chart")) == 5 + 4 + 2
    assert app.code[0].value == "python -m core train configs/one.toml"


def test_several_runs_are_drawn_over_one_another(opened, folder, write_run):
    write_run(folder / "one")
    write_run(folder / "two", seed=14)
    app = opened(r_run="two,one", r_against="one")

    assert not app.exception
    assert '<th scope="row">seed</th><td>14</td><td>13</td>' in shown(app)
    assert app.multiselect[0].value == ["two", "one"]
    scores = next(frame.value for frame in app.dataframe if "f1" in frame.value.columns)
    assert set(scores["run"]) == {"two", "one"}


def test_a_choice_goes_into_the_address(opened, folder, write_run):
    for name in ("one", "two"):
        write_run(folder / name)
    app = opened(r_run="one")
    app.multiselect[0].set_value(["one", "two"]).run()

    assert not app.exception
    assert app.query_params["r_run"] == "one,two"


def test_scale_and_smoothing_go_into_the_address(opened, folder, write_run):
    write_run(folder / "one")
    app = opened()
    app.toggle[0].set_value(True).run()
    app.slider[0].set_value(0.5).run()

    assert not app.exception
    assert app.query_params["r_log"] == "True"
    assert app.query_params["r_smooth"] == "0.5"


def test_a_wrong_address_is_named_and_the_page_stands(opened, folder, write_run):
    write_run(folder / "one")
    app = opened(r_run="oen", r_smooth="7")

    said = " ".join(info.value for info in app.info)
    assert "nearest is one" in said
    assert "r\\_smooth\\=7" in said or "r\\_smooth=7" in said
    assert len(app.get("plotly_chart")) > 5


@pytest.mark.parametrize(("age", "status"), [(30, "running"), (400, "stale")])
def test_a_run_without_an_end_runs_or_fell_silent(opened, folder, write_run, age, status):
    write_run(folder / "one", started=time.time() - 300 - age, end=None)

    assert f'sc-{status}">{status}' in shown(opened())


def test_a_run_that_scores_dev_for_minutes_is_alive_and_says_so(opened, folder, write_run):
    path = write_run(folder / "one", started=time.time() - 600, end=None)
    *events, _ = path.read_text().splitlines()  # the third epoch is not scored yet
    scoring = {"step": 300, "event": "scoring", "epoch": 3, "time": time.time() - 200}
    path.write_text("\n".join([*events, json.dumps(scoring)]) + "\n")
    os.utime(path, (time.time() - 200,) * 2)
    app = opened()

    assert 'sc-running">running' in shown(app)
    assert re.search("scoring dev for [23] min", shown(app))
    assert "is no event" not in shown(app)


def test_a_run_that_has_just_begun_is_at_its_first_step(opened, folder, write_run):
    path = write_run(folder / "one", started=time.time() - 5)
    path.write_text(path.read_text().splitlines()[0] + "\n")
    app = opened()

    assert "epoch 1 of 3<small>step 0 of 300</small>" in shown(app)
    assert "No epoch has ended yet" in shown(app)
    assert "Said after the first epoch" in shown(app)


def test_resumes_and_an_early_stop_are_told(opened, folder, write_run):
    write_run(folder / "one", end="early stop", resumed_at=120)

    assert "early stop, resumed once" in shown(opened())


def test_an_older_log_says_what_it_does_not_hold(opened, folder):
    (folder / "old").mkdir(parents=True)
    (folder / "old" / "metrics.jsonl").write_text(
        '{"step": 20, "event": "step", "epoch": 1, "source": "a", "losses": {"task": 2.0}}\n'
        '{"step": 40, "event": "epoch", "epoch": 1, "dev_f1": 0.5}\n'
    )
    app = opened()

    assert not app.error
    assert "does not hold learning rate and throughput" in shown(app)
    assert "of an older kind, which does not say how the alignment developed" in shown(app)
    assert "The command is not in its log" in shown(app)
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("content", [b"", b'{"step": 1, "ev', b"\x00\xff\n\n"])
def test_a_log_without_an_event_is_a_state(opened, folder, content):
    (folder / "empty").mkdir(parents=True)
    (folder / "empty" / "metrics.jsonl").write_bytes(content)
    app = opened()

    assert not app.error
    assert "nothing logged yet" in shown(app)


def test_a_log_cut_in_the_middle_shows_what_came_before(opened, folder, write_run):
    path = write_run(folder / "one")
    path.write_bytes(path.read_bytes()[:2000])
    app = opened()

    assert not app.error
    assert "stale" in shown(app)


def test_lines_that_are_no_events_are_told(opened, folder, write_run):
    path = write_run(folder / "one")
    path.write_text("garbage\n" + path.read_text())

    assert "line 1 of its log is no event" in shown(opened())


def test_a_log_that_cannot_be_read_is_told_and_the_others_stand(opened, folder, write_run):
    (folder / "bad" / "metrics.jsonl").mkdir(parents=True)
    write_run(folder / "good")
    app = opened(r_run="good,bad", r_details="bad")

    assert "unreadable" in shown(app)
    assert "cannot be read" in app.error[0].value
    assert len(app.get("plotly_chart")) > 5


def test_a_checkpoint_without_a_log_is_shown_for_what_it_is(opened, folder, tmp_path):
    saved = tmp_path / "checkpoints" / "alone"
    saved.mkdir(parents=True)
    (saved / "config.toml").write_text('seed = 3\n[data.dev]\nname = "valid"\n')
    (saved / "metrics.json").write_text('{"scores": {"valid": {"overall": {"f1": 0.625}}}}')
    app = opened()

    assert not app.error
    assert "0.6250" in shown(app)
    assert "only its checkpoint is here" in shown(app)


def test_files_are_hashed_once_they_are_asked_for(opened, folder, write_run):
    write_run(folder / "one")
    app = opened()
    assert not any("SHA-256" in frame.value.columns for frame in app.dataframe)
    app.session_state["runs.details.files"] = True
    app.run()

    assert not app.exception
    files = next(frame.value for frame in app.dataframe if "SHA-256" in frame.value.columns)
    assert list(files["file"]) == ["metrics.jsonl"]


def test_markup_in_a_name_is_shown_letter_by_letter(opened, folder, write_run):
    write_run(folder / "<img src=x>")
    app = opened()

    assert "<img src=x>" not in shown(app)
    assert "&lt;img" in shown(app)


def test_a_long_log_is_drawn_thinned(opened, folder, write_run):
    write_run(folder / "long", epochs=2, steps=10_000)  # 1,000 events
    app = opened()
    app.session_state["runs.curves.tables"] = True
    app.run()

    assert not app.exception
    curves = [frame.value for frame in app.dataframe if "smooth" in frame.value.columns]
    assert {len(table) for table in curves} == {600}


def test_a_run_that_is_named_twice_is_drawn_once(opened, folder, write_run):
    write_run(folder / "one")
    app = opened(r_run="one,one")
    assert not app.exception
    assert app.multiselect[0].value == ["one"]
