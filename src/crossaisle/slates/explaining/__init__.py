"""Explain: words from the facts that moved a score."""
