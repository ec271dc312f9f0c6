"""What if ...: variants of a post, tried one after the other, and the one they are held against."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.contexts.typed import MOST_CONTEXTS, typed_contexts
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context, Record
from dashboard.inputs import Inputs
from dashboard.names import found_again
from dashboard.state import key

Edit = Callable[[Inputs], Inputs]


@dataclass(frozen=True)
class Trial:
    """A post that was analysed, and what was changed to come to it.

    Attributes:
        change: In a few words, such as "without context 2".
        inputs: What was analysed.
        record: What came out.
    """

    change: str
    inputs: Inputs
    record: Record


@dataclass
class Trials:
    """The variants of one post, the latest last.

    Attributes:
        original: The post as it stands on the page.
        steps: The variants; each one starts from the one before.
        pinned: What is held against the latest variant instead of the original.
        wanted: A change that was asked for and not tried yet: its name and what it does.
        error: Why the latest change could not be made, "" when it could.
    """

    original: Trial
    steps: list[Trial] = field(default_factory=list)
    pinned: Trial | None = None
    wanted: tuple[str, Edit] | None = None
    error: str = ""

    @property
    def before(self) -> Trial:
        """What the latest variant is held against."""
        return self.pinned or self.original

    @property
    def now(self) -> Trial:
        """The latest variant; the original when there is none."""
        return self.steps[-1] if self.steps else self.original

    def ask(self, change: str, edit: Edit) -> None:
        """Want one more variant."""
        self.wanted, self.error = (change, edit), ""

    def accept(self, trial: Trial) -> None:
        """Take the variant that was wanted."""
        self.steps.append(trial)
        self.wanted, self.error = None, ""

    def refuse(self, message: str) -> None:
        """Keep why there is no such variant; those before it stay."""
        self.wanted, self.error = None, message

    def undo(self) -> None:
        """Take the latest variant back."""
        if self.steps:
            self.steps.pop()
        self.error = ""

    def reset(self) -> None:
        """Take everything back."""
        self.steps, self.pinned, self.wanted, self.error = [], None, None, ""

    def pin(self) -> None:
        """Hold what follows against the latest variant."""
        self.pinned = self.now

    def unpin(self) -> None:
        """Hold what follows against the original again."""
        self.pinned = None


def trials_of(session: MutableMapping[Any, Any], original: Trial) -> Trials:
    """Return the variants of a post in a visitor's session; those of another post are forgotten."""
    found: Trials | None = session.get(key("trials"))
    if found is None or found.original.inputs.digest != original.inputs.digest:
        found = session[key("trials")] = Trials(original)
    return found


def switch_context(inputs: Inputs, place: int) -> Inputs:
    """Return the post with one context switched off, or on again; places stay as they are."""
    context = inputs.contexts[place]
    return _with(inputs, place, context.model_copy(update={"included": not context.included}))


def rewrite_context(inputs: Inputs, place: int, text: str) -> Inputs:
    """Return the post with other words for one context.

    Raises:
        InputError: There are no words.
    """
    (context,) = typed_contexts([text])
    return _with(inputs, place, context)


def borrow_context(inputs: Inputs, place: int | None, context: Context) -> Inputs:
    """Return the post with a context of another post.

    Args:
        inputs: The post.
        place: Whose place the context takes; None: it comes last.
        context: Of the other post.

    Raises:
        InputError: There is no room for one more.
    """
    if place is not None:
        return _with(inputs, place, context)
    if len(inputs.contexts) >= MOST_CONTEXTS:
        raise InputError(
            f"A post takes at most {MOST_CONTEXTS} contexts: let the borrowed one take the place "
            "of another."
        )
    return replace(inputs, contexts=(*inputs.contexts, context))


def change_photo(inputs: Inputs, photo: LoadedImage | None) -> Inputs:
    """Return the post with another photo, or with none."""
    return replace(inputs, photo=photo)


def rewrite_sentence(inputs: Inputs, text: str) -> Inputs:
    """Return the post with another sentence; marked names are found again in it.

    Raises:
        InputError: One of them does not stand in it, or there are no words.
    """
    pair = found_again(inputs.pair, inputs.text, text) if inputs.pair else None
    return replace(inputs, text=text, pair=pair)


def _with(inputs: Inputs, place: int, context: Context) -> Inputs:
    contexts: Sequence[Context] = inputs.contexts
    return replace(inputs, contexts=(*contexts[:place], context, *contexts[place + 1 :]))
