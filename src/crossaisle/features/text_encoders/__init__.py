"""The shelf of text encoders; `embedded` is what is used where nothing else is set."""
