"""Sockets and shelves of models, and the artifacts they are kept in."""
