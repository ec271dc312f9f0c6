import torch

from core.heads.pooling import masked_mean

FEATURES = torch.tensor([[[1.0, 10.0], [2.0, 20.0], [6.0, 90.0]]])


def test_each_choice_has_its_own_mean():
    chosen = torch.tensor([[[True, True, False], [False, True, True], [False, False, True]]])
    assert masked_mean(FEATURES, chosen).tolist() == [[[1.5, 15.0], [4.0, 55.0], [6.0, 90.0]]]


def test_a_choice_of_no_words_gives_zeros():
    assert masked_mean(FEATURES, torch.zeros(1, 1, 3, dtype=torch.bool)).tolist() == [[[0.0, 0.0]]]


def test_what_nobody_chose_may_be_anything():
    broken = FEATURES.clone()
    broken[0, 2] = torch.nan
    chosen = torch.tensor([[[True, True, False]]])
    assert torch.equal(masked_mean(broken, chosen), masked_mean(FEATURES, chosen))


def test_means_are_float32_whatever_the_features_are():
    assert masked_mean(FEATURES.bfloat16(), torch.ones(1, 1, 3, dtype=torch.bool)).dtype == (
        torch.float32
    )
