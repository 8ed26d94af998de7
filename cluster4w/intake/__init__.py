"""The way in: open, locate, map, read, reconcile, compare; one module a step, pure functions."""
