"""One file for each recommender."""
