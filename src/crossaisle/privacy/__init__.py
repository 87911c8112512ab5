"""Privacy: pseudonyms, consent, and what every store must be able to do when a person is to be forgotten."""
