import torch

from benchmarks.shapley.simulation import WIDTH, clustered_pairs


def test_embeddings_are_unit_rows_of_the_width_stated():
    for side in clustered_pairs(12):
        assert side.shape == (12, WIDTH)
        torch.testing.assert_close(side.norm(dim=1), torch.ones(12))


def test_mean_cosine_is_about_a_half_and_pairs_are_near():
    contexts, targets = clustered_pairs(128)
    cosines = contexts @ contexts.T
    mean = float((cosines.sum() - 128) / (128 * 127))
    assert 0.45 < mean < 0.55
    assert 0.9 < float((contexts * targets).sum(dim=1).mean()) < 0.97


def test_the_number_of_pairs_is_the_seed():
    torch.testing.assert_close(clustered_pairs(5)[0], clustered_pairs(5)[0])
