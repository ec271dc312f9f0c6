from core.captioning.decoder import END, PAD, START, UNKNOWN
from core.captioning.vocabulary import Vocabulary

CAPTIONS = ["A dog runs .", "a Dog, on the grass", "A cat"]


def test_words_that_occur_often_enough_are_numbered_by_frequency_after_the_signs():
    vocabulary = Vocabulary.of_captions(CAPTIONS, least_count=2)
    assert vocabulary.words == ("<pad>", "<start>", "<end>", "<unknown>", "a", "dog")
    assert vocabulary.written == ("a", "dog")
    assert len(vocabulary) == 6
    assert [vocabulary.words[sign] for sign in (PAD, START, END, UNKNOWN)] == [
        *vocabulary.words[:4]
    ]


def test_equal_frequencies_come_in_the_order_of_the_alphabet():
    assert Vocabulary.of_captions(["b a", "c"], least_count=1).written == ("a", "b", "c")


def test_a_caption_is_numbered_between_start_and_end_and_back():
    vocabulary = Vocabulary(["a", "dog"])
    numbers = vocabulary.numbers("A dog barks", most=9)
    assert numbers == [START, 4, 5, UNKNOWN, END]
    assert vocabulary.sentence([4, 5]) == "A dog."
    assert vocabulary.sentence([]) == ""


def test_a_caption_that_is_cut_does_not_end():
    assert Vocabulary(["a", "dog"]).numbers("a dog a dog", most=4) == [START, 4, 5, 4]
