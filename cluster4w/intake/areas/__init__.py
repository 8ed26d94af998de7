"""Loading gazetteers and boundaries."""
