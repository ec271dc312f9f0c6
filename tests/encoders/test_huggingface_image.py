"""Every family of Hugging Face vision model, tiny and random, through the one loader."""

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    BertConfig,
    BertModel,
    BitImageProcessorPil,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    ConvNextConfig,
    ConvNextImageProcessorPil,
    ConvNextModel,
    DeiTConfig,
    DeiTModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    PreTrainedModel,
    ResNetConfig,
    ResNetModel,
    SiglipVisionConfig,
    SiglipVisionModel,
    SwinConfig,
    SwinModel,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessorPil,
    ViTMAEConfig,
    ViTMAEModel,
    ViTModel,
)

from core.encoders.huggingface_image import load_huggingface
from core.errors import InputError

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
PATCHES = {**TINY, "image_size": 32, "patch_size": 8}
DINO = {**TINY, "image_size": 42, "patch_size": 14}
CLIP_VISION = CLIPVisionConfig(**PATCHES)
CLIP = CLIPConfig(
    vision_config=CLIP_VISION.to_dict(),
    text_config={**TINY, "vocab_size": 64, "bos_token_id": 1, "eos_token_id": 2},
)
RESNET = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
SWIN = SwinConfig(
    image_size=32, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4
)
CONVNEXT = ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2)

SQUARE = ViTImageProcessorPil(size={"height": 32, "width": 32})
CROPPED = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
SMALLER = BitImageProcessorPil(size={"shortest_edge": 40}, crop_size={"height": 28, "width": 28})
SHORTEST = ConvNextImageProcessorPil(size={"shortest_edge": 64})

# name: model, processor, side of the grid, width
FAMILIES = {
    "vit": (lambda: ViTModel(ViTConfig(**PATCHES)), SQUARE, 4, 32),
    "deit": (lambda: DeiTModel(DeiTConfig(**PATCHES)), SQUARE, 4, 32),
    "clip vision": (lambda: CLIPVisionModel(CLIP_VISION), CROPPED, 4, 32),
    "clip": (lambda: CLIPModel(CLIP), CROPPED, 4, 32),
    "siglip": (lambda: SiglipVisionModel(SiglipVisionConfig(**PATCHES)), SQUARE, 4, 32),
    "dinov2": (lambda: Dinov2Model(Dinov2Config(**DINO)), SMALLER, 2, 32),
    "dinov2 with registers": (
        lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**DINO)),
        SMALLER,
        2,
        32,
    ),
    "resnet": (lambda: ResNetModel(RESNET), SHORTEST, 8, 16),
    "convnext": (lambda: ConvNextModel(CONVNEXT), SHORTEST, 8, 16),
    "swin": (lambda: SwinModel(SWIN), SQUARE, 4, 16),
}


def photos(count: int, size: tuple[int, int] = (60, 40)) -> list[Image.Image]:
    random = np.random.default_rng(7)
    shape = (size[1], size[0], 3)
    return [Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)) for _ in range(count)]


def saved(model: PreTrainedModel, processor, folder) -> str:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def family(request, tmp_path_factory):
    """The folder of a tiny random model, and what its features must look like."""
    make, processor, side, width = FAMILIES[request.param]
    torch.manual_seed(0)
    return saved(make(), processor, tmp_path_factory.mktemp("model")), side, width


def test_regions_cover_a_square_grid_of_the_model_s_width(family):
    folder, side, width = family
    encoder = load_huggingface(folder)
    features = encoder.encode(photos(3))
    assert encoder.grid == (side, side)
    assert encoder.width == width
    assert features.regions.shape == (3, side * side, width)
    assert features.pooled.shape == (3, width)
    assert features.regions.dtype == features.pooled.dtype == torch.float32


def test_loading_twice_gives_the_same_fingerprint_and_features(family):
    first, second = load_huggingface(family[0]), load_huggingface(family[0])
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 64
    assert torch.equal(first.encode(photos(2)).pooled, second.encode(photos(2)).pooled)


