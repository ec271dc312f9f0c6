import re

import pytest

from core.contexts.measures import MEASURES
from core.contexts.record_quality import record_quality
from core.records import Context
from dashboard.panels.quality import findings_html, quality_html, unknown_words

SEEN = {"seen": ["person", "bird"], "perhaps_seen": ["person", "bird", "bench"]}


def looked_at(record, **sight):
    return record.model_copy(update=sight or SEEN)


def words(drawn):
    return " ".join(re.sub(r"<[^>]+>", " ", drawn).split()).replace(" ,", ",")


def findings(record):
    return words(findings_html(record, record_quality(record)))


def table(record):
    """The cells of each measure, by its label, without their meaning."""
    drawn = quality_html(record, record_quality(record), list(MEASURES.values()))
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", drawn.partition("<tbody>")[2]):
        cells = re.findall(r'<td data-label="\d+"[^>]*>(.*?)</td>', row)
        label = words(re.search(r'<th scope="row">(.*?)(?:<small>|</th>)', row)[1])
        found[label] = [words(cell) for cell in cells]
    return found


def test_what_is_said_and_not_seen_is_told_of_each_context(make_record):
    record = looked_at(make_record(contexts=["A boy on a bench.", "A puppy in a car.", "A dog."]))
    assert findings(record) == (
        "Context 2 says “puppy”, “car”: not seen by the detector, possibly made up. "
        "Context 3 says “dog”: not seen by the detector, possibly made up. "
        "No context says “bird”: seen by the detector, left out."
    )


def test_a_context_that_is_off_does_not_say_what_others_leave_out(make_record):
    record = looked_at(make_record(contexts=["A boy.", "A bird."], off=[1]))
    assert findings(record) == "No context says “bird”: seen by the detector, left out."


def test_contexts_that_name_only_what_may_be_there_are_said_to(make_record):
    record = looked_at(make_record(contexts=["A woman feeds the birds."]))
    assert findings(record) == "Every object that the contexts name may be in the photo."


def test_nothing_is_claimed_where_nobody_looked_or_nothing_is_named(make_record):
    assert findings(make_record(contexts=["A puppy."])) == ""
    empty = looked_at(make_record(contexts=["A sunset."]), seen=[], perhaps_seen=[])
    assert findings(empty) == ""


def test_every_measure_has_a_cell_a_context(make_record):
    record = looked_at(make_record(contexts=["A boy on a bench.", "Anna and a puppy."]))
    rows = table(record)
    assert list(rows) == [measure.label for measure in MEASURES.values()]
    assert rows["length"] == ["5", "4"]
    assert rows["name overlap"] == ["0%", "33%"]  # Anna, Eiffel, Tower
    assert rows["copy rate"] == ["0%", "25%"]
    assert rows["text relevance, K·φ"] == ["+2.50", "−0.75"]
    assert rows["said, not seen"] == ["0%", "100% puppy"]
    assert rows["seen, not said"] == ["50% bird", "100% person, bird"]
    assert rows["log likelihood"] == ["–", "–"]


@pytest.mark.parametrize("contexts", [1, 5, 6, 10])
def test_meaning_and_limit_stand_beside_each_measure_however_many_contexts(make_record, contexts):
    record = make_record(contexts=[f"Context {number}." for number in range(contexts)])
    drawn = words(quality_html(record, record_quality(record), list(MEASURES.values())))
    for measure in MEASURES.values():
        meaning = f"{measure.definition} {measure.limit}".replace("'", "&#x27;")
        assert drawn.count(meaning) == 1


def test_what_is_unknown_says_why(make_record):
    record = make_record(image=False, contexts=["A dog."], entities=())
    assert unknown_words(record, record_quality(record)) == (
        "Unknown here: name overlap (the post has no name), groundedness, K·φ (the post has no "
        "image, so it has no image side), said, not seen (the post has no photo), seen, not said "
        "(the post has no photo), agreement (one generator wrote all contexts), log likelihood "
        "(no generator told it)."
    )
    assert "the detector was not asked" in unknown_words(
        make_record(), record_quality(make_record())
    )


def test_nothing_is_unknown_where_everything_is_told(make_record):
    record = looked_at(make_record(contexts=["A boy."]))
    told = Context(text="A bird.", generator="captioner", log_likelihood=-1.0, included=False)
    record = record.model_copy(update={"contexts": [*record.contexts, told]})
    assert unknown_words(record, record_quality(record)) == ""
    assert table(record)["log likelihood"] == ["–", "−1.00"]
    assert table(record)["agreement"] == ["–", "0.50"]  # nobody but the one that is off


def test_markup_is_shown_letter_by_letter(make_record):
    record = looked_at(make_record(contexts=['<b>"puppy"</b>']), seen=["<i>x</i>"], perhaps_seen=[])
    drawn = findings_html(record, record_quality(record))
    drawn += quality_html(record, record_quality(record), list(MEASURES.values()))
    assert "<b>&quot;" not in drawn
    assert "&lt;b&gt;&quot;puppy" in drawn
    assert "<i>x</i>" not in drawn
    assert drawn.count("&lt;i&gt;x&lt;/i&gt;") == 2
