"""Refuses experiments that would learn nothing: by their config, then by the posts they name."""

from collections.abc import Sequence

from core.config import Config, HeadConfig, SourceConfig
from core.errors import InputError
from core.evaluation.gold import check_label, gold_in_words, is_annotated
from core.records import Example
from core.shapley.alignment import OBJECTIVES


def check_objectives(config: Config) -> None:
    """Refuse a config of whose sources nothing can be learned, whatever their posts say.

    Raises:
        InputError: There is no source, or one has no objective or none that can be followed.
    """
    if not config.data.sources:
        raise InputError(f"{config.name} has no data.sources; name what is to be learned from")
    for source in config.data.sources:
        if not source.objectives:
            raise InputError(f"{source.name} has no objectives; name what is learned from it")
        if config.head.task == "classification" and "label" in source.objectives:
            raise InputError(f"{source.name}: a classification learns its labels by 'task'")
        if _aligns(source, config) and source.batch_size == 1:
            raise InputError(
                f"{source.name}: the posts of a batch are aligned with one another; give it a "
                "batch_size of 2 or more"
            )
    named = {objective for source in config.data.sources for objective in source.objectives}
    if named == {"alignment"} and config.alignment.objective == "none":
        raise InputError(
            f"{config.name}: alignment.objective is 'none', and no source has another objective; "
            "name one"
        )


def check_posts(
    config: Config, sources: Sequence[Sequence[Example]], dev: Sequence[Example]
) -> None:
    """Refuse posts that do not say what is to be learned, or by which no epoch can be chosen.

    Args:
        config: The experiment.
        sources: Posts of each source, in the config's order.
        dev: Of its dev source.

    Raises:
        InputError: A source lacks what one of its objectives needs; the message names both.
    """
    given = list(zip(config.data.sources, sources, strict=True))
    if asked := [pair for pair in given if "task" in pair[0].objectives]:
        for source, examples in [*asked, (config.data.dev, dev)]:
            if not any(is_annotated(example, config.head) for example in examples):
                raise _silent(source, examples, gold_in_words(config.head))
    for source, examples in given:
        if "label" in source.objectives:
            _check_labels(source, examples, config.head)
        if "words" in source.objectives and not any(example.tokens for example in examples):
            raise _silent(source, examples, "anything: they are photos without a sentence")
        if _aligns(source, config):
            _check_pairs(source, examples, config)


def _aligns(source: SourceConfig, config: Config) -> bool:
    return "alignment" in source.objectives and config.alignment.objective != "none"


def _check_labels(source: SourceConfig, examples: Sequence[Example], head: HeadConfig) -> None:
    if not any(example.label in head.labels for example in examples):
        named = ", ".join(head.labels)
        raise _silent(source, examples, f"which label it has ({named or 'head.labels is empty'})")
    for example in examples:
        try:
            check_label(example, head.labels)
        except InputError as error:
            raise InputError(f"{source.name}, post {example.id}: {error}") from None


def _check_pairs(source: SourceConfig, examples: Sequence[Example], config: Config) -> None:
    """Refuse a source without two posts that have both sides of any pair to align."""
    pairs = OBJECTIVES[config.alignment.objective]
    with_contexts = config.training.max_contexts > 0
    sides = [
        {"context": bool(post.contexts) and with_contexts, "text": post.tokens, "image": post.image}
        for post in examples
    ]
    if max(sum(bool(has[a] and has[b]) for has in sides) for a, b in pairs) < 2:
        wanted = " or ".join(f"{a} and {b}" for a, b in pairs)
        because = "" if with_contexts else " while training.max_contexts is 0"
        raise InputError(
            f"{source.name}: alignment needs two posts with {wanted}, of {len(examples)} there are "
            f"fewer{because}; give them contexts, or take 'alignment' off its objectives"
        )


def _silent(source: SourceConfig, examples: Sequence[Example], what: str) -> InputError:
    return InputError(
        f"{source.name}: none of {len(examples)} posts says {what}; give a file that does"
    )
