"""Commands that read posts: one, or a whole file."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.amounts import amount
from core.cli.options import (
    Checkpoint,
    Contexts,
    Device,
    Images,
    JsonFile,
    SkipBadLines,
    Split,
    write,
)
from core.cli.progress import work_bar
from core.errors import InputError

if TYPE_CHECKING:
    from core.records import Example


def analyse(
    text: Annotated[str | None, typer.Option(help="The sentence of the post.")] = None,
    image: Annotated[
        Path | None, typer.Option(help="The photo; leave out when there is none.")
    ] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="A description of the photo; repeat for several.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="A sample post by its id, instead of a text.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="Words START:END of a name, from 0, half open; for a checkpoint of mre."),
    ] = None,
    tail: Annotated[str | None, typer.Option(help="Words of the other name, likewise.")] = None,
    describe: Annotated[
        bool, typer.Option(help="Describe the photo when no context is given.")
    ] = True,
    checkpoint: Checkpoint = "twitter17-minilm",
    method: Annotated[
        Literal["exact", "permutation", "kernel"], typer.Option(help="Of the games.")
    ] = "exact",
    ocr: Annotated[bool, typer.Option(help="Read words off the photo.")] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add what is predicted with every set of contexts.")
    ] = False,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Add what every entity owes to words and regions.")
    ] = False,
    device: Device = "auto",
    json_file: JsonFile = None,
) -> None:
    """Analyse one post and print, or write, its Record."""
    from core.contexts.typed import typed_contexts
    from core.datasets.marked_pairs import marked_pair
    from core.datasets.samples import find_sample
    from core.datasets.tokens import tokenize
    from core.images import read_image
    from core.pipeline import SAMPLE_DATA, Pipeline

    id, contexts = "post", typed_contexts(context or []) if context or not describe else None
    if sample is not None:
        if text or image or context:
            raise InputError("--sample is a whole post; leave --text, --image and --context out")
        post = find_sample(SAMPLE_DATA, sample)
        id, text, image, contexts = post.id, post.text, post.image, list(post.contexts)
    if text is None:
        raise InputError("there is no post; give its --text, or a --sample")
    photo = read_image(image) if image else None
    pipeline = Pipeline.load(checkpoint, device)
    pair = None
    if head or tail or pipeline.task == "mre":
        pair = marked_pair(tokenize(text), head, tail)
    record = pipeline.analyse(text, photo, contexts, pair=pair, id=id, ocr=ocr, method=method)
    if explain:
        record = pipeline.explain(record, photo)
    for entity in range(len(record.entities) if attribute else 0):
        record = pipeline.attribute(record, entity, photo)
    write(record.model_dump_json(indent=2), json_file)


def annotate(
    out: Annotated[Path, typer.Option(help="The file to write: .parquet, or .jsonl of Records.")],
    file: Annotated[Path | None, typer.Option(help="The posts.")] = None,
    dataset: Annotated[
        str, typer.Option(help="Its format: twitter, mnre, jmere or image_text.")
    ] = "image_text",
    folder: Annotated[
        Path | None, typer.Option(help="Instead of a file: name.txt with name.jpg beside it.")
    ] = None,
    checkpoint: Checkpoint = "twitter17-minilm",
    contexts: Contexts = None,
    images: Images = None,
    split: Split = None,
    skip_bad_lines: SkipBadLines = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first posts.")] = None,
    workers: Annotated[int, typer.Option(help="Processes, each with a model of its own.")] = 1,
    resume: Annotated[
        bool, typer.Option(help="Go on with what a killed run left, or start anew.")
    ] = True,
    device: Device = "auto",
) -> None:
    """Analyse many posts into one file; started again after a kill, it goes on where it was.

    Photos are described by the models that ship where a post has no contexts, unless --contexts
    names files of them.
    """
    from core.annotate import annotate as annotate_posts
    from core.annotate import load_posts

    loaded = load_posts(
        file,
        folder,
        dataset=dataset,
        contexts=contexts or [],
        images=images,
        split=split,
        skip_bad_lines=skip_bad_lines,
    )
    posts = loaded.examples[:limit]
    print(_at_hand(posts), file=sys.stderr)
    with work_bar(out.name, "post") as report:
        done = annotate_posts(
            posts,
            checkpoint,
            out,
            dataset=" ".join(str(part) for part in (folder or f"{dataset} {file}", split) if part),
            command=shlex.join(["python", "-m", "core", *sys.argv[1:]]),
            device=device,
            describe=not contexts,  # a file that tells nothing of a photo has been asked
            workers=workers,
            resume=resume,
            progress=report,
        )
    for reason in (*loaded.skipped, *done.failed):
        print(f"left out: {reason}", file=sys.stderr)
    print(
        f"wrote {out}: {amount(done.posts, 'post')}, {done.resumed} of them from an earlier start"
    )


def _at_hand(posts: Sequence["Example"]) -> str:
    """Say how many posts come with what contexts need: a format may name photos it has not."""
    photos = sum(post.image is not None for post in posts)
    described = sum(bool(post.contexts) for post in posts)
    said = f"{amount(len(posts), 'post')}, {photos} with a photo at hand, {described} with contexts"
    if photos or described:
        return said
    return f"{said}: --images names the folder of the photos, --contexts files of contexts"
