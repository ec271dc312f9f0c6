"""Contexts as JSON, one a line: what the store gives and takes, and other programs write."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.contexts.clean import clean_text
from core.contexts.generator import ContextGenerator
from core.errors import InputError
from core.lines import decode_line
from core.records import Context


class ContextLine(BaseModel):
    """One context of a photo, or none when the text is empty.

    Lines of ours also say which bytes were described and by what, so that they are known again
    under another name, in another folder and on another machine.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, coerce_numbers_to_str=True
    )

    image_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    text: str
    generator: str | None = None
    model: str | None = None
    prompt: str | None = None
    seconds: float | None = Field(None, ge=0)
    log_likelihood: float | None = Field(None, le=0)
    cost: float | None = Field(None, ge=0)
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="of the photo's bytes")
    fingerprint: str | None = Field(None, description="of the generator")

    def context(self, generator: str, model: str | None = None) -> Context:
        """Return the context, which is not empty, with what the line leaves open."""
        return Context(
            text=self.text,
            generator=self.generator or generator,
            model=self.model or model,
            prompt=self.prompt,
            seconds=self.seconds,
            log_likelihood=self.log_likelihood,
            cost=self.cost,
        )


def parse_line(raw: bytes) -> ContextLine:
    """Return what a line says, its text cleaned.

    Raises:
        InputError: It is no such JSON object, or too long.
    """
    try:
        line = ContextLine.model_validate_json(decode_line(raw))
    except ValidationError as error:
        first = error.errors()[0]
        fault = f'"{first["loc"][0]}": {first["msg"]}' if first["loc"] else "this is no JSON object"
        raise InputError(
            f'{fault}; a line reads like {{"image_id": "1", "text": "a dog"}}.'
        ) from None
    return line.model_copy(update={"text": clean_text(line.text)})


def context_lines(
    image_id: str, sha256: str, contexts: Sequence[Context], generator: ContextGenerator
) -> bytes:
    """Return a photo's contexts as lines, one with an empty text where there are none."""
    said = [context.model_dump() for context in contexts]
    about = {"image_id": image_id, "sha256": sha256, "fingerprint": generator.fingerprint}
    rows = said or [{"text": "", "generator": generator.name}]
    lines = [ContextLine.model_validate({**row, **about}) for row in rows]
    return b"".join(line.model_dump_json(exclude_none=True).encode() + b"\n" for line in lines)
