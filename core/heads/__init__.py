"""What the fused features are turned into: here, tags of words."""
