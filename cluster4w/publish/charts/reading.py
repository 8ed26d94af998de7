"""Everything that the charts of an operation show, read once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.reporting import MonthReports, reporting_by_month
from cluster4w.gaps.shares import Shares, shares
from cluster4w.gaps.table import GapTable
from cluster4w.gaps.trends import Trend, trend
from cluster4w.models import Operation
from cluster4w.record.queries.operations import template_of
from cluster4w.template.declaration import Template


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the charts are asked. ``sub_sectors`` empty: every one.

    Of the question, neither the sub-sector nor level and measure matter.
    """

    sub_sectors: tuple[str, ...] = ()
    question: Question = field(default_factory=Question)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the charts, by sub-sector, and who reported."""

    wanted: Wanted
    trends: dict[str, Trend]
    shares: dict[str, Shares]
    reports: tuple[MonthReports, ...]
    template: Template

    @property
    def tables(self) -> list[GapTable]:
        """The gap tables of the last month, one a sub-sector: sources, rules and notes of the figures."""
        return [trend.table for trend in self.trends.values()]

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month counted."""
        return self.tables[0].months


def read_figures(session: orm.Session, operation: Operation, wanted: Wanted) -> Figures:
    """Read the figures of the charts.

    Raises:
        Refusal: a sub-sector, group or unit that there is not.
    """
    template = template_of(operation)
    trends: dict[str, Trend] = {}
    for key in wanted.sub_sectors or tuple(c.key for c in template.lists["sub_sector"]):
        question = replace(wanted.question, sub_sector=key)
        trends[key] = trend(session, operation, question)
    split = shares(session, operation, [t.table.question for t in trends.values()])
    months = [figures.month for figures in next(iter(trends.values())).months]
    reports = reporting_by_month(session, operation, months, as_of=wanted.question.as_of)
    return Figures(wanted, trends, dict(zip(trends, split, strict=True)), tuple(reports), template)