def test_vit_regions_are_its_patch_tokens_in_order(tmp_path):
    folder = saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    image = photos(1, size=(32, 32))[0]
    pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        output = ViTModel.from_pretrained(tmp_path).eval()(pixel_values=pixels)
    features = load_huggingface(folder).encode([image])
    torch.testing.assert_close(features.regions, output.last_hidden_state[:, 1:])
    torch.testing.assert_close(features.pooled, output.pooler_output)


def test_dinov2_regions_leave_out_class_and_register_tokens(tmp_path):
    config = Dinov2WithRegistersConfig(**DINO, num_register_tokens=4)
    folder = saved(Dinov2WithRegistersModel(config), SMALLER, tmp_path)
    image = photos(1, size=(28, 28))[0]
    pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None] / 255
    mean, std = (
        torch.tensor(values).view(3, 1, 1) for values in (SMALLER.image_mean, SMALLER.image_std)
    )
    with torch.no_grad():
        output = Dinov2WithRegistersModel.from_pretrained(tmp_path).eval()(
            pixel_values=(pixels - mean) / std
        )
    assert output.last_hidden_state.shape[1] == 1 + 4 + 4
    features = load_huggingface(folder).encode([image])
    torch.testing.assert_close(features.regions, output.last_hidden_state[:, 5:])


def test_a_whole_clip_gives_the_features_of_its_vision_tower(tmp_path):
    torch.manual_seed(0)
    clip = CLIPModel(CLIP)
    tower = CLIPVisionModel(CLIP_VISION)
    weights = {
        name: value for name, value in clip.state_dict().items() if name.startswith("vision_model")
    }
    names = set(tower.state_dict())
    if not any(name.startswith("vision_model") for name in names):
        weights = {name.removeprefix("vision_model."): value for name, value in weights.items()}
    tower.load_state_dict(weights)
    whole = load_huggingface(saved(clip, CROPPED, tmp_path / "whole"))
    alone = load_huggingface(saved(tower, CROPPED, tmp_path / "alone"))
    torch.testing.assert_close(whole.encode(photos(2)).regions, alone.encode(photos(2)).regions)


def test_a_classifier_without_trained_pooler_gives_its_class_token(tmp_path):
    folder = saved(ViTForImageClassification(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    first, second = load_huggingface(folder), load_huggingface(folder)
    assert first.fingerprint == second.fingerprint
    assert torch.equal(first.encode(photos(2)).pooled, second.encode(photos(2)).pooled)


def test_different_weights_have_different_fingerprints(tmp_path):
    folders = [
        saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path / name) for name in ("one", "two")
    ]
    one, two = (load_huggingface(folder).fingerprint for folder in folders)
    assert one != two


def test_different_preparation_has_a_different_fingerprint(tmp_path):
    model = ViTModel(ViTConfig(**PATCHES))
    darker = ViTImageProcessorPil(size={"height": 32, "width": 32}, image_mean=[0.4, 0.4, 0.4])
    one = load_huggingface(saved(model, SQUARE, tmp_path / "one")).fingerprint
    two = load_huggingface(saved(model, darker, tmp_path / "two")).fingerprint
    assert one != two


def test_a_text_model_is_refused(tmp_path):
    folder = saved(BertModel(BertConfig(**TINY, vocab_size=64)), SQUARE, tmp_path)
    with pytest.raises(InputError, match="choose a vision model"):
        load_huggingface(folder)


def test_a_model_that_hides_patches_is_refused(tmp_path):
    folder = saved(ViTMAEModel(ViTMAEConfig(**PATCHES)), SQUARE, tmp_path)
    with pytest.raises(InputError, match="hides patches at random"):
        load_huggingface(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no readable vision model"):
        load_huggingface(str(tmp_path))


def test_damaged_weights_are_refused(tmp_path):
    folder = saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="holds no readable vision model"):
        load_huggingface(folder)


def test_weights_of_another_size_are_refused(tmp_path):
    saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    ViTConfig(**{**PATCHES, "hidden_size": 64}).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"holds no readable vision model|lacks the weight"):
        load_huggingface(str(tmp_path))
