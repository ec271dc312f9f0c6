"""Scores: how well predictions agree with gold annotations."""
