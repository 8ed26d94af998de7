"""What no single cell shows: runs of figures, spellings, numbers kept as text, personal data in free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.judging.outliers import Given, figure_of
from cluster4w.intake.judging.sheet_rows import SheetRows
from cluster4w.intake.open import Cell
from cluster4w.template.columns import Column, Visibility
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value
from cluster4w.template.lists import CountingRule
from cluster4w.template.text import clean, fold

#: Rows one below the other that make a run.
RUN = 6
#: Figures of a column, and the share of them that is round, from which they look like estimates.
FEWEST_FIGURES, ROUND_SHARE = 10, 0.6
#: A figure up to this one is often the same by itself; round ones are shared out evenly.
SMALL = 12
#: Examples in a sentence.
EXAMPLES = 3

_FIGURES = ("households_reached", "individuals_reached")
_NUMBERS = (Kind.COUNT, Kind.DECIMAL, Kind.MONEY)
_TEXTS = (Kind.TEXT, Kind.ORGANISATION, Kind.AREA)
_FREE_TEXTS = ("comments", "activity_detail", "site_name", "project_title")
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w{2,}"
    r"|(?<![\d.])(?:\+|00)\d{1,3}[ .-]?\d{2}(?:[ .-]?\d{2}){3}(?!\d)"
    r"|(?<![\d.-])[5-9]\d(?:[ .-]\d{2}){3}(?![\d.-])"
    r"|\b(?:t[ée]l|phone|contact|mobile|cell)\b\D{0,10}\d{8}(?!\d)",
    re.IGNORECASE,
)
#: What every number in :data:`_PERSONAL` holds.
_EIGHT_DIGITS = re.compile(r"\d\d(?:[ .-]?\d\d){3}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that several cells of a column show together.

    ``rows``: the file's own row numbers, in order; empty for something about the whole column.
    """

    code: str
    sheet: str
    key: str
    rows: tuple[int, ...] = ()
    value: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def patterns(
    sheets: Iterable[SheetRows], template: Template, keys: Mapping[str, Container[str]]
) -> Iterator[Pattern]:
    """Yield what the rows of a file show together, sheet by sheet.

    ``keys``: the columns that each sheet has.
    """
    for rows in sheets:
        figures = {key: Given.of(rows, key) for key in _FIGURES}
        yield from _runs(rows.sheet, figures)
        yield from _rounded(rows.sheet, figures)
        if "first_time_assisted" not in keys[rows.sheet]:
            yield from _without_first_time(rows, template)
        yield from _themselves(rows)
        yield from _personal(rows, template)


# --- figures ----------------------------------------------------------------------------------


def _stretches(column: Given, goes_on: Callable[[float, float], bool]) -> Iterator[slice]:
    """Yield the stretches of rows of one month, one below the other, whose figures go on as they should."""
    start, figures, rows = 0, column.figures, column.rows
    for at in range(1, len(figures) + 1):
        if (
            at < len(figures)
            and goes_on(figures[at - 1], figures[at])
            and rows[at - 1].values.get("period") == rows[at].values.get("period")
        ):
            continue
        if at - start >= RUN:
            yield slice(start, at)
        start = at


def _numbers(rows: Iterable[CheckedRow]) -> tuple[int, ...]:
    return tuple(row.number for row in rows)


def _runs(sheet: str, columns: Mapping[str, Given]) -> Iterator[Pattern]:
    told: set[int] = set()
    for key, column in columns.items():
        for run in _stretches(column, lambda last, now: now == last):
            figure, numbers = column.figures[run.start], _numbers(column.rows[run])
            # Figures shared out evenly are round or small; people of the same households follow from them.
            if figure > SMALL and figure % 10 and told.isdisjoint(numbers):
                told.update(numbers)
                params = {"a": figure, "count": len(numbers)}
                yield Pattern("figures.filled_down", sheet, key, numbers, _whole(figure), params)
        for run in _stretches(column, lambda last, now: now == last + 1):
            figures, numbers = column.figures[run], _numbers(column.rows[run])
            params = {"a": figures[0], "b": figures[-1], "count": len(numbers)}
            yield Pattern("figures.counted_up", sheet, key, numbers, _whole(figures[0]), params)


def _rounded(sheet: str, columns: Mapping[str, Given]) -> Iterator[Pattern]:
    """Yield one finding for a column that is round almost everywhere, else one for each round run."""
    for key, column in columns.items():
        pairs = zip(column.rows, column.figures, strict=True)
        round_ones = [row for row, figure in pairs if figure % 100 == 0]
        if len(column.rows) >= FEWEST_FIGURES and len(round_ones) >= ROUND_SHARE * len(column.rows):
            found = [round_ones]
        else:
            runs = _stretches(column, lambda last, now: last % 100 == 0 and now % 100 == 0)
            found = [column.rows[run] for run in runs if column.figures[run.start] % 100 == 0]
        for rows in found:
            yield Pattern("figures.rounded", sheet, key, _numbers(rows), params={"count": len(rows)})
        if found:
            # People are most often households times something: once is enough.
            return


