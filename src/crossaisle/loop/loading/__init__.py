"""Loading: collect, clean and normalise a source into the lake."""
