"""Feeds: what to show somebody now, from a published model and everything that happened since."""
