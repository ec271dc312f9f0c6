"""Tiny random models whose processors also take videos, and so need torchvision."""

from pathlib import Path

from transformers import (
    GotOcr2ImageProcessor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
    LlamaConfig,
    Qwen2Config,
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from tests.contexts.tiny_vision_language import (
    PLACES,
    SIDE,
    TEMPLATE,
    TINY,
    TOKENS,
    save_model,
    tokenizer,
)


def save_qwen3_vl(folder: Path) -> None:
    """Qwen3-VL: as many pieces as the photo has patches, and places in time and on the plane."""
    own = tokenizer(
        image_token="<image>",
        video_token="<video>",
        vision_start_token="<start>",
        vision_end_token="<stop>",
    )
    text = {
        **TINY,
        **TOKENS,
        **PLACES,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "vocab_size": len(own),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "mrope_section": [4, 2, 2],
        },
    }
    seeing = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "patch_size": 8,
        "out_hidden_size": 32,
        "num_position_embeddings": 16,
        "deepstack_visual_indexes": [0],
    }
    config = Qwen3VLConfig(
        vision_config=seeing,
        text_config=text,
        image_token_id=own.image_token_id,
        video_token_id=own.video_token_id,
        vision_start_token_id=own.vision_start_token_id,
        vision_end_token_id=own.vision_end_token_id,
    )
    shape = {"patch_size": 8, "size": {"shortest_edge": 256, "longest_edge": 4096}}
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(**shape),
        own,
        Qwen3VLVideoProcessor(**shape),
        chat_template=TEMPLATE.replace("<image>", "<start><image><stop>"),
    )
    save_model(Qwen3VLForConditionalGeneration(config), processor, folder)


def save_internvl(folder: Path) -> None:
    """InternVL: tiles of the photo, four patches to a piece."""
    own = tokenizer(
        context_image_token="<image>",
        video_token="<video>",
        start_image_token="<start>",
        end_image_token="<stop>",
    )
    config = InternVLConfig(
        vision_config={**TINY, "image_size": [16, 16], "patch_size": [4, 4]},
        text_config=Qwen2Config(
            **TINY, **TOKENS, **PLACES, num_key_value_heads=2, vocab_size=len(own)
        ),
        image_token_id=own.context_image_token_id,
        image_seq_length=4,
    )
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=SIDE, crop_to_patches=True, min_patches=1, max_patches=4),
        own,
        InternVLVideoProcessor(size=SIDE),
        image_seq_length=4,
        chat_template=TEMPLATE,
    )
    save_model(InternVLForConditionalGeneration(config), processor, folder)


def save_smolvlm(folder: Path) -> None:
    """SmolVLM: the whole photo and, of a large one, its tiles."""
    own = tokenizer(
        image_token="<image>",
        fake_image_token="<around>",
        global_image_token="<global>",
        end_of_utterance_token="<end>",
    )
    config = SmolVLMConfig(
        vision_config={**TINY, "image_size": 16, "patch_size": 4},
        text_config=LlamaConfig(**TINY, **TOKENS, **PLACES, vocab_size=len(own)),
        image_token_id=own.image_token_id,
        scale_factor=2,
    )
    side = {"max_image_size": {"longest_edge": 16}, "size": {"longest_edge": 32}}
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(**side),
        own,
        SmolVLMVideoProcessor(**side, fps=1, num_frames=1),
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    save_model(SmolVLMForConditionalGeneration(config), processor, folder)


FAMILIES = {"qwen3_vl": save_qwen3_vl, "internvl": save_internvl, "smolvlm": save_smolvlm}
