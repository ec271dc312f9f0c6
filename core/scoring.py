"""The scores of a checkpoint on any file of posts."""

from pathlib import Path
from typing import Any

from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.errors import InputError
from core.evaluation.gold import check_gold, gold_in_words
from core.evaluation.scores import scores
from core.posts import read_dataset
from core.training.checkpoint import image_encoder_of, load_checkpoint
from core.training.sources import image_features


def evaluate_file(
    checkpoint: str | Path,
    dataset: str,
    file: Path,
    *,
    contexts: list[Path],
    images: Path | None,
    split: str | None,
    skip_bad_lines: bool,
    device: str,
) -> dict[str, Any]:
    """Score a checkpoint on a file; see `core.evaluation.scores` for what is in the result.

    Args:
        checkpoint: Name or folder.
        dataset: Format of the file; see `core.datasets.readers`.
        file: In that format.
        contexts: JSONL files of contexts by image id.
        images: Folder of photos.
        split: Of an image_text file.
        skip_bad_lines: Leave out bad lines and count them.
        device: See `core.devices`.

    Raises:
        InputError: The format is unknown, something cannot be read, or there is nothing to score.
    """
    device = choose_device(device)
    ready = load_checkpoint(checkpoint)
    loaded = read_dataset(
        dataset,
        file,
        contexts,
        images,
        split,
        skip_bad_lines=skip_bad_lines,
        types=ready.config.head.entity_types,
        relations=ready.config.head.relations or None,
    )
    found = check_gold(loaded.examples, ready.config.head, str(file), skip_bad=skip_bad_lines)
    if not found.examples:
        raise InputError(f"{file}: has no example to score")
    cache = FeatureCache(image_encoder_of(ready, device))
    features = image_features(found.examples, cache)
    made = scores(ready.model.to(device), ready.tokenizer, ready.config, found.examples, features)
    if made.keys() == {"examples"}:
        raise InputError(
            f"{file}: none of {made['examples']} posts can be scored by {ready.config.name}: none "
            f"says {gold_in_words(ready.config.head)}, and there are no contexts to align with "
            "posts; give a file with gold labels"
        )
    return {
        "file": str(file),
        "skipped": [*loaded.skipped, *found.skipped],
        **made,
        "fingerprints": ready.fingerprints,
    }
