"""The measures of a drawing: round steps of an axis, and how wide a text is."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Steps of an axis, in powers of ten, and how many it has at most.
_STEPS, _MOST = (1, 2, 2.5, 5, 10), 5
#: Widths of letters, in parts of their size: narrow ones, capitals, and the rest. Wider than most fonts.
_NARROW, _WIDE = frozenset("iljtfrI.,;:'’ |\u202f\u00a0()-"), frozenset("mwMW%@—Œ")


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high``, both round, with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]


def scale(low: float, high: float) -> Scale:
    """Return an axis that holds everything between ``low`` (at most 0) and ``high`` (above it)."""
    rough = (high - low) / _MOST
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(s * power for s in _STEPS if s * power >= rough and float(s * power).is_integer())
    first, last = math.floor(low / step), math.ceil(high / step)
    return Scale(first * step, last * step, tuple(n * step for n in range(first, last + 1)))


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most, roughly."""
    parts = (0.36 if c in _NARROW else 0.9 if c in _WIDE else 0.72 if c.isupper() else 0.61 for c in words)
    return math.ceil(sum(parts) * size * (1.12 if bold else 1))
