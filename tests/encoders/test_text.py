"""The text encoder over three families: tiny, random, saved and loaded like the real ones."""

import shutil
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AutoModel,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaModel,
    T5Config,
    T5Model,
)

from core.encoders.text import (
    TextEncoder,
    encoder_layers,
    frozen_fingerprint,
    load_text_encoder,
    load_tokenizer,
    mean_pool,
    subdue_contexts,
    tokenizer_fingerprint,
)
from core.errors import InputError

PIECES = 280
ROBERTA = RobertaConfig(
    vocab_size=PIECES,
    hidden_size=16,
    num_hidden_layers=3,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=66,
    type_vocab_size=1,
    pad_token_id=1,
)
DISTILBERT = DistilBertConfig(
    vocab_size=PIECES, dim=16, n_layers=3, n_heads=2, hidden_dim=32, max_position_embeddings=64
)
FAMILIES = {
    "distilbert": lambda: DistilBertModel(DISTILBERT),
    "roberta": lambda: RobertaModel(ROBERTA),
}


def byte_pairs() -> PreTrainedTokenizerFast:
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(["Ada visits Oslo and Rome", "a visit to Oslo"], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=64,
    )


@pytest.fixture(scope="module")
def folders(tiny_text_model, tmp_path_factory) -> dict[str, Path]:
    made = {"bert": tiny_text_model}
    for name, build in FAMILIES.items():
        made[name] = tmp_path_factory.mktemp(name)
        torch.manual_seed(0)
        build().save_pretrained(made[name])
        byte_pairs().save_pretrained(made[name])
    return made


@pytest.fixture(params=["bert", *FAMILIES])
def folder(request, folders) -> Path:
    return folders[request.param]


@pytest.fixture
def copied(folders, tmp_path) -> Path:
    return Path(shutil.copytree(folders["roberta"], tmp_path / "copied"))


def pieces(folder: Path, *texts: str) -> dict[str, torch.Tensor]:
    tokenizer = load_tokenizer(str(folder))
    encoded = tokenizer(list(texts), padding=True, return_tensors="pt")
    return {name: encoded[name] for name in ("input_ids", "attention_mask")}


def train_once(encoder: TextEncoder, folder: Path) -> None:
    optimiser = torch.optim.SGD([p for p in encoder.parameters() if p.requires_grad], lr=1.0)
    encoder(**pieces(folder, "Ada visits Oslo"))[..., 0].sum().backward()
    optimiser.step()


def test_hidden_states_are_those_of_the_model(folder):
    encoder = load_text_encoder(str(folder)).eval()
    given = pieces(folder, "Ada visits Oslo", "Rome")
    hidden = encoder(**given)
    assert hidden.shape == (*given["input_ids"].shape, encoder.width)
    expected = AutoModel.from_pretrained(folder).eval()(**given).last_hidden_state
    torch.testing.assert_close(hidden, expected)


def test_weights_are_loaded_in_full_precision(folders, tmp_path):
    AutoModel.from_pretrained(folders["bert"]).half().save_pretrained(tmp_path)
    encoder = load_text_encoder(str(tmp_path))
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}


def test_neighbours_and_padding_do_not_change_a_text(folder):
    encoder = load_text_encoder(str(folder)).eval()
    alone = encoder(**pieces(folder, "Rome"))[0]
    beside = encoder(**pieces(folder, "Rome", "Ada visits Oslo and Rome"))[0]
    torch.testing.assert_close(beside[: len(alone)], alone, atol=1e-5, rtol=1e-4)


def test_token_types_count_where_the_model_has_them(folders):
    encoder = load_text_encoder(str(folders["bert"])).eval()
    given = pieces(folders["bert"], "Rome")
    types = torch.ones_like(given["input_ids"])
    assert not torch.allclose(encoder(**given, token_type_ids=types), encoder(**given))


@pytest.mark.parametrize("family", FAMILIES)
def test_token_types_are_ignored_where_the_model_has_none(folders, family):
    encoder = load_text_encoder(str(folders[family])).eval()
    given = pieces(folders[family], "Rome")
    types = torch.ones_like(given["input_ids"])
    torch.testing.assert_close(encoder(**given, token_type_ids=types), encoder(**given))


