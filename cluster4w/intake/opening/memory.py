"""Fewer searches for unreachable objects while a large file is read: it makes millions, hardly a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

#: New objects after which Python looks for cycles meanwhile; otherwise it does so after some hundreds.
SELDOM = 200_000

_lock = Lock()
_usual: tuple[int, int, int] | None = None
_busy = 0


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collect seldom until the end of the block; blocks of several threads may overlap."""
    global _usual, _busy
    with _lock:
        _busy += 1
        if _usual is None:
            _usual = gc.get_threshold()
            gc.set_threshold(max(SELDOM, _usual[0]), *_usual[1:])
    try:
        yield
    finally:
        with _lock:
            _busy -= 1
            if not _busy and _usual is not None:
                gc.set_threshold(*_usual)
                _usual = None
