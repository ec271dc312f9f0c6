"""Posts in: readers that turn files and sentences into `records.Example`, and batches of them."""
