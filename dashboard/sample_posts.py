"""The sample posts, their photos, and small copies of photos."""

import base64
import difflib
import io
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from PIL import Image

from core.datasets.samples import Sample, read_samples
from core.images import LoadedImage, read_digest, read_image
from dashboard.inputs import Inputs

SAMPLE_DATA = Path(__file__).resolve().parents[1] / "sample_data"
THUMBNAIL = (320, 200)  # pixels; twice the size drawn


@st.cache_resource(show_spinner=False)
def samples() -> tuple[Sample, ...]:
    """Return the sample posts.

    Raises:
        InputError: The file is missing or a line of it is wrong.
    """
    return tuple(read_samples(SAMPLE_DATA))


@st.cache_resource(show_spinner=False, max_entries=256)
def thumbnail(path: Path | None) -> str:
    """Return a small copy of a sample's photo as a data URI, "" when it has none."""
    if path is None:
        return ""
    small = _cover(read_image(path).pixels)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def sample_photo(sample: Sample) -> LoadedImage | None:
    """Return the photo of a sample, None when it has none."""
    return read_image(sample.image) if sample.image else None


def has_photo_of(sample: Sample, sha256: str | None) -> bool:
    """Return whether a photo, None for none, is the sample's own and no other in its place."""
    return sha256 == (read_digest(sample.image) if sample.image else None)


def is_as_shipped(inputs: Inputs, sample: Sample) -> bool:
    """Return whether a post is the sample itself, with nothing of it changed."""
    return (
        inputs.id == sample.id
        and inputs.text == sample.text
        and inputs.contexts == sample.contexts
        and has_photo_of(sample, inputs.photo.sha256 if inputs.photo else None)
    )


def find_sample(samples: Sequence[Sample], wanted: str) -> tuple[Sample | None, str | None]:
    """Return the sample with an id, or else the id that comes nearest to it, if any does."""
    by_id = {sample.id: sample for sample in samples}
    if wanted in by_id:
        return by_id[wanted], None
    nearest = difflib.get_close_matches(wanted, by_id, n=1)
    return None, nearest[0] if nearest else None


def _cover(pixels: Image.Image) -> Image.Image:
    """Crop to the shape of a thumbnail, around the middle, and scale down."""
    wide, high = THUMBNAIL
    scale = max(wide / pixels.width, high / pixels.height)
    width, height = wide / scale, high / scale
    left, top = (pixels.width - width) / 2, (pixels.height - height) / 2
    return pixels.resize(THUMBNAIL, box=(left, top, left + width, top + height))
