"""What a model is asked: text files that a user may edit or add to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

PROMPTS = Path(__file__).parents[2] / "configs" / "prompts"
MOST_CHARACTERS = 4_000
_DIGITS = 12


@dataclass(frozen=True)
class Prompt:
    """A question about a photo.

    Attributes:
        name: Of its file, without the ending.
        text: That the model reads.
    """

    name: str
    text: str

    @property
    def label(self) -> str:
        """Name and hash, as `Context.prompt` says it: an edited prompt has another."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return f"{self.name}@{digest[:_DIGITS]}"


def prompt_names() -> list[str]:
    """Return the names of the prompts that can be chosen, in order of the alphabet."""
    return sorted(path.stem for path in PROMPTS.glob("*.txt"))


def read_prompt(name_or_path: str) -> Prompt:
    """Return a prompt of the folder `configs/prompts` by its name, or that of any other file.

    Raises:
        InputError: There is no such prompt, or its file is empty, too long or no UTF-8.
    """
    path = Path(name_or_path)
    if path.suffix != ".txt":
        path = PROMPTS / f"{name_or_path}.txt"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise InputError(
            f"there is no prompt {name_or_path!r}; choose {', '.join(prompt_names())}, or give "
            "the path of a .txt file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    if not text or len(text) > MOST_CHARACTERS:
        raise InputError(
            f"{path}: holds {len(text):,} characters; write a prompt of 1 to {MOST_CHARACTERS:,}"
        )
    return Prompt(path.stem, text)
