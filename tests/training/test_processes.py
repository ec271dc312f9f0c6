"""Two real processes that train one model, against one that holds all posts."""

import sys
from pathlib import Path

import pytest
import torch
from torch import distributed, multiprocessing

from core.config import Config, HeadConfig
from core.datasets.batches import collate
from core.datasets.labels import entities_from_tags
from core.datasets.tokens import tokens_from_words
from core.encoders.image import ImageFeatures
from core.records import Context, Example, Pair, Relation
from core.tasks import build_codec
from core.training import loop
from core.training.checkpoint import build_model, trained_state
from core.training.loop import Trainer
from core.training.objectives import batch_losses
from core.training.plan import PlannedBatch
from core.training.processes import (
    average,
    average_gradients,
    batch_share,
    own_part,
    processes,
)
from core.training.run_log import read_run_log

CPU = torch.device("cpu")
IMAGE_WIDTH = 24
HEADS = {
    "mner": HeadConfig(labels=("bad", "good"), dropout=0.0),
    "mre": HeadConfig(task="mre", relations=("None", "knows", "likes"), dropout=0.0),
    "jmere": HeadConfig(task="jmere", relations=("knows", "likes"), dropout=0.0),
}
TAGGED = [
    "Ada/B-PER Lovelace/I-PER visits/O London/B-LOC",
    "we/O saw/O Hamlet/B-MISC today/O in/O Oslo/B-LOC",
    "Grace/B-PER joins/O IBM/B-ORG",
    "Rome/B-LOC hosts/O the/O Tour/B-MISC",
    "nothing/O happens/O here/O",
]


def posts(annotated=(0, 1, 2, 3, 4), photos=(0, 1, 3)):
    """Five posts with contexts and everything that a task asks for, and their photos."""
    examples, features = [], []
    generator = torch.Generator().manual_seed(0)
    for number, line in enumerate(TAGGED):
        words, tags = zip(*(word.split("/") for word in line.split()), strict=True)
        text, tokens = tokens_from_words(words)
        is_known = number in annotated
        examples.append(
            Example(
                id=str(number),
                text=text,
                tokens=tokens,
                contexts=(Context(text=f"a photo of {words[-1]}", generator="typed"),),
                entities=entities_from_tags(tags, text, tokens) if is_known else None,
                relations=(Relation(head=0, tail=1, type="knows"),) if number in (0, 3) else (),
                pair=Pair(head=(0, 1), tail=(2, 3)) if is_known else None,
                label=("knows", "None", "likes", "good", "bad")[number],
            )
        )
        regions = torch.randn(4, IMAGE_WIDTH, generator=generator)
        features.append(ImageFeatures(regions, regions.mean(0)) if number in photos else None)
    return examples, features


STEPS = {
    "mner": ("mner", posts(), ("task", "alignment")),
    "mre": ("mre", posts(), ("task", "alignment")),
    "everything": ("mner", posts(), ("task", "alignment", "label", "consistency")),
    "agreement": ("mner", posts(), ("task", "agreement")),
    "joint agreement": ("jmere", posts(), ("task", "agreement")),
    "joint": ("jmere", posts(), ("task", "alignment")),
    "joint, with silver labels": ("jmere", posts(), ("task", "consistency")),
    "joint, one process has no gold": ("jmere", posts(annotated=(0, 2)), ("task",)),
    "one process has no gold": ("mner", posts(annotated=(0, 2)), ("task", "alignment")),
    "one process has no pair": ("mre", posts(annotated=(1, 3)), ("task",)),
    "one process has no photo": ("mner", posts(photos=(1, 3)), ("task", "alignment")),
    "nobody has gold": ("mner", posts(annotated=()), ("task",)),
}


def new_model(config: Config):
    """A model whose photos speak at once and of which nothing drops out."""
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=IMAGE_WIDTH)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    torch.nn.init.normal_(model.fusion.output.weight, std=0.3)
    return model, tokenizer


