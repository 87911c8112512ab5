"""The running shop's database, on SQLite and on PostgreSQL."""
