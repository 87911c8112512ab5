"""What is read once of the past, tested."""
