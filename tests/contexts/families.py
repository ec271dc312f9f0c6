"""How to save a tiny model of every family that this installation can load."""

import importlib.util

from tests.contexts import tiny_video_readers, tiny_vision_language

NEEDED = ("torchvision", "num2words")
VIDEO_READERS = tiny_video_readers.FAMILIES if all(map(importlib.util.find_spec, NEEDED)) else {}
FAMILIES = {**tiny_vision_language.FAMILIES, **VIDEO_READERS}
