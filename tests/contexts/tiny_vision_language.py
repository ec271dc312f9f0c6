"""Tiny random models of every way to write about a photo, saved as the real ones are."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from tokenizers.decoders import WordPiece
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessorPil,
    BlipProcessor,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GitConfig,
    GitForCausalLM,
    GitProcessor,
    GPT2Config,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessorPil,
    LlavaNextProcessor,
    LlavaProcessor,
    OPTConfig,
    PreTrainedTokenizerFast,
    T5Config,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessorPil,
)

from core.images import LoadedImage

# fmt: off
WORDS = [
    "a", "the", "man", "woman", "dog", "cat", "crowd", "stage",
    "street", "flag", "sign", "holds", "sees", "runs", "speaks", "sits",
    "near", "under", "red", "green", "blue", "old", "new", "two",
    "three", "and", "of", "in", "on", "with", "Describe", "this",
    "image", "What", "is", "it", "?",
]
# fmt: on
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "<image>"]
PAD, BEGIN, END, UNKNOWN, IMAGE = range(len(SPECIAL))
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image> {% else %}USER {{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %} ASSISTANT{% endif %}"
)

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
SEEING = {**TINY, "image_size": 16, "patch_size": 8}
TOKENS = {"bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": PAD}
PLACES = {"max_position_embeddings": 256}
SIDE = {"height": 16, "width": 16}


def tokenizer(**named: str) -> PreTrainedTokenizerFast:
    """One piece a word, begun by <s>, as Llama and OPT have it; with more pieces by their names."""
    backend = Tokenizer(
        models.WordLevel({word: i for i, word in enumerate([*SPECIAL, *WORDS])}, unk_token="<unk>")
    )
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = WordPiece()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", BEGIN)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=["<image>"],
        model_specific_special_tokens=named,
    )


VOCABULARY = len(SPECIAL) + len(WORDS)


def save_llava(folder: Path) -> None:
    """LLaVA-1.5: CLIP, a projection, Llama, and a chat template."""
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**SEEING),
        text_config=LlamaConfig(**TINY, **TOKENS, **PLACES, vocab_size=VOCABULARY),
        image_token_index=IMAGE,
    )
    crop = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=SIDE)
    processor = LlavaProcessor(
        crop,
        tokenizer(),
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    save_model(LlavaForConditionalGeneration(config), processor, folder)


def save_llava_next(folder: Path) -> None:
    """LLaVA-NeXT: as many pieces as the shape of the photo asks for."""
    grid = [[16, 32], [32, 16], [32, 32]]
    config = LlavaNextConfig(
        vision_config=CLIPVisionConfig(**SEEING),
        text_config=LlamaConfig(**TINY, **TOKENS, **PLACES, vocab_size=VOCABULARY),
        image_token_index=IMAGE,
        image_grid_pinpoints=grid,
    )
    tiles = LlavaNextImageProcessorPil(
        size={"shortest_edge": 16}, crop_size=SIDE, image_grid_pinpoints=grid
    )
    processor = LlavaNextProcessor(
        tiles,
        tokenizer(),
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    save_model(LlavaNextForConditionalGeneration(config), processor, folder)


OPT = {
    "hidden_size": 32,
    "word_embed_proj_dim": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "ffn_dim": 64,
    "vocab_size": VOCABULARY,
    **TOKENS,
    **PLACES,
}


def save_blip2(folder: Path) -> None:
    """BLIP-2 with OPT: takes a question, or none."""
    config = Blip2Config(
        vision_config=SEEING,
        qformer_config={**TINY, "encoder_hidden_size": 32, "vocab_size": VOCABULARY},
        text_config=OPTConfig(**OPT).to_dict(),
        num_query_tokens=4,
        image_token_index=IMAGE,
    )
    processor = Blip2Processor(BlipImageProcessorPil(size=SIDE), tokenizer(), num_query_tokens=4)
    save_model(Blip2ForConditionalGeneration(config), processor, folder)


def save_instructblip(folder: Path) -> None:
    """InstructBLIP with Flan-T5, whose Q-Former reads the instruction too."""
    text = T5Config(
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
        vocab_size=VOCABULARY,
        decoder_start_token_id=PAD,
        pad_token_id=PAD,
        eos_token_id=END,
    )
    config = InstructBlipConfig(
        vision_config=SEEING,
        qformer_config={**TINY, "encoder_hidden_size": 32, "vocab_size": VOCABULARY},
        text_config=text.to_dict(),
        num_query_tokens=4,
        image_token_index=IMAGE,
    )
    processor = InstructBlipProcessor(
        BlipImageProcessorPil(size=SIDE), tokenizer(), tokenizer(), num_query_tokens=4
    )
    save_model(InstructBlipForConditionalGeneration(config), processor, folder)


def save_blip(folder: Path) -> None:
    """BLIP: its decoder has tokens of its own names."""
    text = {
        **TINY,
        **PLACES,
        "encoder_hidden_size": 32,
        "vocab_size": VOCABULARY,
        "bos_token_id": BEGIN,
        "eos_token_id": END,
        "sep_token_id": END,
        "pad_token_id": PAD,
    }
    config = BlipConfig(vision_config=SEEING, text_config=text)
    processor = BlipProcessor(BlipImageProcessorPil(size=SIDE), tokenizer())
    save_model(BlipForConditionalGeneration(config), processor, folder)


def save_git(folder: Path) -> None:
    """GIT: pixels before the text in one decoder."""
    config = GitConfig(vision_config=SEEING, **TINY, **PLACES, **TOKENS, vocab_size=VOCABULARY)
    crop = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=SIDE)
    save_model(GitForCausalLM(config), GitProcessor(crop, tokenizer()), folder)


def save_vit_gpt2(folder: Path) -> None:
    """ViT and GPT-2, as older captioners are: a tokenizer and an image processor, no more."""
    text = GPT2Config(
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=256,
        vocab_size=VOCABULARY,
        is_decoder=True,
        add_cross_attention=True,
        bos_token_id=BEGIN,
        eos_token_id=END,
    )
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(ViTConfig(**SEEING), text)
    config.decoder_start_token_id = BEGIN
    config.pad_token_id = END
    config.eos_token_id = END
    ViTImageProcessorPil(size=SIDE).save_pretrained(folder)
    save_model(VisionEncoderDecoderModel(config), tokenizer(), folder)


FAMILIES = {
    "llava": save_llava,
    "llava_next": save_llava_next,
    "blip-2": save_blip2,
    "instructblip": save_instructblip,
    "blip": save_blip,
    "git": save_git,
    "vision-encoder-decoder": save_vit_gpt2,
}


def save_model(model: torch.nn.Module, processor: object, folder: Path) -> None:
    """Save a model whose weights are large enough that its words depend on the photo."""
    random = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.3, generator=random)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def photos(*sizes: tuple[int, int]) -> list[LoadedImage]:
    """Noise of these widths and heights."""
    random = np.random.default_rng(5)
    loaded = []
    for width, height in sizes:
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        sha256 = hashlib.sha256(pixels.tobytes()).hexdigest()
        loaded.append(LoadedImage(Image.fromarray(pixels), sha256, width, height))
    return loaded
