"""Experiments: their arithmetic by hand, and their promises by simulation."""
