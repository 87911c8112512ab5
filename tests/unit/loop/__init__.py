"""Loading, training and what else the loop does."""
