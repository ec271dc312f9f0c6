"""Posts of several processes as one batch: two real processes against one that holds all posts."""

import sys
from pathlib import Path

import pytest
import torch
from torch import distributed, multiprocessing
from torch.nn.parallel import DistributedDataParallel

from core.shapley import LossSettings, PostFeatures, alignment_loss
from core.shapley.gather import gather_posts
from core.shapley.pairs import NO_GROUP, SIDES

SPLIT = (slice(0, 3), slice(3, 8))  # 3 posts in the first process, 5 in the second
GROUPS = torch.tensor(
    [[1, NO_GROUP], [2, 7], [3, NO_GROUP], [1, 9], [4, 4], [7, 5], [6, 6], [8, 8]]
)
HAS_IMAGE = torch.tensor([1, 1, 0, 1, 1, 0, 1, 1]).bool()
OBJECTIVES = ("shapley", "infonce", "triplet", "direct", "none")


def all_features():
    """Features (8, 5) of context, text and image, leaves of the graph."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 8, 5, generator=generator, dtype=torch.float64)


def posts_of(features, rows):
    # The first process knows of one group for each post, the second of two.
    groups = GROUPS[rows] if rows.start else GROUPS[rows][:, :1]
    return PostFeatures(*features, has_image=HAS_IMAGE[rows], groups=groups)


def loss_of(posts, objective):
    return alignment_loss(
        posts, objective, text_weight=0.5, settings=LossSettings(method="enumeration")
    ).total


def new_encoder():
    torch.manual_seed(0)
    return torch.nn.Linear(5, 4, bias=False, dtype=torch.float64)


def work(rank: int, folder: str) -> None:
    """Save losses and gradients, averaged over processes, of this process's posts."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    found = {}
    for objective in OBJECTIVES:
        leaf = all_features()[:, SPLIT[rank]].clone().requires_grad_()
        loss = loss_of(posts_of(leaf, SPLIT[rank]), objective)
        loss.backward()
        found[objective] = (loss.detach(), leaf.grad / 2)
    encoder = DistributedDataParallel(new_encoder())
    encoded = encoder(all_features()[:, SPLIT[rank]])
    loss_of(posts_of(encoded, SPLIT[rank]), "shapley").backward()
    found["encoder"] = encoder.module.weight.grad
    everybody = gather_posts(posts_of(all_features()[:, SPLIT[rank]], SPLIT[rank]))
    found["groups"] = everybody.groups
    found["features"] = torch.stack([everybody.features(side) for side in SIDES])
    torch.save(found, Path(folder) / f"{rank}.pt")
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    with pytest.MonkeyPatch.context() as patch:
        # A new process runs the main module, and tests of pages leave the dashboard's there.
        patch.setitem(sys.modules, "__main__", sys.modules[__name__])
        multiprocessing.spawn(work, args=(str(folder),), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.fixture
def single_batch():
    """All posts in one process, with the groups that the two processes know of."""
    groups = GROUPS.clone()
    groups[:3, 1] = NO_GROUP
    leaf = all_features().requires_grad_()
    return leaf, PostFeatures(*leaf, has_image=HAS_IMAGE, groups=groups)


@pytest.mark.slow
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_loss_and_averaged_gradients_are_those_of_one_process(
    two_processes, single_batch, objective
):
    leaf, posts = single_batch
    loss = loss_of(posts, objective)
    loss.backward()
    for rank, found in enumerate(two_processes):
        torch.testing.assert_close(found[objective][0], loss.detach())
        torch.testing.assert_close(found[objective][1], leaf.grad[:, SPLIT[rank]])


@pytest.mark.slow
def test_an_encoder_trained_in_two_processes_gets_the_gradient_of_one(two_processes, single_batch):
    posts, encoder = single_batch[1], new_encoder()
    encoded = encoder(all_features())
    loss_of(
        PostFeatures(*encoded, has_image=posts.has_image, groups=posts.groups), "shapley"
    ).backward()
    for found in two_processes:
        torch.testing.assert_close(found["encoder"], encoder.weight.grad)


@pytest.mark.slow
def test_posts_of_all_processes_come_in_the_order_of_ranks(two_processes, single_batch):
    leaf, posts = single_batch
    for found in two_processes:
        torch.testing.assert_close(found["features"], leaf.detach())
        assert torch.equal(found["groups"], posts.groups)


def test_outside_of_torch_distributed_posts_stay_as_they_are():
    posts = posts_of(all_features(), slice(0, 8))
    assert gather_posts(posts) is posts


def test_a_single_process_keeps_its_posts(tmp_path):
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1
    )
    try:
        posts = posts_of(all_features(), slice(0, 8))
        assert gather_posts(posts) is posts
    finally:
        distributed.destroy_process_group()
