"""One suite for each socket, run on every part of its shelf."""
