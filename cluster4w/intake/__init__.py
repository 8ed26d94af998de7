"""The way in: open, locate, map, read, reconcile, compare; one module a step, pure functions."""

# Whoever shows a finding needs its words, whichever module raised it.
from cluster4w.intake import words as _words

__all__: list[str] = []
del _words
