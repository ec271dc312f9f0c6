import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from core.contexts.perception import PerceptionGenerator
from core.images import LoadedImage, read_image

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "sample_data" / "photos"
NAMES = ("astronaut.jpg", "chelsea.jpg", "coffee.jpg")


@pytest.fixture(scope="module")
def generator():
    return PerceptionGenerator()


def loaded(picture):
    return LoadedImage(picture, sha256="0" * 64, width=picture.width, height=picture.height)


def texts_of(contexts):
    return [context.text for context in contexts]


def test_known_photos_are_described_by_what_they_show(generator):
    described = {name: generator.generate([read_image(PHOTOS / name)])[0] for name in NAMES}

    assert "A person fills most of the photo." in texts_of(described["astronaut.jpg"])
    assert "A cat fills most of the photo." in texts_of(described["chelsea.jpg"])
    assert "The photo shows an espresso." in texts_of(described["coffee.jpg"])


def test_every_context_says_what_wrote_it_and_how_long_it_took(generator):
    for context in generator.generate([read_image(PHOTOS / "coffee.jpg")])[0]:
        assert context.generator == "perception"
        assert "EfficientDet-Lite0 (COCO)" in context.model or "EfficientNet-Lite0" in context.model
        assert context.seconds > 0


def test_two_threads_say_what_one_says(generator):
    photos = [[read_image(PHOTOS / name)] for name in NAMES]
    alone = [texts_of(PerceptionGenerator().generate(photo)[0]) for photo in photos] * 3

    with ThreadPoolExecutor(2) as pool:
        together = [texts_of(made) for [made] in pool.map(generator.generate, photos * 3)]

    assert together == alone


def test_text_in_the_picture_becomes_a_quotation(generator):
    picture = Image.new("RGB", (640, 200), "white")
    font = ImageFont.load_default(size=40)
    ImageDraw.Draw(picture).text((20, 60), "Sale ends on Friday", fill="black", font=font)

    contexts = generator.generate([loaded(picture)])[0]

    assert "The words “Sale ends on Friday” are written in the photo." in texts_of(contexts)
    assert {c.model for c in contexts if "Friday" in c.text} == {"PP-OCRv4 (RapidOCR)"}
    assert not any(
        "Friday" in t
        for t in texts_of(PerceptionGenerator(ocr=False).generate([loaded(picture)])[0])
    )


def test_a_blank_picture_gets_one_true_sentence(generator):
    contexts = generator.generate([loaded(Image.new("RGB", (300, 200), "white"))])[0]

    assert texts_of(contexts) == ["The picture is plain white, with nothing to see in it."]
    assert contexts[0].model == "pixel statistics"


def test_the_fingerprint_is_stable_and_tells_with_ocr_from_without():
    assert PerceptionGenerator().fingerprint == PerceptionGenerator().fingerprint
    assert PerceptionGenerator().fingerprint != PerceptionGenerator(ocr=False).fingerprint


def test_without_the_ocr_package_the_rest_works_and_a_note_says_so(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)

    generator = PerceptionGenerator()

    assert texts_of(generator.generate([read_image(PHOTOS / "chelsea.jpg")])[0])
    assert "rapidocr-onnxruntime is not installed" in generator.notes[0]
    assert "rapidocr-onnxruntime is not installed" in caplog.text
    assert generator.fingerprint == PerceptionGenerator(ocr=False).fingerprint


def test_making_a_generator_loads_no_model_library():
    heavy = "{'ai_edge_litert', 'onnxruntime', 'rapidocr_onnxruntime', 'cv2', 'torch'}"
    code = (
        "import sys; from core.contexts.perception import PerceptionGenerator; "
        f"PerceptionGenerator(); print(sorted({heavy} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
