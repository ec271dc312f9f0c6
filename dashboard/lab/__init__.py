"""The lab page behind its panels: settings, state, numbers, and what a visitor can do."""
