import pytest

from dashboard.figures.changes import (
    changes_table,
    context_changes,
    gate_change,
)


def test_a_context_is_compared_by_its_place(make_record):
    before, after = make_record(), make_record(values=(2.0, -0.75, 1.5))
    first, second, third = context_changes(before, after)

    assert first.values["text"] == (2.5, 2.0)
    assert first.difference("text") == pytest.approx(-0.5)
    assert second.difference("image") == 0
    assert third.difference("text") == pytest.approx(0.25)
    assert not first.is_edited


def test_a_context_that_is_off_or_new_has_no_difference(make_record):
    before = make_record(contexts=["A tower.", "A park."])
    after = make_record(contexts=["A tower.", "A park.", "A plate."], off=[0])
    first, _, third = context_changes(before, after)

    assert first.values["text"] == (2.5, None)
    assert first.verdicts == ("aligned", "off")
    assert first.difference("text") is None
    assert third.values["text"] == (None, 1.25)
    assert third.verdicts == ("off", "aligned")


def test_other_words_in_the_same_place_are_an_edit(make_record):
    changes = context_changes(make_record(), make_record(contexts=["A mast.", "A plate of pasta."]))

    assert [change.is_edited for change in changes] == [True, False, False]
    assert changes[0].text == "A mast."
    assert changes[2].text == "Tourists in Paris."


def test_a_side_that_is_not_played_has_no_values(make_record):
    (change, *_) = context_changes(make_record(), make_record(image=False))

    assert change.values["image"] == (2.5, None)
    assert change.shares[1] is None


def test_gates_are_compared_on_average_and_the_word_that_moved_most_is_named(make_record):
    before = make_record()
    gates = before.gates.model_copy(update={"text": [*before.gates.text[:-1], 0.1]})
    after = before.model_copy(update={"gates": gates})
    change = gate_change(before, after)

    assert change.words[0] - change.words[1] == pytest.approx((before.gates.text[-1] - 0.1) / 6)
    assert change.regions[0] == change.regions[1] == pytest.approx(0.2)
    assert change.most == ("!", pytest.approx(0.1 - before.gates.text[-1]))


def test_gates_of_other_sentences_or_without_a_photo_are_not_matched_word_by_word(make_record):
    assert gate_change(make_record(), make_record("Anna !", entities=[])).most is None
    change = gate_change(make_record(), make_record(image=False))

    assert change.words[1] is None
    assert change.most is None


def test_the_table_holds_before_after_and_difference(make_record):
    table = changes_table(context_changes(make_record(), make_record(values=(2.0, -0.75, 1.5))))

    assert list(table["text Δ"]) == pytest.approx([-0.5, 0, 0.25])
    assert list(table["context"]) == [1, 2, 3]
