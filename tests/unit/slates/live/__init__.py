"""Slates made at once, tested."""
