"""What logged slates and people's answers to them say: of places, of policies not yet live, and of items."""
