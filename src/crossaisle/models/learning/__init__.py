"""What models that learn by gradient share, beside the loop itself: options, losses, curves, checkpoints, tensors."""
