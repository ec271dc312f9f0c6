"""What the address of the Explore page says beside the post: which model, and which two names."""

from typing import Annotated

from pydantic import Field

from dashboard.address import Address

Words = Annotated[str, Field(pattern=r"^([0-9]{1,3}-[0-9]{1,3})?$")]


class Asked(Address):
    """A checkpoint by name, and the words of head and tail; "" is what is usual."""

    model: str = Field("", max_length=100, alias="e_model")
    head: Words = Field("", alias="e_head", description="from 0, half open: 3-5")
    tail: Words = Field("", alias="e_tail", description="likewise")
