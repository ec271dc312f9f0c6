import torch

from core.captioning.decoder import START, PhotoBatch
from tests.captioning.conftest import WORDS


def captions(photos, count, length, seed=0):
    generator = torch.Generator().manual_seed(seed)
    words = torch.randint(4, WORDS, (photos, count, length), generator=generator)
    words[:, :, 0] = START
    return words


@torch.inference_mode()
def test_word_by_word_is_what_all_at_once_is(decoder, photos):
    memory, words = decoder.look(photos), captions(2, 3, 6)
    together, past = decoder(memory, words), None
    for place in range(6):
        logits, past = decoder.step(memory, words[:, :, place], past)
        torch.testing.assert_close(logits, together[:, :, place])


@torch.inference_mode()
def test_a_word_does_not_see_what_comes_after_it(decoder, photos):
    memory, words = decoder.look(photos), captions(2, 1, 6)
    other = words.clone()
    other[:, :, 4:] = 4 + (other[:, :, 4:] - 3) % (WORDS - 4)
    before, after = decoder(memory, words), decoder(memory, other)
    torch.testing.assert_close(before[:, :, :4], after[:, :, :4])
    assert not torch.allclose(before[:, :, 4:], after[:, :, 4:])


@torch.inference_mode()
def test_captions_of_a_photo_do_not_see_one_another(decoder, photos):
    memory, words = decoder.look(photos), captions(2, 3, 5)
    for place in range(3):
        alone = decoder(memory, words[:, place : place + 1])
        torch.testing.assert_close(decoder(memory, words)[:, place : place + 1], alone)


@torch.inference_mode()
def test_photos_of_a_batch_do_not_see_one_another(decoder, photos):
    words = captions(2, 2, 5)
    second = PhotoBatch(photos.regions[1:], photos.labels[1:], photos.boxes[1:])
    alone = decoder(decoder.look(second), words[1:])
    torch.testing.assert_close(decoder(decoder.look(photos), words)[1:], alone)


@torch.inference_mode()
def test_every_region_and_object_is_looked_at_and_what_is_absent_is_not(decoder, photos):
    words = captions(2, 1, 5)
    as_is = decoder(decoder.look(photos), words)

    def changed(**parts):
        values = {"regions": photos.regions, "labels": photos.labels, "boxes": photos.boxes}
        return decoder(decoder.look(PhotoBatch(**(values | parts))), words)

    moved, elsewhere = photos.boxes.clone(), photos.boxes.clone()
    moved[0, 1] += 0.5
    elsewhere[:, 2] += 0.5  # there is no third object in either photo
    regions = photos.regions.clone()
    regions[:, -1] += torch.arange(8.0)
    assert not torch.allclose(changed(boxes=moved), as_is)
    assert not torch.allclose(changed(regions=regions), as_is)
    torch.testing.assert_close(changed(boxes=elsewhere), as_is)
