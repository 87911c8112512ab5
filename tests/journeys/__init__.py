"""Ways of a shop from beginning to end, through real processes."""
