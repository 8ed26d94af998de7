"""The charts of an operation, declared: what each shows, in the reader's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date

from cluster4w.gaps.reporting import MonthReports
from cluster4w.gaps.shares import Share, Shares
from cluster4w.gaps.table import GapTable
from cluster4w.gaps.trends import Trend
from cluster4w.publish.charts.reading import Figures
from cluster4w.publish.charts.spec import Category, Chart, Form, Look, Series
from cluster4w.publish.figures import day, month, months, number, share
from cluster4w.template.language import N_, Translate, label

#: Organisations that a note names before it counts the others.
NAMED = 6


def every_chart(figures: Figures, language: str, translate: Translate, today: dt.date) -> tuple[Chart, ...]:
    """Return the charts: of each sub-sector month by month, by organisation and by modality; the reports.

    ``today`` tells reports that are missing from those that are not due yet; of the record as it once was,
    that day does.
    """
    words = _Words(language, translate)
    found: list[Chart] = []
    for key, trend in figures.trends.items():
        nil = frozenset(m.month for m in figures.reports if m.nil)
        found.append(words.trend(key, trend, nil))
        found.append(words.organisations(key, trend.table, figures.shares[key]))
        labels = {c.key: label(c.labels, language) for c in figures.template.lists["modality"]}
        found.append(words.modalities(key, trend.table, figures.shares[key], labels))
    plan = next(iter(figures.trends.values())).plan
    moment = figures.wanted.question.as_of
    return (*found, words.reports(figures.reports, plan, moment.date() if moment else today))


@dataclass(frozen=True, slots=True)
class _Words:
    """Declares charts in one language."""

    language: str
    translate: Translate

    def trend(self, key: str, trend: Trend, nil: frozenset[str]) -> Chart:
        """Return the chart of a trend; a month with nothing but nil reports adds nothing, and is known."""
        said = self.translate
        known = {figures.month: figures for figures in trend.months}
        last = trend.months[-1]
        every = [known.get(name) for name in trend.plan]
        zero = {m.month for m in trend.months if not m.has_rows and m.month in nil}

        def series(name: str, words: str, short: str, form: Form, look: Look) -> Series:
            values = [
                getattr(figures, name) if figures else last.target if name == "target" else None
                for figures in every
            ]
            if form == "bar":
                values = [
                    0 if figures and figures.month in zero else value
                    for figures, value in zip(every, values, strict=True)
                ]
            return Series(name, said(words), said(short), form, look, tuple(values))

        lines = [
            series("reached_added", N_("reached in the month"), "", "bar", "reached"),
            series("planned_added", N_("planned in the month"), "", "bar", "planned"),
            series("target", N_("targeted"), N_("targeted"), "step", "target"),
            series("reached", N_("reached, cumulated"), N_("reached"), "line", "reached"),
        ]
        planned = tuple(
            None if f is None or f.reached is None else f.reached + (f.planned or 0) for f in every
        )
        if last.planned:
            words, short = said(N_("reached or planned, cumulated")), said(N_("or planned"))
            lines.append(Series("projected", words, short, "line", "planned", planned))
        # What is not there at all is not drawn: without a target there is no line for it.
        lines = [line for line in lines if any(value is not None for value in line.values)]
        categories = self._months(
            trend.plan, last.month, {m.month for m in trend.months if m.has_rows} | zero
        )
        empty = ""
        if last.reached is None and last.planned is None:
            empty = said(N_("Not available: no activity of these months says a figure."))
        return Chart(
            f"evolution-{key}",
            key,
            "months",
            self._title(N_("%(sub_sector)s: where do the targets stand?"), trend.table),
            self._lead(trend.table),
            said(N_("Month")),
            categories,
            tuple(lines),
            self.language,
            said(N_("no report")),
            self._about_trend(trend),
            empty,
        )

    def _about_trend(self, trend: Trend) -> tuple[str, ...]:
        said = self.translate
        notes = [
            said(
                N_(
                    "What a month adds is by how much the cumulated figure grows: people who were counted "
                    "before are not counted again."
                )
            )
        ]
        if trend.months[-1].target is None:
            notes.append(said(N_("No target is known: none is drawn.")))
        if trend.elsewhere > 0:
            notes.append(
                said(
                    N_(
                        "Reached besides by activities without a month of the plan: %(count)s. They are in "
                        "no month here."
                    )
                )
                % {"count": number(trend.elsewhere, self.language)}
            )
        if trend.table.converted:
            notes.append(self._converted(trend.table))
        return tuple(notes)

    def _converted(self, table: GapTable) -> str:
        size = number(table.household_size, self.language)
        return self.translate(N_("Some figures are converted with the household size of %(size)s.")) % {
            "size": size
        }

    def organisations(self, key: str, table: GapTable, found: Shares) -> Chart:
        """Return the chart of who covers what share."""
        silent = [s.name for s in found.organisations if s.value is None]
        notes = []
        if silent:
            more = len(silent) - NAMED
            names = [*silent[:NAMED], *([f"+{number(more, self.language)}"] if more > 0 else [])]
            notes.append(
                self.translate(N_("Without a figure in their activities: %(names)s"))
                % {"names": ", ".join(names)}
            )
        return self._parts(
            f"organisations-{key}",
            self._title(N_("%(sub_sector)s: who covers what share?"), table),
            N_("Organisation"),
            table,
            found,
            [(s, s.name) for s in found.organisations],
            notes,
        )

    def modalities(self, key: str, table: GapTable, found: Shares, labels: dict[str, str]) -> Chart:
        """Return the chart of the modalities."""
        unsaid = self.translate(N_("modality not said"))
        return self._parts(
            f"modalites-{key}",
            self._title(N_("%(sub_sector)s: by which modality?"), table),
            N_("Modality"),
            table,
            found,
            [(s, unsaid if s.key is None else labels.get(str(s.key), s.name)) for s in found.modalities],
            [],
        )

    def _parts(
        self,
        key: str,
        title: str,
        axis: str,
        table: GapTable,
        found: Shares,
        parts: Sequence[tuple[Share, str]],
        notes: list[str],
    ) -> Chart:
        said = self.translate
        categories = tuple(
            Category(str(s.key or "none"), name, name, part=s.part, converted=s.converted)
            for s, name in parts
        )
        series = Series(
            "assistances",
            said(N_("assistances")),
            "",
            "bar",
            "reached",
            tuple(s.value for s, _ in parts),
        )
        notes = [said(N_("Completed activities, every round counted: assistances, not people.")), *notes]
        if found.converted:
            notes.append(self._converted(table))
        empty = ""
        if not found.total:
            empty = said(N_("Not available: no completed activity of these months says a figure."))
        return Chart(
            key,
            table.question.sub_sector,
            "parts",
            title,
            self._lead(table),
            said(axis),
            categories,
            (series,),
            self.language,
            notes=tuple(notes),
            empty=empty,
        )

    def reports(self, found: Sequence[MonthReports], plan: Sequence[str], today: dt.date) -> Chart:
        """Return the chart of the reports."""
        said = self.translate
        awaited = {m.month for m in found if m.due >= today}
        by_month = {m.month: m for m in found}

        def series(key: str, words: str, look: Look) -> Series:
            values = []
            for name in plan:
                line = by_month.get(name)
                if key in ("missing", "awaited"):
                    there = line is not None and (name in awaited) == (key == "awaited")
                    values.append(line.missing if line is not None and there else None)
                else:
                    values.append(getattr(line, key) if line is not None else None)
            return Series(key, said(words), "", "bar", look, tuple(values))

        lines = [
            series("on_time", N_("on time"), "reached"),
            series("late", N_("late"), "late"),
            series("nil", N_("nil report"), "nil"),
            series("missing", N_("no report"), "missing"),
            series("awaited", N_("not due yet"), "awaited"),
        ]
        lines = [line for line in lines if any(line.values)]
        last = found[-1].month
        tops = {m.month: share(m.rate, self.language) for m in found if m.rate is not None}
        notes = [said(N_("Share of the organisations that reported; a nil report is a report."))]
        notes += [
            said(N_("%(month)s: reports are due on %(day)s."))
            % {"month": month(m.month, self.language), "day": day(m.due, self.language)}
            for m in found
            if m.month in awaited
        ]
        return Chart(
            "rapports",
            None,
            "months",
            said(N_("How many organisations report?")),
            f"{said(N_('Organisations'))}, {months(found[0].month, last, self.language)}",
            said(N_("Month")),
            self._months(plan, last, set(by_month), tops),
            tuple(lines),
            self.language,
            said(N_("no report")),
            tuple(notes),
            "" if any(m.expected for m in found) else said(N_("No organisation takes part yet.")),
        )

    def _months(
        self, plan: Sequence[str], last: str, there: set[str], tops: dict[str, str] | None = None
    ) -> tuple[Category, ...]:
        return tuple(
            Category(
                name,
                month(name, self.language),
                format_date(dt.date.fromisoformat(f"{name}-01"), "LLL", locale=self.language),
                absent=name <= last and name not in there,
                later=name > last,
                top=(tops or {}).get(name, ""),
            )
            for name in plan
        )

    def _title(self, words: str, table: GapTable) -> str:
        return self.translate(words) % {"sub_sector": label(table.sub_sector_labels, self.language)}

    def _lead(self, table: GapTable) -> str:
        """Return what is counted, over which months: "Ménages, cumul janvier – mai 2016"."""
        said = self.translate
        unit = N_("Households") if table.question.unit == "household" else N_("People")
        parts = [
            said(unit),
            said(N_("cumulated %(months)s")) % {"months": months(*table.months, self.language)},
        ]
        if table.group_labels:
            parts.append(label(table.group_labels, self.language))
        return ", ".join(parts)
