"""Candidates of one person and the picks among them, tested."""
