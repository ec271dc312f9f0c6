"""The page of training runs behind its panels: its settings, and the runs on disk."""
