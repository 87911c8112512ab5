"""Tests of what slates teach."""
