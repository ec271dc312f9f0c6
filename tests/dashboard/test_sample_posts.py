from dashboard import sample_posts


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
