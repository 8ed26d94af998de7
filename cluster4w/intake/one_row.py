"""One row that was typed into a form: the same reading, the same rules, the same words as for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import orm

from cluster4w.intake.check import Reporter
from cluster4w.intake.comparing.compare import CheckedRow, Comparer, Seen
from cluster4w.intake.comparing.double_counts import double_counts
from cluster4w.intake.findings import Finding, words
from cluster4w.intake.headers.choose import DataSheet
from cluster4w.intake.headers.locate import Table
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.judging.unusual import say_unlike_before
from cluster4w.intake.open import Cell, Row, Sheet
from cluster4w.intake.opening.scan import SheetScan
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.intake.sheet import SheetReader
from cluster4w.models import Operation
from cluster4w.record.queries import comparison
from cluster4w.record.queries.context import IntakeContext, Learned, load_context
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.kinds import Values
from cluster4w.template.language import N_, label
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold_header

words(
    "row.recorded_already",
    Severity.WARNING,
    N_("Already in the record"),
    N_("The record holds exactly this activity already (row id %(uid)s). Saving adds it a second time."),
)
words(
    "row.recorded_alike",
    Severity.WARNING,
    N_("Already in the record with other figures"),
    N_(
        "The record holds this activity with other figures (row id %(uid)s). To correct it, change that one;"
        " saving here adds a second one."
    ),
)

_SHEET = "-"
_NUMBER = 1


@dataclass(frozen=True, slots=True)
class OneRow:
    """What checking the row found; ``values`` are whole only when there is no error."""

    values: Values
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the row out of the record."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What wants a second look before it is recorded."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)


class _FormReader(SheetReader):
    """A sheet of one row, which is data whatever it says."""

    def _data_rows(self) -> Iterator[tuple[int, Row]]:
        yield _NUMBER, next(self.source.sheet.rows())


def check_row(
    session: orm.Session,
    operation: Operation,
    agency: Agency,
    cells: Mapping[str, Cell],
    *,
    language: str,
    uid: str | None = None,
) -> OneRow:
    """Read and check one row of an organisation. Writes nothing.

    Args:
        session: for the operation's places, organisations, aliases and current rows.
        operation: whose template, edition, months and severities apply.
        agency: the reporting organisation.
        cells: column key to what was typed ("" for nothing); choices as keys or in words.
        language: of the column names in the findings.
        uid: the activity that the row is a new version of; None for a new activity, which is compared with
            the record.
    """
    context = load_context(session, operation, agency.id)
    reporter = Reporter.of(operation)
    keys = tuple(cells)
    headers = _headers(context, keys, language)
    columns = {("", fold_header(h)): Learned(key, 0) for h, key in zip(headers, keys, strict=True)}
    context = replace(context, aliases={**context.aliases, "column": columns})
    row: list[Cell] = [cells[key] for key in keys]
    source = DataSheet(
        Sheet(_SHEET, True, lambda: iter([row])),
        SheetScan(),
        Table(_NUMBER, None, _NUMBER, headers, (), frozenset()),
    )
    reader = _FormReader(
        context=context,
        source=source,
        vocabulary=Vocabulary.of(context.template),
        places=PlaceFinder(context.gazetteer, context.learned("area"), context.sites),
        organisations=OrganisationFinder.of(context, agency),
        reporter=reporter,
        month=None,
        all_clusters=True,
        named_layout=None,
    )
    rows: list[CheckedRow] = []
    reader.read(rows)
    checked = rows[0]
    if checked.values.get("period") in context.locked:
        reporter.say("period.locked", key="period", value=str(checked.values["period"]))
    if checked.state != "with_errors":
        if uid is None:
            _say_recorded(session, context, checked, keys, reporter)
        say_unlike_before(session, context, [checked], {_SHEET: {}}, reporter)
        _say_double_count(session, context, checked, reporter)
    return OneRow(checked.values, tuple(reporter.findings))


def _headers(context: IntakeContext, keys: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the columns' labels; keys where two labels would be taken for the same header."""
    found: list[str] = []
    seen: set[str] = set()
    for key in keys:
        text = label(context.template.column(key).labels, language)
        if fold_header(text) in seen:
            text = key
        seen.add(fold_header(text))
        found.append(text)
    return tuple(found)


def _say_recorded(
    session: orm.Session, context: IntakeContext, row: CheckedRow, keys: tuple[str, ...], reporter: Reporter
) -> None:
    """Say when the record holds the row already: entering it again would count it twice."""
    operation = context.operation
    Comparer(
        context.template,
        {_SHEET: Seen(keys, {})},
        {},
        lambda uids: comparison.rows_by_uid(session, operation, uids),
        lambda ids, months: comparison.current_rows(session, operation, ids, months),
    ).compare([row])
    if row.uid is not None:
        code = "row.recorded_alike" if row.comparison == "changed" else "row.recorded_already"
        reporter.say(code, params={"uid": row.uid})


def _say_double_count(
    session: orm.Session, context: IntakeContext, row: CheckedRow, reporter: Reporter
) -> None:
    names = {a.id: a.acronym for a in context.agencies}
    for twice in double_counts(session, context.operation, [row]):
        # Of the organisation's own rows :func:`_say_recorded` speaks.
        if not twice.own:
            params = {"other": names.get(twice.organisation_id, "?"), "figure": str(twice.figure)}
            reporter.say("row.double_count", params=params)
