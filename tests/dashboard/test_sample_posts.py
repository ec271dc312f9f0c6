from dataclasses import replace

from dashboard import sample_posts
from dashboard.inputs import Inputs

NAMES = ("great-wall", "colosseum")


def test_samples_come_with_thumbnails_or_without_a_photo():
    samples = sample_posts.samples()
    pictures = {bool(sample_posts.thumbnail(sample.image)): sample for sample in samples}

    assert sample_posts.thumbnail(pictures[True].image).startswith("data:image/jpeg;base64,")
    assert pictures[False].image is None
    assert sample_posts.sample_photo(pictures[False]) is None


def test_a_sample_is_found_by_id_or_the_nearest_is_offered():
    samples = sample_posts.samples()
    found, nearest = sample_posts.find_sample(samples, "colosseum")

    assert (found.id, nearest) == ("colosseum", None)
    assert sample_posts.find_sample(samples, "eifel-tower") == (None, "eiffel-tower")
    assert sample_posts.find_sample(samples, "zzz") == (None, None)


def test_a_sample_is_as_shipped_until_something_of_it_is_changed():
    sample, other = (sample_posts.find_sample(sample_posts.samples(), name)[0] for name in NAMES)
    photo = sample_posts.sample_photo(sample)
    shipped = Inputs(sample.id, sample.text, photo, sample.contexts)
    assert sample_posts.is_as_shipped(shipped, sample)
    for change in (
        {"text": "Other words"},
        {"contexts": sample.contexts[1:]},
        {"photo": None},
        {"photo": sample_posts.sample_photo(other)},
    ):
        assert not sample_posts.is_as_shipped(replace(shipped, **change), sample)
