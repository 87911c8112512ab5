"""The source of a shop's own files, and how delimited text is read."""

from crossaisle.data.sources.files.files import Files

__all__ = ["Files"]
