"""Stores: what is kept, and that it is kept whole."""
