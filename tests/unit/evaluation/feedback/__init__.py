"""What logged slates say, against logs whose truth is known."""
