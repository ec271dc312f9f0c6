"""The one way in: a post goes through the model and comes out as a Record."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import torch
from PIL import Image

from core.bank import Bank, bank_fingerprint
from core.catalogue import built_in_generators
from core.contexts.detector import ObjectDetector, Sight
from core.contexts.store import ContextStore
from core.datasets.batches import Batch, collate
from core.datasets.pieces import cut_points
from core.datasets.samples import read_bank
from core.datasets.tokens import tokenize
from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageFeatures
from core.errors import InputError
from core.explain.attribution import attribute
from core.explain.explanation import check_origin, explain, included, post_example
from core.explain.misalignment import verdicts
from core.explain.post_games import play_games
from core.explain.prediction_game import ReadCoalitions
from core.images import LoadedImage, read_image
from core.model import AlignmentFeatures, Reading
from core.outcomes import post_outcome
from core.reading import attention, gates, notes
from core.records import SCHEMA_VERSION, Context, Example, Pair, Post, Record, Token
from core.tasks import build_codec
from core.training.checkpoint import Checkpoint, image_encoder_of, load_checkpoint

SAMPLE_DATA = Path(__file__).parents[1] / "sample_data"
MAX_CONTEXTS = 10

Progress = Callable[[str, float], None]


class Pipeline:
    """A loaded checkpoint with its image encoder, context generator and bank.

    Any number of threads may share it. Attribution hooks the model's layers, and a forward pass
    that met such a hook would be silently wrong, so one lock keeps everything that reads with the
    model apart; the generators of contexts stand outside it.
    """

    def __init__(
        self, checkpoint: Checkpoint, *, device: str = "cpu", bank: Path = SAMPLE_DATA
    ) -> None:
        self.checkpoint, self.device, self.bank_folder = checkpoint, device, bank
        self.model = checkpoint.model.to(device)
        self.task = checkpoint.config.head.task
        self.codec = build_codec(checkpoint.config.head)
        self.image_encoder = image_encoder_of(checkpoint, device)
        self.store = ContextStore()
        self._generators = {ocr: built_in_generators(ocr=ocr) for ocr in (True, False)}
        self._detector = ObjectDetector()
        self._bank: Bank | None = None
        self._reading = threading.RLock()

    @classmethod
    def load(cls, checkpoint: str | Path = "twitter17-minilm", device: str = "auto") -> "Pipeline":
        """Load a checkpoint by name or folder.

        Raises:
            InputError: The checkpoint, or something it stands on, is missing or differs.
        """
        return cls(load_checkpoint(checkpoint), device=choose_device(device))

    def describe(self, image: LoadedImage, *, ocr: bool = True) -> list[Context]:
        """Return what the models that ship say about a photo; cached on disk by its content."""
        return [
            context
            for generator in self._generators[ocr]
            for context in self.store.get_or_generate(image, generator)
        ]

    def analyse(
        self,
        text: str,
        image: LoadedImage | None = None,
        contexts: Sequence[Context] | None = None,
        *,
        tokens: Sequence[Token] | None = None,
        pair: Pair | None = None,
        id: str = "post",
        ocr: bool = True,
        method: str = "exact",
        progress: Progress | None = None,
    ) -> Record:
        """Say everything about one post.

        Args:
            text: Its sentence.
            image: Its photo, if any.
            contexts: Descriptions of the photo; None: the models that ship describe it. Those with
                `included=False` stay in the record and take no part.
            tokens: The sentence's words where a dataset has split it; without any: split here.
            pair: Whose relation is asked for, of a checkpoint for mre.
            id: Of the record.
            ocr: Whether perceived contexts also tell what is written in the photo.
            method: Of the games; see `core.shapley.shapley_values`.
            progress: Called with each stage and the share done.

        Raises:
            InputError: The sentence is empty or too long, there are too many contexts, or the pair
                is missing, not asked for, or outside the sentence.
        """
        timings: dict[str, float] = {}
        stage = _Stages(timings, progress)
        with stage("read", 0.0):
            words = tuple(tokens) if tokens else tokenize(text)
            example = Example(id=id, text=text, tokens=words, pair=pair)
            self._check_pair(example)
        if contexts is None:
            with stage("describe", 0.1):
                contexts = self.describe(image, ocr=ocr) if image else []
        with stage("look", 0.3):
            sight, unseen = self._look(image)
        if len(contexts) > MAX_CONTEXTS:
            raise InputError(
                f"There are {len(contexts)} contexts, at most {MAX_CONTEXTS} fit; remove some."
            )
        with stage("encode", 0.4):
            features = self._image_features(image)
            used = [place for place, context in enumerate(contexts) if context.included]
            batch = self._batch(example, [[contexts[place] for place in used]], features)
            aligned, reading, bare = self._forward(example, batch, features)
        with stage("bank", 0.6):
            bank = self.bank().foreign_to(
                text, image.sha256 if image else None, [context.text for context in contexts]
            )
        with stage("games", 0.7):
            games = play_games(
                contexts,
                aligned,
                bank,
                has_image=image is not None,
                temperature=self.checkpoint.config.alignment.temperature,
                method=method,
            )
        with stage("decode", 0.9):
            found, without = post_outcome(
                self.model.head, self.codec, example, batch, reading, bare
            )
        cut = self._mark_cuts(example, contexts, used)
        said = notes(batch, cut, image, context_attention=self.model.context_attention)
        return Record(
            task=self.task,
            post=Post(id=id, text=text, tokens=list(words), image=image.info if image else None),
            contexts=cut,
            seen=list(sight.sure) if sight else None,
            perhaps_seen=list(sight.perhaps) if sight else None,
            games=games,
            gates=gates(reading, batch, self.image_encoder.grid, used, len(contexts)),
            attention=attention(reading, batch, self.image_encoder.grid),
            entities=found.outcome.entities,
            relations=found.outcome.relations,
            label=found.label,
            without_contexts=without if used else None,
            verdicts=verdicts(games, len(contexts)),
            notes=[*said, *unseen],
            timings=timings,
            fingerprints=self._fingerprints(contexts, has_sight=sight is not None),
        )

    def explain(self, record: Record, image: LoadedImage | None = None) -> Record:
        """Return a record with what its contexts do to its prediction, coalition by coalition.

        Args:
            record: Of this pipeline, such as `analyse` returns or a file holds.
            image: Its photo, if it has one.

        Raises:
            InputError: The record is of another checkpoint, or the photo is missing or another.
        """
        with self._reading:
            read = self._reader(record, image)
            found = explain(self.model, self.codec, record, read)
        return record.model_copy(update={"schema_version": SCHEMA_VERSION, "explanation": found})

    def attribute(self, record: Record, entity: int, image: LoadedImage | None = None) -> Record:
        """Return a record with what one of its entities owes to words, contexts and regions.

        Args:
            record: Of this pipeline; an attribution of the same entity is replaced.
            entity: Index into its entities.
            image: Its photo, if it has one.

        Raises:
            InputError: As `explain`, or there is no such entity.
        """
        with self._reading:
            read = self._reader(record, image)
            found = attribute(
                self.model,
                self.codec,
                self.checkpoint.tokenizer,
                record,
                entity,
                post=read([range(len(included(record)))]),
                blank_regions=self._grey_regions(image),
                grid=self.image_encoder.grid,
            )
        others = [made for made in record.attributions if made.entity != entity]
        return record.model_copy(
            update={"schema_version": SCHEMA_VERSION, "attributions": [*others, found]}
        )

    def bank(self) -> Bank:
        """Return the reference bank, encoded at the first call."""
        with self._reading:
            if self._bank is None:
                self._bank = self._encode_bank()
            return self._bank

    def _encode_bank(self) -> Bank:
        entries = read_bank(self.bank_folder)
        photos = [read_image(entry.image) if entry.image else None for entry in entries]
        features = FeatureCache(self.image_encoder, None).get([photo for photo in photos if photo])
        rows = iter(zip(features.regions, features.pooled, strict=True))
        batch = collate(
            [
                Example(id=entry.id, text=entry.text, tokens=tokenize(entry.text))
                for entry in entries
            ],
            self.checkpoint.tokenizer,
            self.codec,
            contexts=[[Context(text=entry.context, generator="bank")] for entry in entries],
            features=[ImageFeatures(*next(rows)) if photo else None for photo in photos],
            **self._limits(),
        )
        with torch.inference_mode():
            aligned = self.model.align(batch.to(self.device))
        return Bank(
            entries,
            [photo.sha256 if photo else None for photo in photos],
            aligned.contexts[:, 0].cpu(),
            aligned.text.cpu(),
            aligned.image.cpu(),
        )

    def _look(self, image: LoadedImage | None) -> tuple[Sight | None, list[str]]:
        """Return what the detector sees in a photo, or a note that it is missing: most do without.

        Contexts are only compared with it; whether it is there changes no other number.
        """
        if image is None:
            return None, []
        try:
            return self._detector.sight(image.pixels), []
        except InputError as error:
            why = str(error).rstrip(".")
            return None, [f"What contexts name was not looked for in the photo: {why}."]

    def _image_features(self, image: LoadedImage | None) -> ImageFeatures | None:
        if image is None:
            return None
        features = self.image_encoder.encode([image.pixels])
        return ImageFeatures(features.regions[0], features.pooled[0])

    def _grey_regions(self, image: LoadedImage | None) -> torch.Tensor | None:
        if image is None:
            return None
        return self.image_encoder.encode([Image.new("RGB", image.pixels.size, "grey")]).regions[0]

    def _reader(self, record: Record, image: LoadedImage | None) -> ReadCoalitions:
        """Return what collates a record's post for coalitions of its included contexts."""
        check_origin(record, image, self.checkpoint.fingerprints["checkpoint"])
        example, features = post_example(record), self._image_features(image)
        own = [context for _, context in included(record)]

        def read(coalitions: Sequence[Sequence[int]]) -> Batch:
            rows = [[own[player] for player in members] for members in coalitions]
            return self._batch(example, rows, features)

        return read

    def _check_pair(self, example: Example) -> None:
        """Refuse a pair that is missing, not asked for, or outside the sentence."""
        name, words = self.checkpoint.config.name, len(example.tokens)
        if (self.task == "mre") != (example.pair is not None):
            raise InputError(
                f"{name} tells the relation of two names; mark the words of head and tail"
                if self.task == "mre"
                else f"{name} does not tell the relation of a marked pair; leave the pair out"
            )
        if example.pair and max(example.pair.head[1], example.pair.tail[1]) > words:
            raise InputError(f"the pair lies outside the sentence's {words} words; mark it again")

    def _batch(
        self,
        example: Example,
        contexts: Sequence[Sequence[Context]],
        features: ImageFeatures | None,
    ) -> Batch:
        """Collate one post as many times as there are sets of contexts to read it with."""
        return collate(
            [example] * len(contexts),
            self.checkpoint.tokenizer,
            self.codec,
            contexts=contexts,
            features=[features] * len(contexts),
            **self._limits(),
        ).to(self.device)

    def _limits(self) -> "_Limits":
        config = self.checkpoint.config.text_encoder
        return {
            "max_text_pieces": config.max_text_pieces,
            "max_context_pieces": config.max_context_pieces,
        }

    @torch.inference_mode()
    def _forward(
        self, example: Example, batch: Batch, features: ImageFeatures | None
    ) -> tuple[AlignmentFeatures, Reading, Reading]:
        """Align and read the post, and read it once more without its contexts."""
        with self._reading:
            aligned = self.model.align(batch)
            shares = self.model.bridge_shares(aligned, batch.has_context)
            reading = self.model.read(batch, shares=shares)
            bare = reading
            if bool(batch.has_context.any()):
                bare = self.model.read(self._batch(example, [[]], features))
        return aligned, reading, bare

    def _mark_cuts(
        self, example: Example, contexts: Sequence[Context], used: Sequence[int]
    ) -> list[Context]:
        """Say where the model stopped reading each context that takes part."""
        read = cut_points(
            example,
            [contexts[place] for place in used],
            self.checkpoint.tokenizer,
            **self._limits(),
        )
        cuts = dict(zip(used, read, strict=True))
        return [
            context.model_copy(update={"cut_at": cuts.get(place)})
            for place, context in enumerate(contexts)
        ]

    def _fingerprints(self, contexts: Sequence[Context], *, has_sight: bool) -> dict[str, str]:
        made = {**self.checkpoint.fingerprints, "bank": bank_fingerprint(self.bank_folder)}
        used = {context.generator for context in contexts}
        for generator in self._generators[True]:
            if generator.name in used:
                made[generator.name] = generator.fingerprint
        if has_sight:
            made["detector"] = self._detector.fingerprint
        return made


class _Limits(TypedDict):
    max_text_pieces: int
    max_context_pieces: int


class _Stages:
    """Times the stages of an analysis and reports them."""

    def __init__(self, timings: dict[str, float], progress: Progress | None) -> None:
        self.timings, self.progress = timings, progress

    @contextmanager
    def __call__(self, name: str, share: float) -> Iterator[None]:
        if self.progress:
            self.progress(name, share)
        started = time.perf_counter()
        yield
        self.timings[name] = round(time.perf_counter() - started, 4)
