"""Loading needs and targets."""