def joint(folder: Path, sentence: int, context: int, padding: int) -> dict[str, torch.Tensor]:
    """Return a sentence of some pieces with a context and padding behind it."""
    length = sentence + context
    ids = torch.randint(5, 60, (1, length), generator=torch.Generator().manual_seed(7))
    pad = load_tokenizer(str(folder)).pad_token_id
    return {
        "input_ids": torch.cat([ids, torch.full((1, padding), pad)], 1),
        "attention_mask": torch.tensor([[1] * length + [0] * padding]),
        "token_type_ids": torch.tensor([[0] * sentence + [1] * context + [0] * padding]),
    }


def subdued(given: dict[str, torch.Tensor], weight: float) -> dict[str, torch.Tensor]:
    mask = subdue_contexts(given["attention_mask"], given["token_type_ids"], weight)
    return {**given, "attention_mask": mask}


@torch.no_grad()
def test_contexts_at_full_weight_are_read_as_ever(folder):
    encoder = load_text_encoder(str(folder)).eval()
    given = joint(folder, 5, 4, 3)
    heard = encoder(**subdued(given, 1.0))[:, :9]
    torch.testing.assert_close(heard, encoder(**given)[:, :9], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_without_weight_the_sentence_stands_alone(folder):
    encoder = load_text_encoder(str(folder)).eval()
    given = joint(folder, 5, 4, 3)
    alone = {name: value[:, :5] for name, value in given.items()}
    heard = encoder(**subdued(given, 1e-30))[:, :5]
    torch.testing.assert_close(heard, encoder(**alone), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(encoder(**given)[:, :5], heard, atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize("weight", [0.1, 0.5])
def test_a_sentence_gives_contexts_that_much_of_its_attention(folder, weight):
    encoder = load_text_encoder(str(folder)).eval()
    encoder.model.set_attn_implementation("eager")
    given = joint(folder, 5, 4, 3)

    def first_layer(mask: torch.Tensor) -> torch.Tensor:
        read = encoder.model(given["input_ids"], attention_mask=mask, output_attentions=True)
        return read.attentions[0][0]  # (heads, S, S)

    expected = first_layer(given["attention_mask"])
    expected[:, :5, 5:9] *= weight  # of pieces of the sentence; what contexts read stays
    expected /= expected.sum(-1, keepdim=True)
    found = first_layer(subdued(given, weight)["attention_mask"])
    torch.testing.assert_close(found[:, :9], expected[:, :9], atol=1e-6, rtol=1e-4)


def test_layers_are_listed_from_the_bottom_up(folder):
    model = load_text_encoder(str(folder)).eval().model
    seen: list[int] = []
    for place, layer in enumerate(encoder_layers(model)):
        layer.register_forward_hook(lambda *_, place=place: seen.append(place))
    model(**pieces(folder, "Rome"))
    assert seen == list(range(model.config.num_hidden_layers))


@pytest.mark.parametrize("frozen", [0, 1])
def test_embeddings_and_the_lowest_layers_are_not_trained(folder, frozen):
    encoder = load_text_encoder(str(folder), frozen_layers=frozen)
    encoder(**pieces(folder, "Ada visits Oslo"))[..., 0].sum().backward()
    assert all(p.grad is None for p in encoder.model.get_input_embeddings().parameters())
    assert all(p.grad is None for p in encoder.model.embeddings.parameters())
    for place, layer in enumerate(encoder_layers(encoder.model)):
        reached = [p.grad is not None for p in layer.parameters()]
        assert not any(reached) if place < frozen else all(reached)


def test_every_parameter_is_either_frozen_or_reached_by_gradients(folder):
    encoder = load_text_encoder(str(folder))
    encoder(**pieces(folder, "Ada visits Oslo"))[..., 0].sum().backward()
    assert all(p.requires_grad == (p.grad is not None) for p in encoder.parameters())


def test_more_frozen_layers_than_there_are_is_refused(folders):
    with pytest.raises(InputError, match=r"frozen_layers is 4, .* has 3 layers"):
        load_text_encoder(str(folders["roberta"]), frozen_layers=4)


def test_the_fingerprint_follows_frozen_weights_and_no_trained_ones(folder):
    encoder = load_text_encoder(str(folder), frozen_layers=1)
    before = frozen_fingerprint(encoder)
    top = encoder_layers(encoder.model)[-1]
    weights = [p.detach().clone() for p in top.parameters()]
    train_once(encoder, folder)
    assert any(not torch.equal(a, b) for a, b in zip(weights, top.parameters(), strict=True))
    assert frozen_fingerprint(encoder) == before
    with torch.no_grad():
        encoder.model.get_input_embeddings().weight[5, 3] += 1e-3
    assert frozen_fingerprint(encoder) != before


def test_the_fingerprint_is_the_same_at_every_load_and_says_what_is_frozen(folder):
    first, again = (frozen_fingerprint(load_text_encoder(str(folder))) for _ in range(2))
    assert first == again
    assert first != frozen_fingerprint(load_text_encoder(str(folder), frozen_layers=1))


def test_a_model_saved_without_its_pooler_has_one_fingerprint_too(folders, tmp_path):
    RobertaForMaskedLM(ROBERTA).save_pretrained(tmp_path)  # as roberta-base is
    first, again = (load_text_encoder(str(tmp_path)).eval() for _ in range(2))
    assert frozen_fingerprint(first) == frozen_fingerprint(again)
    given = pieces(folders["roberta"], "Ada visits Oslo")
    torch.testing.assert_close(first(**given), again(**given))


def test_mean_pool_is_the_mean_of_the_pieces_that_count():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]], [[5.0, 7.0]] * 3])
    mask = torch.tensor([[1, 1, 0], [0, 0, 0]])
    assert mean_pool(hidden, mask).tolist() == [[2.0, 4.0], [0.0, 0.0]]
    assert mean_pool(hidden, mask.bool()).tolist() == [[2.0, 4.0], [0.0, 0.0]]


