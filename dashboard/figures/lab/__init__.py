"""Drawings of the lab: walks, values, and estimates that converge."""
