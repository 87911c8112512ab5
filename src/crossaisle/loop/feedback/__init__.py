"""What people did with the slates they were shown, and what that teaches."""
