"""How the learning rate changes during a training."""


def learning_rate_factor(share: float, warmup: float) -> float:
    """Return the factor after `share` of all steps: linear up in the warm-up, linear down to 0."""
    if share < warmup:
        return share / warmup
    return (1 - share) / (1 - warmup)
