"""Models: the shared loop, and each recommender against numbers counted by hand."""
