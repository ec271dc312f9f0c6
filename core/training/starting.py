"""Where training starts from when it does not start from the packaged encoder alone."""

from core.config import Config
from core.encoders.text import frozen_fingerprint
from core.errors import InputError
from core.model import ShapCA
from core.training.checkpoint import find_checkpoint, load_checkpoint, trained_state

_HEADS = ("head.", "label_head.", "word_head.")  # they belong to a task


def check_start(checkpoint: str) -> None:
    """Refuse a start that is not there, before anything is read.

    Raises:
        InputError: There is no such checkpoint.
    """
    try:
        find_checkpoint(checkpoint)
    except InputError:
        raise InputError(
            f"training.start_from is {checkpoint!r}, and there is no such checkpoint; train it "
            f"first (`python -m core train configs/{checkpoint}.toml` where there is that config), "
            "or name another"
        ) from None


def start_from(model: ShapCA, checkpoint: str, config: Config) -> str:
    """Put a checkpoint's trained weights into a model, its heads apart, and return its name@hash.

    Ours: what a model has learned of sentences, contexts and photos serves every task; a corpus
    without photos need not unlearn them.

    Args:
        model: Not yet trained; its heads stay as they are.
        checkpoint: Name or folder.
        config: Of the model.

    Raises:
        InputError: The checkpoint cannot be read, or the two do not have the same parts.
    """
    ready = load_checkpoint(checkpoint)
    given, wanted = (
        {name: value for name, value in trained_state(each).items() if not name.startswith(_HEADS)}
        for each in (ready.model, model)
    )
    if frozen_fingerprint(ready.model.text_encoder) != frozen_fingerprint(model.text_encoder):
        raise InputError(
            f"training cannot start from {checkpoint}: it freezes another text encoder, or other "
            "layers of it; give both configs the same text_encoder"
        )
    # What weights mean under another encoder or with other heads, their shapes do not tell.
    for what, there, here in (
        ("image_encoder", ready.config.image_encoder.model, config.image_encoder.model),
        ("fusion.heads", ready.config.fusion.heads, config.fusion.heads),
    ):
        if there != here:
            raise InputError(
                f"training cannot start from {checkpoint}: its {what} is {there}, here it is "
                f"{here}; give both configs the same"
            )
    shapes = ({(name, value.shape) for name, value in each.items()} for each in (given, wanted))
    if differing := sorted(name for name, _ in set.symmetric_difference(*shapes)):
        raise InputError(
            f"training cannot start from {checkpoint}: {differing[0]} is not the same in both; "
            "give both configs the same character_width, image_encoder, alignment.width and fusion"
        )
    model.load_state_dict(given, strict=False)
    return ready.fingerprints["checkpoint"]
