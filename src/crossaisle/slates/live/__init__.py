"""Slates of one person at once, fresh after each event: what the online service asks for."""
