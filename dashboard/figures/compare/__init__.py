"""Charts that hold systems against one another: pure functions from numbers to drawings."""
