"""Where detected objects are, and how they belong together: rules on boxes, no model."""

from collections.abc import Sequence
from typing import Literal

from core.contexts.detector import Detection

Relation = Literal["wearing", "on", "with", "near"]

_WORN = {"tie"}
_RIDDEN = {
    *("bicycle", "motorcycle", "horse", "elephant", "boat"),
    *("skateboard", "surfboard", "snowboard", "skis"),
    *("bench", "chair", "couch", "bed"),
}
# Things that stand on their own, however much a person's box covers them.
_STANDING = {
    *("person", "car", "bus", "train", "truck", "airplane", "boat"),
    *("traffic light", "fire hydrant", "stop sign", "parking meter"),
    *("bench", "chair", "couch", "bed", "dining table", "potted plant", "TV"),
    *("refrigerator", "oven", "sink", "toilet"),
}
_FILLS = 0.45  # share of the photo
_WIDE = 2 / 3  # share of the photo's width


def by_label(detections: Sequence[Detection]) -> list[list[Detection]]:
    """Return the detections in groups of one label, the one that covers most of the photo first."""
    groups: dict[str, list[Detection]] = {}
    for detection in detections:
        groups.setdefault(detection.label, []).append(detection)
    return sorted(groups.values(), key=lambda group: -sum(d.area * d.score for d in group))


def place_of(group: Sequence[Detection]) -> str:
    """Return where a group is: "on the left", "in the middle", "across the photo" and so on.

    The empty string says that one of the group fills most of the photo.
    """
    if max(d.area for d in group) > _FILLS:
        return ""
    left, right = min(d.box[0] for d in group), max(d.box[2] for d in group)
    if len(group) > 1 and right - left > _WIDE:
        return "across the photo"
    middle = (left + right) / 2
    if middle < 0.4:
        return "on the left"
    return "on the right" if middle > 0.6 else "in the middle"


def relation_of(thing: Detection, people: Sequence[Detection]) -> Relation:
    """Return how a thing belongs to the people in the photo, judged by the boxes alone.

    Worn things lie inside a person's box; what is sat or stood on lies under the person's middle;
    smaller things inside a person's box are with that person; everything else is near.
    """
    for person in people:
        if thing.label in _RIDDEN and _is_on(person, thing):
            return "on"
        x, y = thing.center
        left, top, right, bottom = person.box
        if left <= x <= right and top <= y <= bottom and thing.label not in _STANDING:
            return "wearing" if thing.label in _WORN else "with"
    return "near"


def _is_on(person: Detection, thing: Detection) -> bool:
    x, y = person.center
    left, top, right, _ = thing.box
    return left <= x <= right and y < thing.center[1] and person.box[3] >= top