def test_mean_pool_takes_several_masks_over_one_text():
    hidden = torch.tensor([[[1.0], [2.0], [6.0]]])  # (1, S, D)
    masks = torch.tensor([[[1, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 0]]])  # (1, n, S)
    assert mean_pool(hidden.unsqueeze(1), masks).tolist() == [[[1.0], [4.0], [3.0], [0.0]]]


def test_a_byte_pair_tokenizer_reads_the_first_word_like_any_other(folders):
    tokenizer = load_tokenizer(str(folders["roberta"]))
    first, second = (tokenizer(text, add_special_tokens=False) for text in ("Oslo", "Ada Oslo"))
    assert second["input_ids"][-len(first["input_ids"]) :] == first["input_ids"]


def test_the_tokenizer_fingerprint_outlives_a_call_and_knows_other_tokenizers(folders):
    tokenizer = load_tokenizer(str(folders["bert"]))
    before = tokenizer_fingerprint(tokenizer)
    tokenizer(["Ada visits Oslo", "Rome"], padding=True, truncation=True, max_length=6)
    assert tokenizer_fingerprint(tokenizer) == before
    assert tokenizer_fingerprint(load_tokenizer(str(folders["bert"]))) == before
    assert tokenizer_fingerprint(load_tokenizer(str(folders["roberta"]))) != before


@pytest.mark.parametrize("load", [load_text_encoder, load_tokenizer])
@pytest.mark.parametrize("name", ["nobody/has-this", "/no/such/folder", "no such id", ""])
def test_a_name_that_leads_nowhere_is_refused(load, name):
    with pytest.raises(InputError, match=f"^{name!r}"):
        load(name)


@pytest.mark.parametrize("load", [load_text_encoder, load_tokenizer])
def test_a_folder_without_a_model_is_refused_in_one_line(load, tmp_path):
    with pytest.raises(InputError) as refused:
        load(str(tmp_path))
    assert str(refused.value).startswith(f"{tmp_path}: holds no readable")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 9, b"{}"])
@pytest.mark.parametrize(
    ("file", "load"),
    [
        ("config.json", load_text_encoder),
        ("model.safetensors", load_text_encoder),
        ("tokenizer.json", load_tokenizer),
    ],
)
def test_a_damaged_file_is_refused(copied, file, load, content):
    (copied / file).write_bytes(content)
    with pytest.raises(InputError, match=r"holds no readable (text encoder|tokenizer)"):
        load(str(copied))


def test_weights_that_end_early_are_refused(copied):
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(InputError, match="holds no readable text encoder"):
        load_text_encoder(str(copied))


def test_weights_of_another_architecture_are_refused(folders, copied):
    config = RobertaConfig(**{**ROBERTA.to_dict(), "max_position_embeddings": 64})
    config.save_pretrained(copied)
    shutil.copy(folders["distilbert"] / "model.safetensors", copied)
    with pytest.raises(InputError, match="lacks weights"):
        load_text_encoder(str(copied))


def test_an_image_model_is_no_tokenizer(tiny_image_model):
    with pytest.raises(InputError, match="holds no readable tokenizer"):
        load_tokenizer(str(tiny_image_model))


def test_an_encoder_with_a_decoder_is_refused(tmp_path):
    config = T5Config(vocab_size=50, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2)
    T5Model(config).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="is not a text encoder"):
        load_text_encoder(str(tmp_path))
