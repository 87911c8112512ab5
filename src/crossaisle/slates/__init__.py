"""The path from scores to a finished list, with reasons and what was left out."""
