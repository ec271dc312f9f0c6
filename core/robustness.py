"""One checkpoint given no contexts, its own, other posts', and its own in disorder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from core.analysis.robustness import Robustness, score_condition
from core.config import Config, DataConfig, SourceConfig
from core.datasets.readers import FORMATS
from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.errors import InputError
from core.evaluation.conditions import conditions
from core.evaluation.gold import is_annotated
from core.evaluation.predictions import predict_outcomes
from core.evaluation.unit_counts import unit_counts
from core.records import Example
from core.training.checkpoint import image_encoder_of, load_checkpoint
from core.training.sources import image_features, load_source


@dataclass(frozen=True)
class PostFile:
    """A file of posts to measure on, in place of a checkpoint's dev data.

    Attributes:
        dataset: Its format; see `core.datasets.readers`.
        path: In that format.
        contexts: JSONL files of contexts by image id.
        images: Folder of photos.
        split: Of an image_text file.
    """

    dataset: str
    path: Path
    contexts: tuple[Path, ...] = ()
    images: Path | None = None
    split: str | None = None


def measure_robustness(
    checkpoint: str | Path,
    file: PostFile | None = None,
    *,
    several: Sequence[Path] = (),
    context_attention: float | None = None,
    seed: int = 13,
    device: str = "auto",
) -> Robustness:
    """Score a checkpoint under every condition of `core.evaluation.conditions`.

    Photos are given under each of them: only contexts change.

    Args:
        checkpoint: Name or folder.
        file: What to measure on; None: the dev data that the checkpoint's config names.
        several: Context files that the condition `several` adds to the own ones; none: those that
            training sources beside dev name, and of a file none.
        context_attention: Takes the place of the config's; see `core.config.FusionConfig`.
        seed: Of whose contexts are given to whom, of orders of words, and of the draws.
        device: See `core.devices`.

    Raises:
        InputError: The checkpoint or the data cannot be read, no post has gold answers, or the
            weight is out of range.
    """
    device = choose_device(device)
    ready = load_checkpoint(checkpoint)
    model, config = ready.model.to(device), ready.config
    if context_attention is not None:
        if not 0 < context_attention <= 1:
            raise InputError(
                f"contexts cannot weigh {context_attention} in attention; give a number above 0 "
                "and at most 1"
            )
        model.context_attention = context_attention
    source = _source(file) if file else config.data.dev
    added = [str(path.resolve()) for path in several] or ([] if file else _beside_dev(config.data))
    posts = _annotated(source, config)
    cache = FeatureCache(image_encoder_of(ready, device))
    features = image_features(posts, cache)
    made, left_out = conditions(posts, _with_more(posts, source, added, config), seed=seed)
    given = {name: [len(post.contexts) for post in changed] for name, changed in made.items()}
    counts = {}
    for name, changed in tqdm(made.items(), desc=config.name, unit="condition"):
        outcomes = predict_outcomes(model, ready.tokenizer, config, changed, features)
        counts[name] = unit_counts(posts, outcomes, config.head.task)
    return Robustness(
        checkpoint=ready.fingerprints["checkpoint"],
        task=config.head.task,
        data=source.name,
        posts=len(posts),
        seed=seed,
        context_attention=model.context_attention,
        conditions=tuple(
            score_condition(
                name, given[name], found, None if name == "none" else counts["none"], seed=seed
            )
            for name, found in counts.items()
        ),
        left_out=left_out,
    )


def _source(file: PostFile) -> SourceConfig:
    if file.dataset not in FORMATS:
        raise InputError(
            f"the format {file.dataset!r} is unknown; choose one of: {', '.join(FORMATS)}"
        )
    return SourceConfig.model_validate(
        {
            "name": file.path.name,
            "kind": file.dataset,
            "file": str(file.path.resolve()),  # a path from the root is not looked for in the data
            "contexts": [str(path.resolve()) for path in file.contexts],
            "images": file.images and str(file.images.resolve()),
            "split": file.split,
        }
    )


def _beside_dev(data: DataConfig) -> list[str]:
    """Return the context files of training sources of dev's corpus that dev itself does not read.

    Ours: one corpus is files of one kind in one folder; other corpora number their images anew.
    """
    corpus = (data.dev.kind, Path(data.dev.file).parent)
    found = [
        context
        for source in data.sources
        if (source.kind, Path(source.file).parent) == corpus
        for context in source.contexts
    ]
    return [context for context in dict.fromkeys(found) if context not in data.dev.contexts]


def _annotated(source: SourceConfig, config: Config) -> list[Example]:
    posts = [p for p in load_source(source, config.data) if is_annotated(p, config.head)]
    if not posts:
        raise InputError(
            f"{source.name}: no post has gold answers for the task {config.head.task}, so nothing "
            "can be scored; give a file that has them"
        )
    return posts


def _with_more(
    posts: list[Example], source: SourceConfig, added: list[str], config: Config
) -> list[Example]:
    """Return the posts with the contexts of more files behind their own."""
    if not added:
        return posts
    wider = source.model_copy(update={"contexts": (*source.contexts, *added)})
    return _annotated(wider, config)
