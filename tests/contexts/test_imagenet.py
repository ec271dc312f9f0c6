import tomllib
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from core.contexts import imagenet
from core.contexts.imagenet import kinds_by_class, summarise
from core.contexts.tags import ImageTagger


@pytest.fixture(scope="module")
def labels():
    return ImageTagger().labels()


def probabilities_of(labels, **beliefs):
    probabilities = np.zeros(len(labels), dtype=np.float32)
    for label, belief in beliefs.items():
        probabilities[labels.index(label.replace("_", " "))] = belief
    return probabilities


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Chihuahua", "dog"),
        ("African hunting dog", "dog"),
        ("red fox", "fox"),
        ("tabby", "cat"),
        ("tiger", "big cat"),
        ("robin", "bird"),
        ("albatross", "bird"),
        ("tench", "fish"),
        ("puffer", "fish"),
        ("monarch", "butterfly"),
        ("chimpanzee", "monkey"),
        ("palace", "building"),
        ("seashore", "landscape"),
        ("espresso", "drink"),
        ("suit", "clothing"),
        ("tripod", None),
        ("teddy", None),
    ],
)
def test_classes_belong_to_the_kind_a_person_would_say(labels, label, kind):
    found = kinds_by_class(labels)[labels.index(label)]

    assert (found.noun if found else None) == kind


def test_every_class_in_the_vocabulary_exists_and_has_one_kind(labels):
    with Path(imagenet.__file__).with_suffix(".toml").open("rb") as stream:
        vocabulary = tomllib.load(stream)

    kinds = vocabulary["kinds"].values()
    listed = [label for table in kinds for label in table.get("classes", ())]
    assert set(listed) | set(vocabulary["renamed"]) <= set(labels)
    assert len(listed) == len(set(listed))
    assert all(table["role"] in get_args(imagenet.Role) for table in kinds)


def test_breeds_add_up_to_a_dog_with_the_best_breed_first(labels):
    summary = summarise(probabilities_of(labels, beagle=0.3, basset=0.25, pug=0.1), labels)

    assert summary.kind.noun == "dog"
    assert summary.kind.score == pytest.approx(0.65)
    assert [tag.noun for tag in summary.tags] == ["beagle", "basset", "pug"]


def test_classes_of_one_readable_name_are_one_tag(labels):
    beliefs = probabilities_of(labels, tabby=0.3, tiger_cat=0.2, Egyptian_cat=0.4)

    best = summarise(beliefs, labels).tags[0]

    assert best.noun == "tabby cat"
    assert best.score == pytest.approx(0.9)


def test_a_belief_in_nothing_that_has_a_kind_has_none(labels):
    summary = summarise(probabilities_of(labels, tripod=0.9)[:0], [])

    assert summary.kind is None
    assert summary.tags == ()