def take_step(config: Config, data, objectives):
    """Take one step on all posts, of which this process reads its part."""
    model, tokenizer = new_model(config)
    examples, features = data
    again = ((),) * 5 if "agreement" in objectives else ()
    mine = own_part(PlannedBatch(0, tuple(range(5)), ((0,),) * 5, again))
    rows = mine.examples * (2 if again else 1)
    draws = zip(rows, mine.contexts + mine.again, strict=True)
    batch = collate(
        [examples[place] for place in rows],
        tokenizer,
        build_codec(config.head),
        contexts=[[examples[place].contexts[number] for number in drawn] for place, drawn in draws],
        features=[features[place] for place in rows],
        label_names=config.head.labels,
    )
    losses = batch_losses(model.train(), batch, objectives, config)
    if losses.total.requires_grad:
        losses.total.backward()
    parameters = trained_state(model)
    average_gradients(list(parameters.values()))
    # Adam would blow rounding up where a gradient is 0 but for rounding.
    torch.optim.SGD(parameters.values(), lr=0.1).step()
    return {
        "losses": {
            name: average(float(value.detach()), CPU)
            for name, value in {**losses.parts, "total": losses.total}.items()
        },
        "touched": [name for name, value in parameters.items() if value.grad is not None],
        "parameters": {name: value.detach() for name, value in parameters.items()},
    }


def train(config: Config, folder: Path):
    """Train for two epochs; the last batch of the first source is a single post."""
    model, tokenizer = new_model(config)
    loop.LOG_EVERY = 1
    trainer = Trainer(config, model, tokenizer, [posts(), posts()], posts(), folder, device="cpu")
    progress = trainer.run(lambda *_: None)
    return {
        "parameters": {name: value.detach() for name, value in trained_state(model).items()},
        "best": (progress.best_epoch, progress.best_score),
        "has_log": trainer.log is not None,
    }


def config_of(folder: Path, task: str) -> Config:
    config = Config.model_validate_json((folder / "config.json").read_text(encoding="utf-8"))
    return config.model_copy(update={"head": HEADS[task]})


def work(rank: int, folder: str) -> None:
    """Save what every step and a short training give in one of two processes."""
    root = Path(folder)
    with pytest.MonkeyPatch.context() as patch:
        # What `accelerate launch` and `torchrun` tell their processes.
        told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
        for name, value in {**told, "MASTER_ADDR": "localhost"}.items():
            patch.setenv(name, str(value))
        distributed.init_process_group(
            "gloo", init_method=f"file://{root}/meeting", rank=rank, world_size=2
        )
        found = {
            name: take_step(config_of(root, task), data, objectives)
            for name, (task, data, objectives) in STEPS.items()
        }
        planned = PlannedBatch(0, (4, 5, 6), ((0,), (), (1,)), lenders=(5, 5, 6))
        found["facts"] = {
            "processes": processes(),
            "own": own_part(planned).examples,
            "own_contexts": own_part(planned).contexts,
            "own_lenders": own_part(planned).lenders,
            "own_of_one": own_part(PlannedBatch(0, (4,), ((0,),))).examples,
            "share": batch_share(1 + 2 * rank, CPU),
            "share_by_weight": batch_share(0.25 + 0.5 * rank, CPU),
            "share_of_none": batch_share(3 * rank, CPU),
            "share_where_nobody_has": batch_share(0, CPU),
            "average": average(1.0 + 2 * rank, CPU),
        }
        found["run"] = train(config_of(root, "mner"), root / "run")
        torch.save(found, root / f"{rank}.pt")
        distributed.destroy_process_group()


@pytest.fixture(scope="module")
def config(make_config) -> Config:
    """Two sources; the first has a batch of four posts and one of a single post."""
    made = make_config(epochs=2, checkpoint_every=1, warmup=0.0)
    sources = (
        made.data.sources[0].model_copy(update={"objectives": ("task", "consistency")}),
        made.data.sources[1],
    )
    data = made.data.model_copy(update={"sources": sources})
    return made.model_copy(update={"data": data})


