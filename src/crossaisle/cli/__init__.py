"""Commands a person types."""

from crossaisle.cli.app import main

__all__ = ["main"]
