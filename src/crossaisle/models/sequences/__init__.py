"""Histories in the order of time: visits, attention among them, and what a moment makes of those before it."""
