from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.contexts.tflite import TFLiteModel
from core.errors import InputError


def test_threads_that_share_a_model_get_the_answers_to_their_own_inputs():
    model = TFLiteModel("imagenet-classifier")
    batches = np.random.default_rng(0).normal(size=(4, 1, 224, 224, 3)).astype(np.float32)
    alone = [TFLiteModel("imagenet-classifier").run(batch)[0] for batch in batches]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda k: model.run(batches[k % 4])[0], range(12)))

    for k, scores in enumerate(together):
        np.testing.assert_array_equal(scores, alone[k % 4])


def test_label_names_come_from_inside_the_model_file():
    assert TFLiteModel("object-detector").labels()[:2] == ["person", "bicycle"]
    assert TFLiteModel("imagenet-classifier").labels()[0] == "tench"
    assert len(TFLiteModel("imagenet-classifier").labels()) == 1000


def test_unknown_weights_are_refused_at_the_first_use_and_not_before():
    model = TFLiteModel("no such weights")

    with pytest.raises(InputError, match="no such weights"):
        model.labels()
