"""Text that is written in a photo: PP-OCRv4 through RapidOCR."""

import importlib.util
import itertools
import re
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.contexts.clean import clean_text
from core.weights import find_weight

MODEL_NAME = "PP-OCRv4 (RapidOCR)"
WEIGHTS = ("ocr-detection", "ocr-recognition")
_DETECTION_SIDE = 736  # pixels; where text is, is found at this size
_MOST_ENLARGED = 3.0
_MOST_LINES = 12
_LEAST_SCORE = 0.8
_LEAST_CHARACTERS = 2
_MOST_CHARACTERS = 200
_WORD_GAP = 1.6  # times the line's median distance between letters
_LONG_RUN = 10  # letters without a space
_BROAD = "MWmw@"
_BROAD_EXTRA = 0.35  # by how much such a letter widens the gap on its side


def is_ocr_installed() -> bool:
    """Return whether the package that reads text is installed; it is not imported."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


class TextReader:
    """Reads printed text; safe to share between threads, which take turns."""

    def __init__(self) -> None:
        """Create the reader; the models are loaded by the first `read`."""
        self._lock = threading.Lock()
        self._engine: Any = None

    def read(self, photo: Image.Image) -> list[str]:
        """Return the lines of text in the photo, from the top, without doubtful ones.

        The text is whatever someone wrote into the photo: it is cut to 200 characters in all and
        freed of control characters, and must be treated as untrusted.

        Args:
            photo: RGB, any size.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        scaled, factor = _scaled(photo)
        # Small photos are read enlarged too; in large ones small print needs every pixel.
        source, to_source = (scaled, 1.0) if factor > 1 else (photo, 1 / factor)
        with self._lock:
            if self._engine is None:
                self._engine = _load()
            boxes, _ = self._engine.auto_text_det(_blue_first(scaled))
            if boxes is None:
                return []
            placed = [np.asarray(box, dtype=np.float32) * to_source for box in _largest(boxes)]
            crops = self._engine.get_crop_img_list(_blue_first(source), placed)
            results, _ = self._engine.text_rec(crops, return_word_box=True)
        lines = [
            clean_text(spaced(str(text), [k for word in info[2] for k in word]))
            for text, score, info in results
            if score >= _LEAST_SCORE
        ]
        return _capped([line for line in lines if _is_text(line)])


def spaced(text: str, columns: Sequence[int]) -> str:
    """Return the text with long runs split where letters are clearly further apart than usual.

    The recogniser was trained mostly on Chinese and often drops the spaces of English. Short runs
    are left alone: in them a broad gap is more often a broad letter than a lost space.

    Args:
        text: One line.
        columns: Horizontal position of each of its characters.
    """
    if len(columns) != len(text) or len(text) < _LONG_RUN:
        return text
    gaps = np.diff(columns)
    usual = float(np.median(gaps))
    broad = np.array([(a in _BROAD) + (b in _BROAD) for a, b in itertools.pairwise(text)])
    is_wide = gaps - _BROAD_EXTRA * usual * broad > _WORD_GAP * usual
    runs = [match.span() for match in re.finditer(rf"\S{{{_LONG_RUN},}}", text)]
    breaks = [k + 1 for start, end in runs for k in range(start, end - 1) if is_wide[k]]
    return " ".join(text[a:b] for a, b in itertools.pairwise([0, *breaks, len(text)]))


def _load() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    # One thread: ONNX Runtime's pool would spin while it waits, and starve other work.
    return RapidOCR(
        det_model_path=str(find_weight("ocr-detection")),
        rec_model_path=str(find_weight("ocr-recognition")),
        cls_model_path=str(find_weight("ocr-direction")),  # loaded by the engine, never run
        det_limit_type="min",
        det_limit_side_len=1,  # the photo comes in the size it is to be searched in
        intra_op_num_threads=1,
        inter_op_num_threads=1,
    )


def _scaled(photo: Image.Image) -> tuple[Image.Image, float]:
    """The photo at the size text is searched in, and by how much it was enlarged."""
    factor = min(_MOST_ENLARGED, _DETECTION_SIDE / max(photo.size))
    size = (max(1, round(photo.width * factor)), max(1, round(photo.height * factor)))
    return photo.resize(size, Image.Resampling.BICUBIC), factor


def _blue_first(photo: Image.Image) -> NDArray[np.uint8]:
    """Pixels in OpenCV's order of channels, which is the engine's."""
    return np.ascontiguousarray(np.asarray(photo, dtype=np.uint8)[:, :, ::-1])


def _largest(boxes: Sequence[Any]) -> list[Any]:
    """The boxes that hold most, in their order: a page of small print takes bounded time."""
    areas = [np.ptp(box[:, 0]) * np.ptp(box[:, 1]) for box in map(np.asarray, boxes)]
    chosen = sorted(np.argsort(areas, kind="stable")[::-1][:_MOST_LINES].tolist())
    return [boxes[k] for k in chosen]


def _is_text(line: str) -> bool:
    return sum(character.isalnum() for character in line) >= _LEAST_CHARACTERS


def _capped(lines: Sequence[str]) -> list[str]:
    """Whole lines up to the cap, and the beginning of the one that crosses it."""
    kept: list[str] = []
    left = _MOST_CHARACTERS
    for line in lines:
        if left < _LEAST_CHARACTERS:
            break
        kept.append(clean_text(line, limit=left))
        left -= len(line) + 1
    return kept
