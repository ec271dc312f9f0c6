"""What a visitor can do on the page: bring a file along, and choose what is compared."""

import difflib
import io
import logging
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import InputError
from dashboard.compare.state import FIELDS, Compare
from dashboard.errors.runs import Run, RunFile, Upload, open_run
from dashboard.jobs import OUR_FAULT

RECORD_MARK = b'"schema_version"'  # in a line that is a Record of ours
MARK_BYTES = 4096

_log = logging.getLogger(__name__)


class PredictionUpload(Upload):
    """Predictions of another system as a run, in a folder that is deleted with the session."""

    def __init__(self, name: str, data: bytes, baseline: RunFile) -> None:
        from core.analysis.predictions import annotate_predictions, read_predictions

        folder = tempfile.mkdtemp(prefix="shap-ca-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        lines = Path(folder) / "predictions.jsonl"
        lines.write_bytes(data)
        path = lines.with_suffix(".parquet")
        annotate_predictions(read_predictions(lines, name), baseline.path, path)
        lines.unlink()
        self.file = RunFile.at(path, name)


def available(state: Compare, files: Sequence[RunFile]) -> dict[str, RunFile]:
    """Return what can be compared by its name: files on this machine, then what was brought."""
    return {file.name: file for file in files} | {
        name: upload.file for name, upload in state.uploads.items()
    }


def chosen(state: Compare, files: Mapping[str, RunFile]) -> tuple[dict[str, RunFile], list[str]]:
    """Return the files to compare by their field, and a sentence for each that is not there.

    When none is named, the two newest files are compared, the older one first.
    """
    names = dict(zip(FIELDS, state.settings.chosen, strict=True))
    if not any(names.values()) and len(files) > 1:
        newest, older, *_ = files
        names |= {"a": older, "b": newest}
    refused = []
    for name in filter(None, names.values()):
        if name not in files:
            near = difflib.get_close_matches(name, files, n=1)
            tail = f" The nearest is {near[0]}." if near else " Bring it along once more."
            refused.append(f"There is no run called {name[:80]} here.{tail}")
    return {place: files[name] for place, name in names.items() if name in files}, refused


def bring(state: Compare, chooser: str, baseline: RunFile | None) -> None:
    """Take the file of a chooser and compare it, or say why not; nothing else changes then.

    Args:
        state: Of this visitor.
        chooser: Key of the file chooser.
        baseline: The first run, whose posts and gold predictions are joined with.
    """
    file = state.widgets[chooser]
    if file is None:
        return
    try:
        upload = _upload(file.name, file.getvalue(), baseline)
    except InputError as error:
        state.upload_error = str(error)
        return
    except Exception:  # whatever a file from elsewhere may hold
        _log.exception("A file that was brought along cannot be opened.")
        state.upload_error = OUR_FAULT
        return
    name = _free(file.name, state.uploads)
    upload.file = replace(upload.file, name=name)
    state.uploads[name], state.upload_error = upload, ""
    state.choosers += 1
    places = dict(zip(FIELDS, state.settings.chosen, strict=True))
    if baseline and not places["a"]:
        places["a"] = baseline.name
    empty = next((place for place in FIELDS if not places[place]), FIELDS[-1])
    state.set_to(**{**places, empty: name})


def opened(files: Mapping[str, RunFile]) -> tuple[dict[str, Run], dict[str, str]]:
    """Return the runs by their field, and why some cannot be opened."""
    runs, refused = {}, {}
    for place, file in files.items():
        try:
            runs[place] = open_run(file)
        except InputError as error:
            refused[place] = str(error)
        except Exception:  # whatever a file from elsewhere may hold
            _log.exception("A run cannot be opened.")
            refused[place] = OUR_FAULT
    return runs, refused


def _upload(name: str, data: bytes, baseline: RunFile | None) -> Upload:
    if name.lower().endswith(".parquet") or RECORD_MARK in data[:MARK_BYTES]:
        return Upload(name, io.BytesIO(data))
    if baseline is None:
        raise InputError("choose run A first: predictions are scored against its gold answers")
    return PredictionUpload(name, data, baseline)


def _free(name: str, taken: Mapping[str, object]) -> str:
    """Return a name that no other upload has."""
    number, free = 1, f"own: {name}"
    while free in taken:
        number += 1
        free = f"own: {name} ({number})"
    return free
