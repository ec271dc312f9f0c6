import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.contexts.ocr import TextReader, is_ocr_installed, spaced


@pytest.fixture(scope="module")
def reader():
    return TextReader()


def drawn(text, size=40, shape=(640, 200), color="black", background="white"):
    picture = Image.new("RGB", shape, background)
    ImageDraw.Draw(picture).multiline_text(
        (20, 20), text, fill=color, font=ImageFont.load_default(size=size), spacing=size // 2
    )
    return picture


@pytest.mark.parametrize(
    ("picture", "lines"),
    [
        (drawn("The quick brown fox jumps"), ["The quick brown fox jumps"]),
        (drawn("EXIT", size=60, shape=(300, 120)), ["EXIT"]),
        (drawn("Sale ends\non Friday"), ["Sale ends", "on Friday"]),
        (drawn("Closed today", color="white", background="navy"), ["Closed today"]),
        (drawn("Tiny print", size=20, shape=(200, 100)), ["Tiny print"]),
        (drawn("Wide banner", size=60, shape=(3000, 400)), ["Wide banner"]),
    ],
)
def test_drawn_text_is_read_back(reader, picture, lines):
    assert reader.read(picture) == lines


@pytest.mark.parametrize("shape", [(1, 1), (1000, 2), (2, 1000)])
def test_odd_shapes_hold_no_text(reader, shape):
    assert reader.read(Image.new("RGB", shape, "white")) == []


def test_noise_holds_no_text(reader):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)

    assert reader.read(Image.fromarray(noise)) == []


def test_a_page_of_text_is_cut_to_two_hundred_characters(reader):
    page = drawn("\n".join(["Every word of this line is written in full"] * 14), 24, (640, 900))

    lines = reader.read(page)

    assert 150 <= len(" ".join(lines)) <= 200
    assert lines[0].replace(" ", "") == "Everywordofthislineiswritteninfull"


def test_long_runs_are_split_where_the_letters_stand_apart():
    text = "worththewait"
    columns = [0, 3, 6, 9, 12, 18, 21, 24, 30, 33, 36, 39]

    assert spaced(text, columns) == "worth the wait"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Oslo", [0, 6, 9, 12]),
        ("mmmmiiiiiiii", [0, 5, 10, 15, 19, *range(21, 42, 3)]),
        ("evenlyspaced", list(range(0, 36, 3))),
        ("a b", [0]),
        ("", []),
    ],
)
def test_short_runs_broad_letters_and_even_spacing_are_left_alone(text, columns):
    assert spaced(text, columns) == text


def test_whether_ocr_is_installed_is_known_without_importing_it(monkeypatch):
    assert is_ocr_installed()
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    assert not is_ocr_installed()
