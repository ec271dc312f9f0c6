"""What the fused features are turned into: tags of words, a relation, pairs of words, a label."""
