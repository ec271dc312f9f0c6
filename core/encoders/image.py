"""The way in to image encoders: by packaged name, Hugging Face id or folder."""

from core.encoders.efficientnet import NAME as EFFICIENTNET
from core.encoders.efficientnet import load_efficientnet
from core.encoders.huggingface_image import load_huggingface
from core.encoders.image_features import ImageEncoder, ImageFeatures

__all__ = ["ImageEncoder", "ImageFeatures", "load_image_encoder"]


def load_image_encoder(name_or_path: str = EFFICIENTNET, device: str = "cpu") -> ImageEncoder:
    """Load a frozen image encoder.

    Args:
        name_or_path: `efficientnet-lite0`, or a vision model (ViT, DeiT, the vision tower of CLIP,
            DINOv2, ResNet, ...) as a Hugging Face id or a local folder.
        device: Where it runs; features always come back on the CPU.

    Raises:
        InputError: It cannot be found, is damaged, or gives no grid of features.
    """
    if name_or_path == EFFICIENTNET:
        return load_efficientnet(device)
    return load_huggingface(name_or_path, device)
