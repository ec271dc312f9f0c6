"""What is chosen when a model of Hugging Face writes contexts; read without loading torch."""

from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from core.config import Section
from core.images import LONGEST_SIDE


class HuggingFaceSettings(Section):
    """Which model, what it is asked, and how it answers."""

    kind: Literal["huggingface"] = "huggingface"
    model: str = Field(description="Hugging Face id or folder")
    revision: str | None = Field(None, description="branch, tag or commit of an id")
    prompts: tuple[str, ...] = Field(
        ("describe",), description="names or files; captioners are asked nothing"
    )
    samples: PositiveInt = Field(1, description="sentences a prompt")
    temperature: float = Field(0.0, ge=0, description="0: the likeliest words, always the same")
    top_p: float = Field(1.0, gt=0, le=1, description="share of the probability drawn from")
    beams: PositiveInt = Field(1, description="sentences followed at a time, at temperature 0")
    seed: int = 13
    max_new_tokens: PositiveInt = 96
    batch_size: PositiveInt = 4
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="of the weights; auto: as they are saved"
    )
    device_map: str | None = Field(None, description='how accelerate spreads the model: "auto"')
    four_bit: bool = Field(False, description="weights in four bits; needs bitsandbytes")
    largest_side: PositiveInt = Field(
        LONGEST_SIDE, description="pixels; larger photos are scaled down"
    )

    @model_validator(mode="after")
    def _samples_differ(self) -> Self:
        if self.temperature and self.beams > 1:
            raise ValueError("beams are for temperature 0; set one of them")
        if not self.temperature and self.samples > self.beams:
            raise ValueError(
                f"at temperature 0 at most {self.beams} of {self.samples} samples would differ; "
                "raise temperature, or set as many beams"
            )
        return self
