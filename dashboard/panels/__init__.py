"""Parts of a page, one file each: `render(record, key)` draws one, inputs come from the state."""
