"""Image encoders: the packaged one, and every family of Hugging Face model through one loader."""

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    BertConfig,
    BertModel,
    CLIPConfig,
    CLIPModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    ConvNextConfig,
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
    ViTMAEConfig,
    ViTMAEModel,
    ViTModel,
)
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from core.encoders.image import load_image_encoder
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


@pytest.fixture(scope="module")
def efficientnet():
    return load_image_encoder()


def test_regions_cover_a_square_grid_of_the_model_s_width(family):
    folder, side, width = family
    encoder = load_image_encoder(folder)
    features = encoder.encode(photos(3))
    assert encoder.grid == (side, side)
    assert encoder.width == width
    assert features.regions.shape == (3, side * side, width)
    assert features.pooled.shape == (3, width)
    assert features.regions.dtype == features.pooled.dtype == torch.float32


def test_loading_twice_gives_the_same_fingerprint_and_features(family):
    first, second = load_image_encoder(family[0]), load_image_encoder(family[0])
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 64
    assert torch.equal(first.encode(photos(2)).pooled, second.encode(photos(2)).pooled)


def test_vit_regions_are_its_patch_tokens_in_order(tmp_path):
    folder = saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    image = photos(1, size=(32, 32))[0]
    pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        output = ViTModel.from_pretrained(tmp_path).eval()(pixel_values=pixels)
    features = load_image_encoder(folder).encode([image])
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
    features = load_image_encoder(folder).encode([image])
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
    whole = load_image_encoder(saved(clip, CROPPED, tmp_path / "whole"))
    alone = load_image_encoder(saved(tower, CROPPED, tmp_path / "alone"))
    torch.testing.assert_close(whole.encode(photos(2)).regions, alone.encode(photos(2)).regions)


def test_a_classifier_without_trained_pooler_gives_its_class_token(tmp_path):
    folder = saved(ViTForImageClassification(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    first, second = load_image_encoder(folder), load_image_encoder(folder)
    assert first.fingerprint == second.fingerprint
    assert torch.equal(first.encode(photos(2)).pooled, second.encode(photos(2)).pooled)


def test_different_weights_have_different_fingerprints(tmp_path):
    folders = [
        saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path / name) for name in ("one", "two")
    ]
    one, two = (load_image_encoder(folder).fingerprint for folder in folders)
    assert one != two


def test_different_preparation_has_a_different_fingerprint(tmp_path):
    model = ViTModel(ViTConfig(**PATCHES))
    darker = ViTImageProcessorPil(size={"height": 32, "width": 32}, image_mean=[0.4, 0.4, 0.4])
    one = load_image_encoder(saved(model, SQUARE, tmp_path / "one")).fingerprint
    two = load_image_encoder(saved(model, darker, tmp_path / "two")).fingerprint
    assert one != two


def test_efficientnet_gives_seven_by_seven_regions_whose_mean_is_pooled(efficientnet):
    features = efficientnet.encode(photos(2))
    assert efficientnet.grid == (7, 7)
    assert features.regions.shape == (2, 49, 1280)
    torch.testing.assert_close(features.pooled, features.regions.mean(1))


def test_every_region_lies_at_its_place_of_the_whole_photo(efficientnet):
    # A disc on plain grey excites the regions under it, also in the corners a crop would cut off.
    for row, column in [(0, 0), (0, 6), (3, 3), (6, 0), (6, 6)]:
        grey = np.full((350, 700, 3), 128, dtype=np.uint8)
        marked = grey.copy()
        marked[row * 50 : row * 50 + 50, column * 100 : column * 100 + 100] = (255, 40, 0)
        plain, with_mark = efficientnet.encode(
            [Image.fromarray(grey), Image.fromarray(marked)]
        ).regions
        change = (with_mark - plain).norm(dim=1).view(7, 7)
        places = torch.nonzero(change == change.max())[0]
        assert (places - torch.tensor([row, column])).abs().max() <= 1


def test_batches_of_any_size_give_the_same_features(efficientnet):
    images = photos(19)
    together = efficientnet.encode(images).pooled
    one_by_one = torch.cat([efficientnet.encode([image]).pooled for image in images])
    torch.testing.assert_close(together, one_by_one, atol=1e-4, rtol=1e-4)


def test_no_photo_gives_empty_features(efficientnet):
    assert efficientnet.encode([]).regions.shape == (0, 49, 1280)
    assert efficientnet.encode([]).pooled.shape == (0, 1280)


def test_features_can_feed_a_layer_that_learns(efficientnet):
    regions = efficientnet.encode(photos(1)).regions
    assert not regions.requires_grad
    layer = torch.nn.Linear(1280, 2)
    layer(regions).sum().backward()
    assert layer.weight.grad is not None


def test_a_text_model_is_refused(tmp_path):
    folder = saved(BertModel(BertConfig(**TINY, vocab_size=64)), SQUARE, tmp_path)
    with pytest.raises(InputError, match="choose a vision model"):
        load_image_encoder(folder)


def test_a_model_that_hides_patches_is_refused(tmp_path):
    folder = saved(ViTMAEModel(ViTMAEConfig(**PATCHES)), SQUARE, tmp_path)
    with pytest.raises(InputError, match="hides patches at random"):
        load_image_encoder(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no readable vision model"):
        load_image_encoder(str(tmp_path))


def test_damaged_weights_are_refused(tmp_path):
    folder = saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="holds no readable vision model"):
        load_image_encoder(folder)


def test_weights_of_another_size_are_refused(tmp_path):
    saved(ViTModel(ViTConfig(**PATCHES)), SQUARE, tmp_path)
    ViTConfig(**{**PATCHES, "hidden_size": 64}).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"holds no readable vision model|lacks the weight"):
        load_image_encoder(str(tmp_path))
