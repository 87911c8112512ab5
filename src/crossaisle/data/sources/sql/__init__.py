"""The source of a SQL database, and how its answers are read."""

from crossaisle.data.sources.sql.sql import SQL

__all__ = ["SQL"]
