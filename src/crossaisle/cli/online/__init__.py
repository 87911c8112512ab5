"""Commands around the running shop."""
