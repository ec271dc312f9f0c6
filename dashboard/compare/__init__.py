"""The page that compares systems, behind its panels: settings, files brought along, numbers."""
