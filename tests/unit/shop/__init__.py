"""Tests of the running shop."""
