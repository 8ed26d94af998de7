"""Asking the summary and the rows the same questions, to see that they answer the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import orm

from cluster4w.gaps.counting import window_of
from cluster4w.gaps.response import Asked, Response, response
from cluster4w.gaps.rules import Amount
from cluster4w.models import Operation
from cluster4w.record.queries.operations import template_of


def questions(operation: Operation, months: tuple[str, ...]) -> Iterator[Asked]:
    """Yield the questions that a summary answers: all months, the last and the middle one of ``months``."""
    last = {None, *months[-1:], *months[len(months) // 2 :][:1]}
    for choice in template_of(operation).lists["sub_sector"]:
        for month in sorted(last, key=str):
            for level in (2, 3):
                for unit in ("household", "individual"):
                    yield Asked(level, choice.key, unit, window_of(operation, month))


def unequal_answers(session: orm.Session, operation: Operation) -> Iterator[Asked]:
    """Yield each question to which the summary answers something else than the rows.

    Each is counted from the rows, which takes long.
    """
    first = next(questions(operation, ()))
    for asked in questions(operation, response(session, operation, first).months):
        quick, plain = (response(session, operation, asked, plain=p) for p in (False, True))
        if comparable(quick) != comparable(plain):
            yield asked


def comparable(found: Response) -> tuple[Any, ...]:
    """Return everything that an answer says, to be compared with another answer."""
    counts = {
        area: tuple(_said(getattr(count, name)) for name in count.__slots__)
        for area, count in found.counts.items()
    }
    return counts, found.types, dict(found.present), found.months, found.reporting


def _said(value: Amount | int) -> Any:
    # What turns the other unit into the asked one belongs to the question.
    return (value.own, value.other, value.known) if isinstance(value, Amount) else value
