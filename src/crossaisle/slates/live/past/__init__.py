"""What is read once of the past before a model's cut."""