@pytest.fixture(scope="module")
def folder(config, tmp_path_factory):
    made = tmp_path_factory.mktemp("processes")
    (made / "config.json").write_text(config.model_dump_json(), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def two_processes(folder):
    with pytest.MonkeyPatch.context() as patch:
        # A new process runs the main module, and tests of pages leave the dashboard's there.
        patch.setitem(sys.modules, "__main__", sys.modules[__name__])
        multiprocessing.spawn(work, args=(str(folder),), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_two_processes_is_that_of_one(two_processes, folder, name):
    task, data, objectives = STEPS[name]
    alone = take_step(config_of(folder, task), data, objectives)
    for found in two_processes:
        assert found[name]["losses"] == pytest.approx(alone["losses"], rel=1e-4, abs=1e-6)
        assert found[name]["touched"] == alone["touched"]
        for part, expected in alone["parameters"].items():
            torch.testing.assert_close(
                found[name]["parameters"][part], expected, atol=1e-5, rtol=1e-4
            )
    assert bool(alone["touched"]) == (name != "nobody has gold")


@pytest.mark.slow
def test_every_process_reads_its_part_and_weighs_it_by_its_size(two_processes):
    first, second = (found["facts"] for found in two_processes)
    assert first["processes"] == second["processes"] == 2
    assert (first["own"], second["own"]) == ((4, 6), (5,))
    assert (first["own_contexts"], second["own_contexts"]) == (((0,), (1,)), ((),))
    assert (first["own_lenders"], second["own_lenders"]) == ((5, 6), (5,))
    assert (first["own_of_one"], second["own_of_one"]) == ((4,), ())
    assert (first["share"], second["share"]) == (0.5, 1.5)  # of one post, and of three
    assert (first["share_by_weight"], second["share_by_weight"]) == (0.5, 1.5)
    assert (first["share_of_none"], second["share_of_none"]) == (0.0, 2.0)
    assert first["share_where_nobody_has"] is second["share_where_nobody_has"] is None
    assert first["average"] == second["average"] == 2.0


def events(folder: Path) -> list[dict]:
    """What a log says, but for times, speed and where it ran."""
    unsaid = ("time", "seconds", "posts_per_second", "gates")
    return [
        {key: value for key, value in event.items() if key not in unsaid}
        for event in read_run_log(folder / "metrics.jsonl")
        if event["event"] != "start"
    ]


@pytest.mark.slow
def test_a_run_of_two_processes_leaves_one_log_that_reads_like_one_of_one(
    two_processes, folder, config, tmp_path, monkeypatch
):
    monkeypatch.setattr(loop, "LOG_EVERY", loop.LOG_EVERY)  # `train` changes it
    alone = train(config_of(folder, "mner"), tmp_path)
    first, second = (found["run"] for found in two_processes)
    assert (first["has_log"], second["has_log"]) == (True, False)
    assert first["best"] == second["best"] == alone["best"]
    starts = [e for e in read_run_log(folder / "run" / "metrics.jsonl") if e["event"] == "start"]
    assert [start["processes"] for start in starts] == [2]
    assert sorted(path.name for path in (folder / "run").iterdir()) == [
        "metrics.jsonl",
        "state.pt",
    ]
    together, expected = events(folder / "run"), events(tmp_path)
    kinds = [*["step"] * 3, "scoring", "epoch"] * 2 + ["end"]
    assert [event["event"] for event in expected] == kinds
    for one, other in zip(together, expected, strict=True):
        for name in ("losses", "dev", "alignment"):
            approx_equal(one.pop(name, {}), other.pop(name, {}))
        assert one == other
    for part, parameter in first["parameters"].items():
        assert torch.equal(parameter, second["parameters"][part])


def approx_equal(found: dict, expected: dict) -> None:
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if isinstance(value, dict):
            approx_equal(found[key], value)
        else:
            assert found[key] == pytest.approx(value, rel=1e-2, abs=1e-3)


def test_a_process_by_itself_reads_everything_and_averages_nothing():
    planned = PlannedBatch(0, (4, 5, 6), ((), (), ()))
    assert processes() == 1
    assert own_part(planned) is planned
    assert (batch_share(3, CPU), batch_share(0, CPU)) == (1.0, None)
    assert average(0.1, CPU) == 0.1
    taught, idle = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    taught.sum().backward()
    average_gradients([taught, idle])
    assert taught.grad.tolist() == [1.0, 1.0]
    assert idle.grad is None
