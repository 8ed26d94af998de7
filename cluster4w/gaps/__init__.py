"""Needs against response: coverage, presence, overlaps, and why a number is what it is."""