def _whole(figure: float) -> str:
    return f"{figure:.0f}" if figure == int(figure) else f"{figure:g}"


def _without_first_time(rows: SheetRows, template: Template) -> Iterator[Pattern]:
    """Yield one finding for all rows whose people count only when they are assisted for the first time."""
    new_only = {
        c.key for c in template.activity_types if c.attributes.get("counting_rule") == CountingRule.SUM_NEW
    }
    column = template.by_key.get("first_time_assisted")
    found = tuple(
        row.number
        for row in rows.once
        if row.values.get("activity_type") in new_only
        and row.values.get("status") == "completed"
        and any(figure_of(row, key) for key in _FIGURES)
    )
    if found and column is not None:
        params = {"count": len(found), "column": column.labels}
        yield Pattern("first_time.no_column", rows.sheet, column.key, found, params=params)


# --- who, and free text -----------------------------------------------------------------------


def _themselves(rows: SheetRows) -> Iterator[Pattern]:
    """Yield the rows that name the reporting organisation itself as partner or donor."""
    own = (rows.columns["org_acronym"], rows.columns["org_name"])
    for key, code in (("implementing_partner", "who.partner_is_self"), ("donor", "who.donor_is_self")):
        known: dict[tuple[Value, ...], bool] = {}
        found = []
        for row, *names in zip(rows.rows, rows.columns[key], *own, strict=True):
            if names[0] is None:
                continue
            said = tuple(names)
            if said not in known:
                known[said] = fold(str(said[0])) in {fold(str(own)) for own in said[1:] if own}
            if known[said]:
                found.append(row.number)
        if found:
            yield Pattern(code, rows.sheet, key, tuple(found), params={"count": len(found)})


def _personal(rows: SheetRows, template: Template) -> Iterator[Pattern]:
    """Yield the columns that everybody may see and in which somebody's number or address stands."""
    for key in _FREE_TEXTS:
        column = template.by_key.get(key)
        if column is None or column.visibility is not Visibility.PUBLIC:
            continue
        texts = rows.columns[key]
        told = _personal_of({str(text) for text in texts if text is not None})
        found = [row.number for row, text in zip(rows.rows, texts, strict=True) if text in told]
        if found:
            params = {"count": len(found), "column": column.labels}
            yield Pattern("personal.in_text", rows.sheet, key, tuple(found), params=params)


def _personal_of(texts: Set[str]) -> set[str]:
    """Return the texts with somebody's number or address."""
    together = "\n".join(texts)
    # Most columns have neither, and that is quickly seen.
    if "@" not in together and _EIGHT_DIGITS.search(together) is None:
        return set()
    return {text for text in texts if ("@" in text or _EIGHT_DIGITS.search(text)) and _PERSONAL.search(text)}


# --- the cells of a column --------------------------------------------------------------------


def odd_cells(sheet: str, column: Column, cells: Mapping[Cell, Value]) -> Iterator[Pattern]:
    """Yield what the different cells of a column show together: numbers kept as text, blanks, spellings.

    ``cells``: each cell as it stands in the file, with its value; None where it could not be read.
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts:
        return
    if column.kind in _NUMBERS:
        as_text = [text for text in texts if cells[text] is not None]
        if as_text and len(texts) < len(cells):
            yield _column("numbers.as_text", sheet, column, as_text)
    elif column.kind in _TEXTS:
        blanks = [text for text in texts if text != text.strip() or "  " in text]
        if blanks:
            yield _column("text.blanks", sheet, column, blanks)
    if column.kind is Kind.TEXT and column.visibility is Visibility.PUBLIC:
        spellings: dict[str, set[str]] = {}
        for text in texts:
            spellings.setdefault(fold(text), set()).add(clean(text))
        several = [" / ".join(sorted(s)) for folded, s in spellings.items() if folded and len(s) > 1]
        if several:
            yield _column("text.variants", sheet, column, several)


def _column(code: str, sheet: str, column: Column, examples: Sequence[str]) -> Pattern:
    shown = ", ".join(f"“{clean(e)[:60]}”" for e in examples[:EXAMPLES])
    params = {"count": len(examples), "examples": shown + (", …" if len(examples) > EXAMPLES else "")}
    return Pattern(code, sheet, column.key, params={**params, "column": column.labels})
