"""The question that a gap table answers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal

from cluster4w.gaps.counting import window_of
from cluster4w.gaps.rules import types_of
from cluster4w.models import Operation
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.operations import template_of
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

GapMeasure = Literal["current", "projected", "need"]
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``month`` is the last month counted (``YYYY-MM``), None counts all of them.

    ``first`` is the first month counted where it is not the plan's. ``group`` None asks for all population
    groups together. ``organisation`` (its id) and ``activity_type`` ask for a part of the response only: what
    that part is compared with stays everybody's. ``as_of`` asks for the record at that moment.
    """

    level: int = 2
    month: str | None = None
    sub_sector: str = "shelter"
    group: str | None = None
    measure: str = "current"
    unit: str = "household"
    as_of: dt.datetime | None = None
    #: Month and number of the release that was frozen at ``as_of``, where that is asked for.
    release: tuple[str, int] | None = None
    organisation: int | None = None
    activity_type: str | None = None
    first: str | None = None

    @property
    def is_part(self) -> bool:
        """True where a part of the response is compared with what the whole of it is for."""
        return any(v is not None for v in (self.organisation, self.activity_type, self.first))

    def window(self, operation: Operation) -> Window:
        """Return the rows that are asked for."""
        months = window_of(operation, self.month, self.as_of, first=self.first)
        return replace(months, organisation=self.organisation, activity_type=self.activity_type)

    def beside(self, what: str) -> Question:
        """Return the same question of another sub-sector, or up to another month (``YYYY-MM``)."""
        if not _MONTH.fullmatch(what):
            # The other sub-sector has other activity types: all of them count.
            return replace(self, sub_sector=what, activity_type=None)
        # A month before the span begins has no span: it is counted from the plan's start.
        first = self.first if self.first and self.first <= what else None
        return replace(self, month=what, first=first)


def base_of(measure: str) -> Literal["targeted", "in_need"]:
    """Return what a measure compares the response with."""
    return "in_need" if measure == "need" else "targeted"


def check_question(operation: Operation, question: Question) -> None:
    """Raise :class:`Refusal` for a sub-sector, group, measure or unit that there is not."""
    lists = template_of(operation).lists
    types = types_of(template_of(operation), question.sub_sector, counting=False)
    known: dict[str, tuple[str | None, set[str]]] = {
        "sub_sector": (question.sub_sector, {c.key for c in lists["sub_sector"]}),
        "group": (question.group, {c.key for c in lists["population_group"]}),
        "measure": (question.measure, {"current", "projected", "need"}),
        "unit": (question.unit, {"household", "individual"}),
        "level": (str(question.level), {"1", "2", "3"}),
        "activity_type": (question.activity_type, {c.key for c in types}),
    }
    for name, (value, choices) in known.items():
        if value is not None and value not in choices:
            raise Refusal(
                "gaps.question",
                N_("“%(value)s” is not a %(name)s of this operation. Known: %(known)s."),
                value=value,
                name=name,
                known=", ".join(sorted(choices)),
            )
    if question.first and question.month and question.first > question.month:
        raise Refusal(
            "gaps.months",
            N_("The first month counted, %(first)s, comes after the last one, %(last)s."),
            first=question.first,
            last=question.month,
        )
