"""What one visitor has on the page: a typed view of session state and of the address."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.contexts.typed import MOST_CONTEXTS, typed_contexts
from core.datasets.samples import Sample
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context, Record
from dashboard.asked import Asked
from dashboard.generating import Generating
from dashboard.inputs import Inputs
from dashboard.marking import Marks, marks_of
from dashboard.offers import Offer
from dashboard.page_state import PageState
from dashboard.sample_posts import is_as_shipped

LINK = "e_post"  # in the address: the id of a sample
OWN_POST = "post"  # id of a Record that is no sample


@dataclass(frozen=True)
class Draft:
    """A context being edited: where it came from. Its words and its switch live in widgets."""

    number: int
    origin: Context


@dataclass(frozen=True)
class Result:
    """A Record with what is drawn beside it.

    Attributes:
        record: Of the post.
        inputs: What it was made from.
        offer: The checkpoint that made it.
        sample: Whose sentence it is, unedited; None: nobody knows gold labels.
        raw: The inputs as they stood in the widgets.
    """

    record: Record
    inputs: Inputs
    offer: Offer | None
    sample: Sample | None
    raw: tuple[object, ...]

    @property
    def photo(self) -> LoadedImage | None:
        """The photo analysed, None when there was none."""
        return self.inputs.photo

    @property
    def note(self) -> str:
        """What a newcomer should look at, "" for a post that is, or has become, one's own."""
        shipped = self.sample and is_as_shipped(self.inputs, self.sample)
        return self.sample.note if self.sample and shipped else ""


