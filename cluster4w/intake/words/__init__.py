"""The words of every finding that intake can raise: a title for groups, what is wrong, how to mend it."""

from __future__ import annotations

from cluster4w.intake.words import cells, files, patterns, places, rows, rules

__all__ = ["cells", "files", "patterns", "places", "rows", "rules"]
