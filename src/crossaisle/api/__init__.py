"""HTTP for the shop's programs."""
