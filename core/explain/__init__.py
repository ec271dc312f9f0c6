"""What the numbers mean for one post: its games against the bank, and who is misaligned."""
