"""Slates, each step against cases counted by hand on one small shop."""
