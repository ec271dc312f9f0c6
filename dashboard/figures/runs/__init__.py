"""Charts of training runs: pure functions from tables to drawings."""
