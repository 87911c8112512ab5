"""Recommenders, each by its own file."""