@dataclass
class Explore:
    """The Explore page of one visitor. Nothing here is shared: two visitors have two of these.

    Attributes:
        widgets: The session's mapping from widget key to value.
        asked: Model and marked names, as the address says them.
        offer: The checkpoint that is chosen, None before the page was drawn.
        sample: The sample that was opened, edited since or not; None for an own post.
        photo: The photo of the post, None when it has none.
        photo_error: Why the last upload was refused, "" when it was not.
        drafts: The contexts being edited.
        result: The latest analysis, kept while the inputs change.
        error: Why the latest analysis failed, "" when it did not.
        pending: An analysis was asked for and has not ended.
        to_describe: The next analysis replaces the contexts by what is seen in the photo.
        link: The sample the address named when it was last followed.
        marked_in: The sentence that the marked names belong to.
        uploads: Number of file choosers used up; a new one is empty.
        generating: Contexts that may be taken into the post.
    """

    widgets: MutableMapping[Any, Any]
    offer: Offer | None = None
    sample: Sample | None = None
    photo: LoadedImage | None = None
    photo_error: str = ""
    drafts: tuple[Draft, ...] = ()
    result: Result | None = None
    error: str = ""
    pending: bool = False
    to_describe: bool = False
    link: str | None = None
    marked_in: str = ""
    uploads: int = 0
    generating: Generating = field(default_factory=Generating)
    _drafted: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        self.asked = PageState("explore", self.widgets, Asked())
        self.widgets.setdefault(TEXT, "")

    @property
    def marks(self) -> Marks:
        """The two names that are marked, as far as the chosen checkpoint asks for any."""
        if self.offer is None or self.offer.task != "mre":
            return Marks()
        given = self.asked.settings
        return marks_of(self.widgets[TEXT], self.unedited, given.head, given.tail)

    @property
    def address(self) -> dict[str, str]:
        """What the address of the page says."""
        post = {LINK: self.link} if self.link else {}
        return post | self.asked.settings.address

    @property
    def unedited(self) -> Sample | None:
        """The sample whose sentence is on the page, None when it was edited."""
        sample = self.sample
        return sample if sample and sample.text == self.widgets[TEXT] else None

    @property
    def to_mark(self) -> str:
        """What to mark before the post can be analysed, "" when nothing is."""
        marks = self.marks
        return marks.missing if marks.tokens else ""

    def ask_again(self) -> None:
        """Want the same post analysed anew, unless it never was."""
        self.pending = self.pending or self.result is not None or bool(self.error)

    def open_sample(self, sample: Sample, photo: LoadedImage | None) -> None:
        """Put a sample on the page and ask for its analysis."""
        self._replace_post(sample, sample.text, photo)
        self.set_contexts(sample.contexts)
        self.link, self.pending = sample.id, True

    def open_blank(self) -> None:
        """Put an empty post on the page."""
        self._replace_post(None, "", None)
        self.set_contexts(())
        self.link = None

    def set_photo(self, photo: LoadedImage | None) -> None:
        """Change the photo; sentence and contexts stay."""
        self.generating.clear()
        self.photo, self.photo_error = photo, ""
        self.to_describe = photo is not None and not self.drafts

    def set_contexts(self, contexts: Sequence[Context]) -> None:
        """Replace all contexts."""
        self.drafts = ()
        for context in contexts:
            self._draft(context)
        self.to_describe = False

    def add_context(self) -> None:
        """Add an empty context to type in, unless there are as many as a post may have."""
        if len(self.drafts) < MOST_CONTEXTS:
            self._draft(Context.model_construct(text="", generator="typed"))
            self.to_describe = False

    def take_contexts(self, contexts: Sequence[Context], *, replacing: bool) -> None:
        """Put contexts behind those there are, or in their place, as many as a post may have."""
        if replacing:
            self.set_contexts(())
        for context in contexts[: MOST_CONTEXTS - len(self.drafts)]:
            self._draft(context)
        self.to_describe = False

    def remove_context(self, draft: Draft) -> None:
        """Take one context away."""
        self.drafts = tuple(other for other in self.drafts if other.number != draft.number)

    def words(self, draft: Draft) -> str:
        """Return a context as it stands in its widget."""
        return str(self.widgets.get(text_key(draft), draft.origin.text))

    def is_on(self, draft: Draft) -> bool:
        """Return whether a context is switched on."""
        return bool(self.widgets.get(switch_key(draft), draft.origin.included))

    @property
    def raw(self) -> tuple[object, ...]:
        """All inputs as they stand in the widgets, comparable, never an error."""
        contexts = tuple((self.words(draft), self.is_on(draft)) for draft in self.drafts)
        photo = self.photo.sha256 if self.photo else None
        return (self.widgets[TEXT], photo, contexts, self.offer, self.marks.pair)

    @property
    def is_stale(self) -> bool:
        """Whether the inputs were changed since the latest analysis."""
        return self.result is not None and self.result.raw != self.raw

    def inputs(self) -> Inputs:
        """Return the post as it stands in the widgets.

        Raises:
            InputError: A context is empty, or names have to be marked.
        """
        if self.to_mark:
            raise InputError(self.to_mark)
        typed = typed_contexts([self.words(draft) for draft in self.drafts])
        contexts = []
        for draft, context in zip(self.drafts, typed, strict=True):
            # An edited sentence is its editor's, no longer the generator's.
            kept = draft.origin if self.words(draft) == draft.origin.text else context
            contexts.append(kept.model_copy(update={"included": self.is_on(draft)}))
        own = self.sample.id if self.sample else OWN_POST
        folder = self.offer.folder if self.offer else ""
        text, pair = self.widgets[TEXT], self.marks.pair
        return Inputs(own, text, self.photo, tuple(contexts), folder, pair)

    def accept(self, record: Record, inputs: Inputs) -> None:
        """Keep the Record of the inputs that are on the page."""
        sample = self.sample if self.sample and self.sample.text == inputs.text else None
        self.result = Result(record, inputs, self.offer, sample, self.raw)
        self.error, self.pending = "", False

    def explain(self, record: Record) -> None:
        """Keep a Record that says more about the same post."""
        if self.result:
            self.result = replace(self.result, record=record)

    def refuse(self, message: str) -> None:
        """Keep why the analysis failed; inputs and the latest result stay."""
        self.error, self.pending = message, False

    def _replace_post(self, sample: Sample | None, text: str, photo: LoadedImage | None) -> None:
        self.sample, self.photo, self.widgets[TEXT] = sample, photo, text
        self.marked_in = text
        self.photo_error, self.error, self.result, self.pending = "", "", None, False
        self.uploads += 1
        self.generating.clear()

    def _draft(self, context: Context) -> None:
        self._drafted += 1
        draft = Draft(self._drafted, context)
        self.drafts += (draft,)
        self.widgets[text_key(draft)] = context.text
        self.widgets[switch_key(draft)] = context.included


def key(*parts: object) -> str:
    """Return the key of a widget on this page: `explore.panel.item`."""
    return ".".join(map(str, ("explore", *parts)))


TEXT = key("post", "text")


def text_key(draft: Draft) -> str:
    """Return the key of the widget that holds a context's words."""
    return key("context", draft.number, "text")


def switch_key(draft: Draft) -> str:
    """Return the key of the widget that switches a context on and off."""
    return key("context", draft.number, "on")


def visitor(session: MutableMapping[Any, Any]) -> Explore:
    """Return the page of the visitor whose session this is."""
    found: Explore = session.setdefault(key("state"), Explore(session))
    return found
