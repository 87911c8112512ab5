"""What a shop wants done, one sibling for each job."""
