import hashlib

import pytest

from core.contexts.prompts import MOST_CHARACTERS, PROMPTS, Prompt, prompt_names, read_prompt
from core.errors import InputError


def test_every_prompt_that_ships_can_be_read_by_its_name():
    assert {"describe", "caption", "names"} <= set(prompt_names())
    for name in prompt_names():
        prompt = read_prompt(name)
        assert prompt.name == name
        assert prompt.text == (PROMPTS / f"{name}.txt").read_text(encoding="utf-8").strip()


def test_a_prompt_of_the_users_own_is_read_from_its_file(tmp_path):
    path = tmp_path / "who.txt"
    path.write_text("Who is it?\n", encoding="utf-8")
    assert read_prompt(str(path)) == Prompt("who", "Who is it?")


def test_the_label_is_the_name_and_changes_with_the_text():
    digest = hashlib.sha256(b"Who is it?").hexdigest()
    assert Prompt("who", "Who is it?").label == f"who@{digest[:12]}"
    assert Prompt("who", "Who is that?").label != Prompt("who", "Who is it?").label


def test_an_unknown_prompt_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=r"no prompt 'sing'; choose .*describe"):
        read_prompt("sing")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe", b"x" * (MOST_CHARACTERS + 1)])
def test_a_prompt_that_says_nothing_or_too_much_is_refused(tmp_path, content):
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.txt"):
        read_prompt(str(path))
