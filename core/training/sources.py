"""Turns the sources of a config into examples with their contexts and image features."""

import hashlib
import logging
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from scipy.cluster.hierarchy import DisjointSet
from tqdm import tqdm

from core.config import DataConfig, SourceConfig
from core.contexts.perception import PerceptionGenerator
from core.contexts.precomputed import load_all_contexts
from core.contexts.store import ContextStore
from core.datasets.readers import read_posts
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageFeatures
from core.errors import InputError
from core.images import read_image
from core.records import Example
from core.weights import sha256_file

_log = logging.getLogger(__name__)
_ID_GROUPS = TypeAdapter(list[list[str | int]])


def load_source(
    source: SourceConfig, data: DataConfig, *, cache: Path | None = None
) -> list[Example]:
    """Read the examples of a source, with the contexts it names.

    Args:
        source: What to read.
        data: Where paths start.
        cache: Folder of perceived contexts; None: the user's cache.

    Raises:
        InputError: A file is missing or has a line that cannot be read, or its contexts belong to
            no post.
    """
    contexts = load_all_contexts([data.path(file) for file in source.contexts])
    loaded = read_posts(
        source.kind,
        data.path(source.file),
        contexts.by_image,
        images=data.path(source.images) if source.images else None,
        split=source.split,
        label_key=source.label_key,
        captions_key=source.captions_key,
    )
    contexts.check_used(loaded.examples)
    examples = _part(loaded.examples, source, data)
    return _perceived(examples, cache, ocr=source.ocr) if source.perceive else list(examples)


def file_hashes(data: DataConfig) -> dict[str, str]:
    """Return the SHA-256 of each file there is of posts, contexts and near duplicates, by name."""
    parts = (*data.sources, data.dev, *data.evaluations)
    named = [(part.file, *part.contexts, part.near_duplicates) for part in parts]
    paths = {file: data.path(file) for file in chain.from_iterable(named) if file}
    return {file: sha256_file(path) for file, path in sorted(paths.items()) if path.is_file()}


def without_overlap(examples: Sequence[Example], held_out: Sequence[Example]) -> list[Example]:
    """Drop the examples whose sentence stands in a held-out set, letter case and spaces aside."""
    seen = {_words(example) for example in held_out if example.tokens}
    return [example for example in examples if _words(example) not in seen]


def image_features(examples: Sequence[Example], cache: FeatureCache) -> list[ImageFeatures | None]:
    """Return the features of each example's image, None where it has none.

    Raises:
        InputError: An image cannot be read.
    """
    paths = [example.image for example in examples if example.image]
    if not paths:
        return [None] * len(examples)
    features = cache.get(paths, progress=True)
    rows = iter(zip(features.regions, features.pooled, strict=True))
    return [ImageFeatures(*next(rows)) if example.image else None for example in examples]


def _words(example: Example) -> str:
    return "".join(token.text.casefold() for token in example.tokens)


def _part(examples: Sequence[Example], source: SourceConfig, data: DataConfig) -> Sequence[Example]:
    """Keep one side of a split by hash; posts of one photo share a side, as near duplicates do."""
    if source.part is None:
        return examples
    near = _near_duplicates(data.path(source.near_duplicates)) if source.near_duplicates else []
    photos: dict[Path, list[str]] = {}
    for example in examples:
        if example.image:
            photos.setdefault(example.image, []).append(example.id)
    leader = _leaders([*near, *photos.values()])

    def is_dev(example: Example) -> bool:
        digest = hashlib.sha256(leader.get(example.id, example.id).encode()).digest()
        return int.from_bytes(digest[:4]) / 2**32 < source.dev_share

    return [example for example in examples if is_dev(example) == (source.part == "dev")]


def _near_duplicates(path: Path) -> list[list[str]]:
    try:
        groups = _ID_GROUPS.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give another") from None
    except ValidationError:
        raise InputError(f"{path}: is not a JSON list of lists of ids; correct it") from None
    return [[str(member) for member in group] for group in groups]


def _leaders(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return by whom each id goes: the first that is named of all whom groups join."""
    joined = DisjointSet(list(dict.fromkeys(chain.from_iterable(groups))))
    for one, other in chain.from_iterable(map(pairwise, groups)):
        joined.merge(one, other)
    first: dict[str, str] = {}
    return {member: first.setdefault(joined[member], member) for member in joined}


def _perceived(examples: Sequence[Example], cache: Path | None, *, ocr: bool) -> list[Example]:
    """Add the contexts that the perception models read off the pixels, cached by image."""
    generator, store = PerceptionGenerator(ocr=ocr), ContextStore(cache)
    for note in generator.notes:
        _log.warning("%s", note)
    made = []
    for example in tqdm(examples, desc="contexts from pixels", unit="post"):
        if example.image is not None:
            described = store.get_or_generate(read_image(example.image), generator)
            example = example.model_copy(update={"contexts": (*example.contexts, *described)})
        made.append(example)
    return made
