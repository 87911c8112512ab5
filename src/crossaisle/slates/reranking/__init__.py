"""Rerank: diversity, calibration, limits and price bands, chosen one place at a time."""
