"""The dashboard's only door to the pipeline: loaded after the first page, then shared.

A visitor may choose another checkpoint than the server's own; the two used last stay in memory.

Records are kept by the content of what was analysed, so a post that two people open is computed
once, and no one sees a post that is not theirs.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.images import LoadedImage
from core.records import Context, Record
from dashboard.inputs import Inputs
from dashboard.memory import settle
from dashboard.offers import Offer, offers, weights_stamp

if TYPE_CHECKING:
    from core.pipeline import Pipeline

CHECKPOINT_VARIABLE = "SHAPCA_CHECKPOINT"
DEFAULT_CHECKPOINT = "twitter17-minilm"
MOST_MODELS = 2  # in memory
MOST_RECORDS = 128
POLL_SECONDS = 0.25
PAINT_SECONDS = 2.0

STAGES = {
    "load": "Loading the model; only the first analysis waits for this",
    "wait": "Waiting for another analysis to end",
    "read": "Reading the sentence",
    "describe": "Describing the photo",
    "look": "Looking for objects in the photo",
    "encode": "Encoding words, contexts and regions",
    "bank": "Preparing the reference bank",
    "games": "Playing the alignment games",
    "decode": "Finding entities and relations",
    "explain": "Reading the post with every choice of its contexts",
    "attribute": "Tracing the entity back to words and regions",
}

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class _Engine:
    """The pipeline with the lock that everything of it is used under, and its latest records.

    Attributes:
        worker: Does what takes long, so that a visitor may leave before it ends.
    """

    pipeline: "Pipeline"
    lock: threading.Lock = field(default_factory=threading.Lock)
    records: OrderedDict[str, Record] = field(default_factory=OrderedDict)
    worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="explain")
    )

    def remember(self, digest: str, record: Record) -> Record:
        """Keep a record as the latest one, and forget the oldest when there are too many."""
        self.records[digest] = record
        self.records.move_to_end(digest)
        while len(self.records) > MOST_RECORDS:
            self.records.popitem(last=False)
        return record


@dataclass(frozen=True)
class _Loading:
    """An engine on its way; until it is wanted, the page being painted has the processors."""

    engine: Future[_Engine]
    wanted: threading.Event


def checkpoint() -> str:
    """Return the name or folder of the server's own checkpoint."""
    return os.environ.get(CHECKPOINT_VARIABLE) or DEFAULT_CHECKPOINT


def offered() -> tuple[Offer, ...]:
    """Return the checkpoints a visitor may choose from, the server's own first."""
    return offers(checkpoint())


def warm_up(name: str = "") -> None:
    """Start loading a model behind the page, so that the first analysis waits less for it.

    Args:
        name: Name or folder of its checkpoint; "" is the server's own.
    """
    _loading(*_weights(name))


def describe(photo: LoadedImage, progress: Progress, *, checkpoint: str = "") -> list[Context]:
    """Return what the models that ship say about a photo.

    Args:
        photo: That is described.
        progress: As for `analyse`.
        checkpoint: That is in use anyway; what it says about the photo is the same with any.

    Raises:
        InputError: The checkpoint or a perception model is missing.
    """
    engine = _ready(checkpoint, progress)
    with engine.lock:
        progress("describe", 0.2)
        return engine.pipeline.describe(photo)


def analyse(inputs: Inputs, progress: Progress) -> Record:
    """Return the Record of a post, computed or remembered.

    Args:
        inputs: The post; its contexts are taken as they are, even when there are none.
        progress: Called with each stage (see `STAGES`) and the share done.

    Raises:
        InputError: The post or the checkpoint cannot be used; the message says why.
    """
    engine = _ready(inputs.checkpoint, progress)
    with engine.lock:
        return engine.remember(
            inputs.digest, engine.records.get(inputs.digest) or _record(engine, inputs, progress)
        )


def explain(inputs: Inputs, progress: Progress) -> Record:
    """Return the Record of a post with its explanation, computed or remembered.

    Args:
        inputs: The post.
        progress: Called again and again while the work goes on; the visitor may leave in it.

    Raises:
        InputError: As for `analyse`.
    """

    def work(engine: _Engine, known: Record) -> Record:
        return known if known.explanation else engine.pipeline.explain(known, inputs.photo)

    return _patiently(inputs, work, "explain", progress)


def attribute(inputs: Inputs, entity: int, progress: Progress) -> Record:
    """Return the Record of a post with what one of its entities owes to every word and region.

    Args:
        inputs: The post.
        entity: Index into the Record's entities.
        progress: As for `explain`.

    Raises:
        InputError: As for `analyse`, or there is no such entity.
    """

    def work(engine: _Engine, known: Record) -> Record:
        if any(one.entity == entity for one in known.attributions):
            return known
        return engine.pipeline.attribute(known, entity, inputs.photo)

    return _patiently(inputs, work, "attribute", progress)


def _record(engine: _Engine, inputs: Inputs, progress: Progress | None = None) -> Record:
    return engine.pipeline.analyse(
        inputs.text,
        inputs.photo,
        inputs.contexts,
        pair=inputs.pair,
        id=inputs.id,
        progress=progress,
    )


def _patiently(
    inputs: Inputs,
    work: Callable[[_Engine, Record], Record],
    stage: str,
    progress: Progress,
) -> Record:
    """Extend a post's record in the worker, reporting progress until it is there."""
    engine = _ready(inputs.checkpoint, progress)

    def extend() -> Record:
        with engine.lock:
            known = engine.records.get(inputs.digest) or _record(engine, inputs)
            return engine.remember(inputs.digest, work(engine, known))

    future = engine.worker.submit(extend)
    share = 0.0
    try:
        while not future.done():
            share += (1 - share) / 12  # nobody knows how long it takes: ever nearer to the end
            progress(stage, share)
            wait([future], timeout=POLL_SECONDS)
    finally:
        future.cancel()  # the visitor left; what already runs ends, and is remembered
    return future.result()


def _ready(name: str, progress: Progress) -> _Engine:
    """Return a loaded engine; waiting for it reports progress, so that a visitor may leave."""
    wanted = _weights(name)
    loading = _loading(*wanted)
    loading.wanted.set()
    while not loading.engine.done():
        progress("load", 0.02)
        wait([loading.engine], timeout=POLL_SECONDS)
    try:
        engine = loading.engine.result()
    except Exception:
        _loading.clear(*wanted)  # what was missing may be there when asked again
        raise
    if engine.lock.locked():
        progress("wait", 0.05)
    return engine


def _weights(name: str) -> tuple[str, int]:
    """Return what is loaded for a name: trained anew under the same name, it is another model."""
    wanted = name or checkpoint()
    return wanted, weights_stamp(wanted)


@st.cache_resource(show_spinner=False, max_entries=MOST_MODELS)
def _loading(name: str, stamp: int) -> _Loading:
    """Return what is on its way; `stamp` only tells weights from later ones of the same name."""
    wanted = threading.Event()
    worker = ThreadPoolExecutor(1, thread_name_prefix="load")
    loading = _Loading(worker.submit(_load, name, wanted), wanted)
    worker.shutdown(wait=False)
    return loading


def _load(name: str, wanted: threading.Event) -> _Engine:
    wanted.wait(PAINT_SECONDS)
    # Spinning OpenMP threads make a busy machine many times slower; read when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from core.pipeline import Pipeline

    engine = _Engine(Pipeline.load(name))
    settle()
    return engine
