"""The page: renders Records, computes nothing of the method itself."""
