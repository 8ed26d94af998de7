"""What a chart is: one declaration from which the page, its table, the sheet and the files are made.

A chart names what it shows in words and figures; how it is drawn is the errand of
:mod:`cluster4w.publish.charts.svg`. Every figure may be None, "not available", which is never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cluster4w.publish.figures import number, share
from cluster4w.template.language import N_, Translate

#: How a series is drawn: bars that stand on one another, a line from month to month, a level in steps.
Form = Literal["bar", "line", "step"]
#: What a series looks like; each look differs from the others in grey too.
Look = Literal["reached", "planned", "target", "late", "nil", "missing", "awaited"]
#: Months from left to right, or parts of a whole from the top down.
Shape = Literal["months", "parts"]

#: Key of the category that stands for the small parts together.
REST = "others"


@dataclass(frozen=True, slots=True)
class Category:
    """A place on the axis. ``name`` is said of it and stands in tables; ``short`` is written at the axis.

    ``absent``: nothing was reported here, and the drawing marks the gap. ``later``: a month that is not
    counted yet, which is on the axis and in no table. ``top``: written over its bars. ``part``: its share of
    the whole. ``converted``: its figure was calculated with the household size.
    """

    key: str
    name: str
    short: str
    absent: bool = False
    later: bool = False
    top: str = ""
    part: float | None = None
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Figures, one a category. ``name`` is said of each mark; ``short`` stands at the end of a line."""

    key: str
    name: str
    short: str
    form: Form
    look: Look
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is drawn, and what is said of it."""

    category: Category
    series: Series
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``key`` names it in addresses and files; ``empty`` says why nothing is drawn, "" otherwise.

    ``axis``: what the categories are; ``absent``: what is said of one without a report; ``notes``: what a
    reader must know of the figures.
    """

    key: str
    sub_sector: str | None
    shape: Shape
    title: str
    lead: str
    axis: str
    categories: tuple[Category, ...]
    series: tuple[Series, ...]
    language: str
    absent: str = ""
    notes: tuple[str, ...] = ()
    empty: str = ""

    def marks(self) -> Iterator[Mark]:
        """Yield everything that is drawn, category by category."""
        for place, category in enumerate(self.categories):
            for series in self.series:
                value = self.value(series, place)
                if value is not None:
                    yield Mark(category, series, value, self.said(category, series, value))

    def value(self, series: Series, place: int) -> float | None:
        """Return a figure; of a category without a report nothing is known but what was aimed at."""
        absent = self.categories[place].absent and series.form != "step"
        return None if absent else series.values[place]

    def shortened(self, most: int, others: str) -> Chart:
        """Return the chart with at most so many parts: small ones as one, those without a figure left out.

        ``others`` is the name of that one, with ``%(count)s`` in it.
        """
        (series,) = self.series
        known = [(c, v) for c, v in zip(self.categories, series.values, strict=True) if v is not None]
        if len(known) > most:
            known, rest = known[: most - 1], known[most - 1 :]
            name = others % {"count": number(len(rest), self.language)}
            part = sum(c.part or 0 for c, _ in rest)
            converted = any(c.converted for c, _ in rest)
            last = Category(REST, name, name, part=part, converted=converted)
            known.append((last, sum(v for _, v in rest)))
        shown = replace(series, values=tuple(v for _, v in known))
        return replace(self, categories=tuple(c for c, _ in known), series=(shown,))

    def said(self, category: Category, series: Series, value: float) -> str:
        """Return what is said of a mark: "mai 2016 : atteints, cumul 14 885"."""
        return f"{category.name}{self.colon}{self.figure(category, series, value)}"

    def figure(self, category: Category, series: Series, value: float) -> str:
        """Return a figure in words: "atteints, cumul 14 885" of a month, "14 885 (36 %)" of a part."""
        words = number(value, self.language)
        if self.shape == "months":
            return f"{series.name} {words}"
        return f"{words} ({share(category.part, self.language)})" if category.part is not None else words

    def whole(self, category: Category, marks: Sequence[Mark]) -> str:
        """Return what is said of a category with all its marks, its name once."""
        parts = [self.absent] if category.absent else []
        parts += [self.figure(category, mark.series, mark.value) for mark in marks]
        between = "\u202f; " if self.language == "fr" else "; "
        return f"{category.name}{self.colon}{between.join(parts)}"

    @property
    def colon(self) -> str:
        """A colon as the language sets it."""
        return "\u00a0: " if self.language == "fr" else ": "


def heads(chart: Chart, translate: Translate) -> list[str]:
    """Return the headings of a chart's table."""
    found = [chart.axis, *(series.name for series in chart.series)]
    if chart.shape == "parts":
        found += [translate(N_("Share")), translate(N_("Converted"))]
    return found


def rows(chart: Chart, translate: Translate) -> Iterator[list[str | float | None]]:
    """Yield the lines of a chart's table; None is not available."""
    for place, category in enumerate(chart.categories):
        if category.later:
            continue
        line: list[str | float | None] = [category.name]
        line += [chart.value(series, place) for series in chart.series]
        if chart.shape == "parts":
            line += [category.part, translate(N_("yes")) if category.converted else ""]
        yield line
