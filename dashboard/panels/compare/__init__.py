"""The panels of the page that compares systems, one file each."""
