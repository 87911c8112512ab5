"""Filter: which items may be in a slate, and why the others may not."""
