"""The reference bank."""

import pytest
import torch

from core.bank import Bank
from core.datasets.samples import BankEntry

ENTRIES = [
    BankEntry(id="a", text="A day in Rome", image=None, context="ruins under a blue sky"),
    BankEntry(id="b", text="Coffee first", image=None, context="a cup of coffee"),
    BankEntry(id="c", text="Go team", image=None, context="a football crowd"),
]


@pytest.fixture
def bank() -> Bank:
    vectors = torch.arange(9.0).view(3, 3)
    return Bank(ENTRIES, ["1" * 64, None, "3" * 64], vectors, vectors + 10, vectors + 20)


def ids(bank: Bank) -> list[str]:
    return [entry.id for entry in bank.entries]


@pytest.mark.parametrize(
    ("text", "sha256", "contexts", "left"),
    [
        ("something else", None, [], ["a", "b", "c"]),
        ("a DAY  in rome", None, [], ["b", "c"]),
        ("something else", "3" * 64, [], ["a", "b"]),
        ("something else", None, ["A cup of coffee"], ["a", "c"]),
    ],
)
def test_a_post_never_plays_against_itself(bank, text, sha256, contexts, left):
    assert ids(bank.foreign_to(text, sha256, contexts)) == left


def test_vectors_stay_with_their_entries(bank):
    rest = bank.foreign_to("coffee first", None, [])
    assert ids(rest) == ["a", "c"]
    assert rest.contexts.tolist() == [[0, 1, 2], [6, 7, 8]]
    assert rest.texts.tolist() == [[10, 11, 12], [16, 17, 18]]
    assert [player.bank_id for player in rest.players()] == ["a", "c"]


def test_only_entries_with_a_photo_are_image_targets(bank):
    names, vectors = bank.with_image()
    assert names == ["a", "c"]
    assert vectors.tolist() == [[20, 21, 22], [26, 27, 28]]
