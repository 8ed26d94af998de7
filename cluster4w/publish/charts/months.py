"""Bars and lines over months. A month without a report is a gap with a mark; zero is a stroke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from cluster4w.publish.charts.axis import Scale, scale, text_width
from cluster4w.publish.charts.paint import (
    GREEN,
    GREY,
    INK,
    LETTERS,
    RULE,
    SMALL,
    WIDTH,
    fill_of,
    group,
    text_svg,
)
from cluster4w.publish.charts.spec import Chart, Look, Mark, Series
from cluster4w.publish.figures import number
from cluster4w.publish.maps.projection import Box, is_free

#: Height of the room between the axes, and of the name at the end of a line.
PLOT, NAME = 168, 31


@dataclass(frozen=True, slots=True)
class _Label:
    """What stands at the end of a line: a figure, and below it what it is."""

    x: float
    value: float
    figure: str
    words: str
    look: Look


class Months:
    """Draws bars and lines over months."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.bars = [s for s in chart.series if s.form == "bar"]
        # A line of which no month is known is not drawn.
        shown = {mark.series.key for mark in chart.marks()}
        self.lines = [s for s in chart.series if s.form != "bar" and s.key in shown]
        self.scale: Scale = scale(*self._extent())
        ticks = [number(t, chart.language) for t in self.scale.ticks]
        self.left = max(text_width(t, SMALL) for t in ticks) + 8
        ends = [text_width(s.short, LETTERS) for s in self.lines]
        ends += [text_width(self._last(s)[1], LETTERS, bold=True) for s in self.lines]
        self.right = WIDTH - (max(ends) + 12 if ends else 4)
        self.step = (self.right - self.left) / len(chart.categories)
        self.top = 0.0
        self.marks: dict[str, list[Mark]] = {c.key: [] for c in chart.categories}
        for mark in chart.marks():
            self.marks[mark.category.key].append(mark)

    def _extent(self) -> tuple[float, float]:
        low, high = 0.0, 1.0
        for place, _ in enumerate(self.chart.categories):
            values = [self.chart.value(s, place) or 0 for s in self.bars]
            low = min(low, sum(v for v in values if v < 0))
            high = max(high, sum(v for v in values if v > 0))
        for series in self.lines:
            high = max(high, *(v for v in series.values if v is not None))
            low = min(low, *(v for v in series.values if v is not None))
        return low, high

    def _last(self, series: Series) -> tuple[int, str]:
        """Return where a line ends, and the figure there."""
        places = [p for p, _ in enumerate(series.values) if self.chart.value(series, p) is not None]
        return places[-1], number(series.values[places[-1]], self.chart.language)

    def x(self, place: float) -> float:
        """Return the middle of a category's column."""
        return round(self.left + (place + 0.5) * self.step, 1)

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return round(self.top + PLOT * (self.scale.high - value) / (self.scale.high - self.scale.low), 1)

    def drawing(self) -> tuple[str, int]:
        """Return the drawing and its height."""
        key, height = self._key()
        tops = any(c.top for c in self.chart.categories)
        self.top = height + (20 if tops else 12)
        columns = "".join(self._column(place) for place, _ in enumerate(self.chart.categories))
        axes = f'<g aria-hidden="true">{key}{self._axes()}{self._courses()}</g>'
        ends = f'<g aria-hidden="true" pointer-events="none">{"".join(self._ends())}</g>'
        return f"{axes}{columns}{ends}", round(self.top + PLOT + 36)

    def _key(self) -> tuple[str, float]:
        """Return the names of the bars with their textures; lines carry their names themselves."""
        entries = [(s.name, fill_of(self.chart, s.look)) for s in self.bars]
        if any(c.absent for c in self.chart.categories):
            entries.append((self.chart.absent, f'fill="url(#{self.chart.key}-absent)" stroke="{RULE}"'))
        x, y, drawn = 0.0, 4.0, []
        for words, paint in entries:
            wide = text_width(words, LETTERS) + 32
            if x and x + wide > WIDTH:
                x, y = 0.0, y + 18
            drawn.append(f'<rect x="{x + 1:g}" y="{y}" width="12" height="11" {paint}/>')
            drawn.append(text_svg(x + 18, y + 10, words))
            x = round(x + wide, 1)
        return "".join(drawn), y + 16 if entries else 0

    def _axes(self) -> str:
        parts = []
        for tick in self.scale.ticks:
            y = self.y(tick)
            stroke = INK if tick == 0 else RULE
            parts.append(f'<path d="M{self.left:g} {y}H{self.right:g}" stroke="{stroke}"/>')
            words = number(tick, self.chart.language)
            parts.append(text_svg(self.left - 6, y + 4, words, size=SMALL, anchor="end", fill=GREY))
        bottom = self.top + PLOT
        categories = self.chart.categories
        wide = max(text_width(c.short, SMALL) for c in categories) + 4
        every = max(1, -int(-wide // self.step))
        for place, category in enumerate(categories):
            if place % every == 0:
                parts.append(
                    text_svg(
                        self.x(place), bottom + 16, category.short, size=SMALL, anchor="middle", fill=GREY
                    )
                )
            if self._has_year(place):
                year = category.key[:4]
                parts.append(
                    text_svg(self.x(place), bottom + 31, year, size=SMALL, anchor="middle", fill=GREY)
                )
        return "".join(parts)

    def _has_year(self, place: int) -> bool:
        """Tell whether a month carries its year: each January, and the first one where there is room."""
        januaries = [p for p, c in enumerate(self.chart.categories) if c.key.endswith("-01")]
        if place in januaries:
            return True
        room = (min(januaries, default=len(self.chart.categories)) - place) * self.step
        return place == 0 and room > text_width("0000", SMALL) + 4

    def _column(self, place: int) -> str:
        """Return what belongs to one month."""
        category = self.chart.categories[place]
        marks = self.marks[category.key]
        if category.later:
            # A month to come has nothing to say: only the level that is aimed at goes on.
            return "".join(f'<g aria-hidden="true">{self._level(m, place)}</g>' for m in marks)
        left, width = self.left + place * self.step, self.step
        inside = [
            f'<rect x="{left:.1f}" y="{self.top:g}" width="{width:.1f}" height="{PLOT}" fill="none" '
            'pointer-events="all"/>'
        ]
        if category.absent:
            said = f"{category.name}{self.chart.colon}{self.chart.absent}"
            inside.append(
                f'<rect x="{left + 1:.1f}" y="{self.top:g}" width="{width - 2:.1f}" height="{PLOT}" '
                f'fill="url(#{self.chart.key}-absent)"><title>{escape(said)}</title></rect>'
            )
        inside += self._stack([m for m in marks if m.series.form == "bar"], place)
        for mark in marks:
            if mark.series.form == "step":
                inside.append(self._level(mark, place))
            elif mark.series.form == "line":
                inside.append(self._dot(mark, place))
        if self._has_top(place):
            y = self.y(self._height(marks)) - 5
            inside.append(text_svg(self.x(place), y, category.top, size=SMALL, anchor="middle"))
        return group(self.chart.whole(category, marks), "".join(inside))

    def _has_top(self, place: int) -> bool:
        """Tell whether there is room for what is written over a month; the last one always has it."""
        tops = [c.top for c in self.chart.categories]
        last = max((p for p, top in enumerate(tops) if top), default=0)
        every = -int(-(max(text_width(top, SMALL) for top in tops) + 2) // self.step) or 1
        return bool(tops[place]) and (last - place) % every == 0

    def _height(self, marks: Sequence[Mark]) -> float:
        return sum(m.value for m in marks if m.series.form == "bar" and m.value > 0)

    def _wide(self) -> float:
        """Return the width of a bar."""
        return min(self.step * 0.66, 26) if self.bars else 0

    def _stack(self, marks: Sequence[Mark], place: int) -> Iterator[str]:
        """Yield the bars of a month, one on the other; what takes away hangs below the axis."""
        wide = self._wide()
        up, down = 0.0, 0.0
        for mark in marks:
            start = up if mark.value >= 0 else down
            ends = sorted((self.y(start), self.y(start + mark.value)))
            if mark.value >= 0:
                up += mark.value
            else:
                down += mark.value
            # Zero is known, and drawn as a stroke: an absent month is not.
            high = max(ends[1] - ends[0], 1.2)
            yield (
                f'<rect x="{self.x(place) - wide / 2:.1f}" y="{ends[1] - high:.1f}" width="{wide:.1f}" '
                f'height="{high:.1f}" {fill_of(self.chart, mark.series.look)}>'
                f"<title>{escape(mark.words)}</title></rect>"
            )

    def _level(self, mark: Mark, place: int) -> str:
        left = self.left + place * self.step
        path = f"M{left:.1f} {self.y(mark.value)}h{self.step + 0.3:.1f}"
        return f'<path d="{path}" stroke="{INK}" stroke-width="2"><title>{escape(mark.words)}</title></path>'

    def _dot(self, mark: Mark, place: int) -> str:
        paint = f'fill="{GREEN}"' if mark.series.look == "reached" else f'fill="#fff" stroke="{GREEN}"'
        return (
            f'<circle cx="{self.x(place)}" cy="{self.y(mark.value)}" r="3.2" {paint} stroke-width="1.6">'
            f"<title>{escape(mark.words)}</title></circle>"
        )

    def _courses(self) -> str:
        """Return the lines between months; a month without a report breaks them."""
        drawn = []
        for series in self.lines:
            if series.form == "step":
                continue
            path, before = [], False
            for place, _ in enumerate(series.values):
                value = self.chart.value(series, place)
                if value is not None:
                    path.append(f"{'L' if before else 'M'}{self.x(place)} {self.y(value)}")
                before = value is not None
            dashes = ' stroke-dasharray="5 4"' if series.look == "planned" else ""
            drawn.append(
                f'<path d="{"".join(path)}" fill="none" stroke="{GREEN}" stroke-width="2.4"{dashes}/>'
            )
        return "".join(drawn)

    def _ends(self) -> Iterator[str]:
        """Yield the names of the lines at their ends; none lies on another one or on a level."""
        levels = [s for s in self.lines if s.form == "step"]
        courses = [s for s in self.lines if s.form == "line"]
        taken: list[Box] = [
            (self.left, self.y(v) - 1, self.right, self.y(v) + 1)
            for series in levels
            for v in {v for v in series.values if v is not None}
        ]
        for some in (levels, courses):
            labels = [self._end(series) for series in some]
            for label, box in self._placed(labels, taken):
                taken.append(box)
                fill = INK if label.look == "target" else GREEN
                yield text_svg(label.x, box[1] + 13, label.figure, weight=700, fill=fill, halo=True)
                yield text_svg(label.x, box[1] + 27, label.words, fill=fill, halo=True)

    def _end(self, series: Series) -> _Label:
        place, figure = self._last(series)
        beside = max(9, self._wide() / 2 + 4)
        x = self.right + 6 if series.form == "step" else round(self.x(place) + beside, 1)
        return _Label(x, series.values[place] or 0, figure, series.short, series.look)

    def _placed(self, labels: Sequence[_Label], taken: Sequence[Box]) -> Iterator[tuple[_Label, Box]]:
        """Yield where labels stand: in the order of their lines, pushed apart, moved together if need be."""
        labels = sorted(labels, key=lambda label: -label.value)
        boxes: list[Box] = []
        for label in labels:
            wide = max(text_width(label.figure, LETTERS, bold=True), text_width(label.words, LETTERS))
            top = max(self.y(label.value) - NAME / 2, boxes[-1][3] if boxes else 0)
            boxes.append((label.x, top, label.x + wide, top + NAME))
        for shift in sorted(range(-200, 201, 4), key=abs):
            moved = [(left, top + shift, right, end + shift) for left, top, right, end in boxes]
            inside = all(top >= 0 and end <= self.top + PLOT + 2 for _, top, _, end in moved)
            if inside and all(is_free(box, taken) for box in moved):
                yield from zip(labels, moved, strict=True)
                return
