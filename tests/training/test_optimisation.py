"""What is trained at which rate."""

import torch

from core.config import HeadConfig
from core.training.checkpoint import build_model, trained_state
from core.training.optimisation import parameter_groups


def test_every_trained_parameter_is_in_one_group(make_config):
    config = make_config()
    model, _ = build_model(config, image_width=24)
    groups = parameter_groups(model, config)
    grouped = [id(p) for group in groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in trained_state(model).values())
    assert not any(p.requires_grad for p in model.text_encoder.model.embeddings.parameters())
    assert [group["lr"] for group in groups] == [3e-3, 5e-2, 1e-2]
    assert {id(p) for p in groups[1]["params"]} == {id(p) for p in model.head.crf.parameters()}
    assert isinstance(model.head.crf.transitions, torch.nn.Parameter)


def test_a_head_without_a_crf_is_trained_like_the_rest(make_config):
    config = make_config()
    head = HeadConfig(task="mre", relations=("None", "peer"))
    config = config.model_copy(update={"head": head})
    model, _ = build_model(config, image_width=24)
    encoder, rest = parameter_groups(model, config)
    assert (encoder["lr"], rest["lr"]) == (3e-3, 1e-2)
    assert {id(p) for p in model.head.parameters()} <= {id(p) for p in rest["params"]}
