"""The panels of the runs page, one file each: `render(...)` draws one card."""
