"""Tables and their schemas, sources, cleaning, and the Dataset that models read."""
