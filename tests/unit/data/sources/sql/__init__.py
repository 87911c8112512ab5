"""Tests of the source of SQL databases, on SQLite and on a real PostgreSQL server."""
