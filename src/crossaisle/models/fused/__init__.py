"""A network over all features of users and items, fused."""
