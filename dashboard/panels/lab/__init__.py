"""The sections of the Shapley lab, one file each: `render(...)` draws one card."""
