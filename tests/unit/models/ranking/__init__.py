"""Ranking of candidates: each signal, loss and choice against numbers counted by hand."""
