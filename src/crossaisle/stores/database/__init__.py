"""What the running shop writes: events, what changes beside them, slates shown, keys, consents and experiments."""
