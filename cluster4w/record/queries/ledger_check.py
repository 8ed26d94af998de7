"""Holding the ledger of an operation against its record, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.record.ledger.block import Fact
from cluster4w.record.ledger.lines import FIGURES, Lines
from cluster4w.record.queries.ledger import block_digests, lines_of
from cluster4w.record.queries.ledger_facts import facts


class Difference(NamedTuple):
    """A line that the ledger holds too often (``more`` above 0) or too rarely; None: it has no ledger."""

    line: Fact | None
    more: int


def differences(session: orm.Session, operation: Operation) -> Iterator[Difference]:
    """Yield what of the ledger is not as the record has it; nothing where all is well."""
    if not block_digests(session, operation):
        yield Difference(None, 0)
        return
    there = Counter(_facts(lines_of(session, operation)))
    there.subtract(map(Fact._make, facts(session, operation, "all")))
    for line, more in there.items():
        if more:
            yield Difference(line, more)


def _facts(lines: Lines) -> Iterator[Fact]:
    columns: dict[str, list[Any]] = {}
    for name in Fact._fields:
        if name in FIGURES:
            columns[name] = [None if np.isnan(n) else int(n) for n in lines.numbers[name]]
        elif name in lines.numbers:
            columns[name] = lines.numbers[name].tolist()
        else:
            column = lines.texts[name]
            columns[name] = [column.values[code] for code in column.codes.tolist()]
    return map(Fact._make, zip(*columns.values(), strict=True))
