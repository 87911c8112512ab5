"""Texts in both languages."""
