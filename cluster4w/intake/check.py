"""The whole check of a file: open, locate, map, read, reconcile, compare. Writes nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.comparing.compare import CheckedRow, Comparer, Seen
from cluster4w.intake.comparing.double_counts import double_counts
from cluster4w.intake.findings import WORDS, Finding
from cluster4w.intake.fixes import CellFix, mended
from cluster4w.intake.headers.choose import DataSheet, choose_sheets, counted
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.judging.unusual import say_unusual
from cluster4w.intake.meta import Meta, read_meta
from cluster4w.intake.open import Workbook, open_workbook
from cluster4w.intake.opening.memory import seldom_collected
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.intake.sheet import SheetReader
from cluster4w.intake.sheet_columns import SheetReport, row_keys
from cluster4w.intake.steps import Counter, Share
from cluster4w.models import Operation
from cluster4w.models.base import now
from cluster4w.record.queries import comparison
from cluster4w.record.queries.comparison import Recorded
from cluster4w.record.queries.context import IGNORED, Aliases, IntakeContext, load_context
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.completion import OUR_CLUSTER
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import OFF, Rule, Severity, is_fixed

#: Bytes that a row takes in a usual file.
BYTES_PER_ROW = 60
#: Findings of a file that anybody can use; each takes half a kilobyte while the file is checked.
MOST_FINDINGS = 600_000
#: How much of a value a finding shows.
SHOWN = 200


@dataclass
class Counts:
    """How many rows of each sort. read = clean + with_warnings + with_errors; skipped rows are apart."""

    read: int = 0
    skipped: int = 0
    clean: int = 0
    with_warnings: int = 0
    with_errors: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    vanished: int = 0


@dataclass
class Check:
    """What a check found. See :func:`cluster4w.intake.report.report` for its form as JSON."""

    file_name: str
    sha256: str
    size: int
    content: bytes
    agency: Agency | None
    month: str | None
    all_clusters: bool
    layout: str | None = None
    sheets: list[SheetReport] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    findings: list[Finding] = field(default_factory=list)
    rows: list[CheckedRow] = field(default_factory=list)
    vanished: list[Recorded] = field(default_factory=list)
    #: Organisations that submitting registers; rows refer to them by their negative id.
    new_organisations: list[Agency] = field(default_factory=list)
    #: Alias to the rows that were read through it, and those of them that submitting records.
    uses: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: What changed since the sender's last file (:mod:`cluster4w.intake.comparing.sent_before`).
    since: dict[str, Any] | None = None
    revision: int = 0
    began: dt.datetime = field(default_factory=now)
    seconds: float = 0.0

    def begin_again(self) -> None:
        """Forget what was read of the rows."""
        self.layout, self.sheets, self.seen, self.counts, self.rows = None, [], {}, Counts(), []

    @property
    def has_errors(self) -> bool:
        """Tell whether any finding is an error."""
        return any(f.severity is Severity.ERROR for f in self.findings)


class Reporter:
    """Collects findings and gives each the severity that the operation wants; "off" drops it."""

    def __init__(self, overrides: Mapping[str, str], rules: Sequence[Rule] = ()) -> None:
        self.findings: list[Finding] = []
        # What says that a row cannot be recorded stays an error, whatever the operation holds.
        self._overrides = {
            code: severity
            for code, severity in overrides.items()
            if not (code in WORDS and is_fixed(code, WORDS[code].severity, rules))
        }

    @classmethod
    def of(cls, operation: Operation) -> Reporter:
        """Return one with the severities that an operation gave the findings."""
        overrides = {str(k): str(v) for k, v in (operation.severities or {}).items()}
        return cls(overrides, template_of(operation).rules)

    def say(
        self, code: str, severity: Severity | None = None, *, suggestion: str | None = None, **where: Any
    ) -> Severity | None:
        """Add a finding; returns its severity, None when the operation switched it off.

        ``where``: sheet, row, column, header, key, value, params.
        """
        severity = severity or WORDS[code].severity
        override = self._overrides.get(code)
        if override == OFF:
            return None
        if override:
            severity = Severity(override)
        value = where.get("value")
        if value is not None and len(value) > SHOWN:
            where["value"] = value[:SHOWN] + "…"
        if len(self.findings) >= MOST_FINDINGS:
            raise Refusal(
                "file.too_many_findings",
                N_(
                    "More than %(count)s things are wrong in this file. Look whether its rows and columns are"
                    " those of a 4W, correct what is wrong in every row, and send it again."
                ),
                count=MOST_FINDINGS,
            )
        self.findings.append(Finding(severity, code, suggestion=suggestion, **where))
        return severity


@seldom_collected()
def check_file(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    *,
    agency: Agency | None,
    month: str | None,
    all_clusters: bool = False,
    progress: Callable[[int], None] | None = None,
    answers: Aliases | None = None,
    fixes: Sequence[CellFix] = (),
) -> Check:
    """Read a file and compare it with the record. Writes nothing.

    Args:
        session: for the operation's places, organisations, aliases and current rows.
        operation: whose template, edition and severities apply.
        data: the bytes of the file.
        name: its name, shown only.
        agency: the organisation whose rows the file may hold; None for a file of the whole cluster.
        month: ``YYYY-MM`` for rows that name none.
        all_clusters: keep the rows of other clusters too.
        progress: told the share that is done; see :mod:`cluster4w.intake.steps`.
        answers: what columns are, by :func:`~cluster4w.intake.headers.map.column_context` and folded
            header; over what was learned before.
        fixes: cells that were corrected in the page, read instead of what the file says.

    Raises:
        Refusal: the file itself cannot be used.
    """
    started = time.perf_counter()
    tell = progress or (lambda _: None)
    context = load_context(session, operation, agency.id if agency else None)
    if answers:
        known = context.learned("column")
        # An answer that is known already keeps its alias, so that its use is counted.
        told = {k: said for k, said in answers.items() if k not in known or known[k].target != said.target}
        columns = {**known, **told}
        context = replace(context, aliases={**context.aliases, "column": columns})
    check = Check(name, sha256(data).hexdigest(), len(data), data, agency, month, all_clusters)
    check.revision = context.revision
    reporter = Reporter.of(operation)
    meta = _read_sheets(context, check, reporter, data, tell, fixes)
    tell(Share.COMPARING)
    _compare(session, context, check, reporter, meta)
    _finish(check, reporter)
    check.seconds = time.perf_counter() - started
    tell(Share.SAVING)
    return check


def _read_sheets(
    context: IntakeContext,
    check: Check,
    reporter: Reporter,
    data: bytes,
    tell: Callable[[int], None],
    fixes: Sequence[CellFix],
) -> Meta:
    workbook: Workbook = open_workbook(data)
    if workbook.guessed:
        reporter.say("file.encoding_guessed", params={"encoding": workbook.guessed})
    vocabulary = Vocabulary.of(context.template)
    meta = read_meta(workbook).read_in(context.operation.slug)
    said = {f: s.target for (_, f), s in context.learned("column").items() if s.target != IGNORED}
    chosen = choose_sheets(workbook, vocabulary, reporter, said)
    tell(Share.READING)
    # A text file does not say how many rows it has; its size does, more or less.
    expected = sum(sheet.scan.rows for sheet in chosen) or len(data) // BYTES_PER_ROW
    passing = Counter(tell, Share.READING, Share.COMPARING, expected)
    sources = [mended(sheet, fixes) for sheet in chosen]
    places = PlaceFinder(context.gazetteer, context.learned("area"), context.sites)
    organisations = OrganisationFinder.of(context, check.agency)
    already = len(reporter.findings)
    counting = [counted(source, passing) for source in sources]
    _read_rows(context, check, reporter, counting, vocabulary, meta, places, organisations)
    if better := organisations.better_spelt():
        # A new organisation is called what most of its rows say, which shows at their end: read again.
        del reporter.findings[already:]
        check.begin_again()
        organisations = OrganisationFinder.of(context, check.agency)
        organisations.bring_first(better)
        _read_rows(context, check, reporter, sources, vocabulary, meta, places, organisations)
    check.new_organisations = organisations.new
    return meta


def _read_rows(
    context: IntakeContext,
    check: Check,
    reporter: Reporter,
    sources: Iterable[DataSheet],
    vocabulary: Vocabulary,
    meta: Meta,
    places: PlaceFinder,
    organisations: OrganisationFinder,
) -> None:
    for source in sources:
        reader = SheetReader(
            context=context,
            source=source,
            vocabulary=vocabulary,
            places=places,
            organisations=organisations,
            reporter=reporter,
            month=None if meta.of_several_months else check.month or meta.month,
            all_clusters=check.all_clusters,
            named_layout=meta.layout,
            months_from_record=meta.of_several_months,
        )
        report = reader.read(check.rows)
        check.sheets.append(report)
        shown = row_keys((c.key, c.group, c.month) for c in report.columns) + report.added_up
        check.seen[report.name] = Seen.of(shown, reader.layout)
        check.counts.skipped += report.skipped
        check.layout = check.layout or (reader.layout.name if reader.layout else None)


def _compare(
    session: orm.Session, context: IntakeContext, check: Check, reporter: Reporter, meta: Meta
) -> None:
    operation = context.operation
    comparer = Comparer(
        context.template,
        check.seen,
        meta.rows,
        lambda uids: comparison.rows_by_uid(session, operation, uids),
        lambda ids, months: (
            r
            for r in comparison.current_rows(session, operation, ids, months)
            # Rows of other clusters were set aside in the file: in the record they are not missed.
            if check.all_clusters or r.values.get("cluster") in (None, OUR_CLUSTER)
        ),
        several_months=meta.of_several_months,
    )
    result = comparer.compare(check.rows)
    letters = {s.name: {c.key: c for c in s.columns if c.key} for s in check.sheets}
    for row, code, key, params in result.notes:
        column = letters[row.sheet].get(key)
        severity = reporter.say(
            code,
            sheet=row.sheet,
            row=row.number,
            column=(column.letter or None) if column else None,
            header=column.header if column else None,
            key=key or None,
            value=str(row.values.get(key)) if key else None,
            params=params,
        )
        row.worsen(severity)
    check.vanished = result.vanished
    if check.vanished:
        reporter.say("rows.vanished", params={"count": len(check.vanished)})
    _locked(context, check, reporter, letters)
    say_unusual(session, context, check.rows, letters, reporter)
    _double_counts(session, context, check, reporter)


def _locked(context: IntakeContext, check: Check, reporter: Reporter, letters: Mapping[str, Any]) -> None:
    """A locked month takes no new version; a row that changes nothing needs none."""
    if not context.locked:
        return
    for row in check.rows:
        months = {row.values.get("period"), row.before.get("period")} & context.locked
        if months and row.comparison in ("new", "changed"):
            column = letters[row.sheet].get("period")
            severity = reporter.say(
                "period.locked",
                sheet=row.sheet,
                row=row.number,
                column=(column.letter or None) if column else None,
                header=column.header if column else None,
                key="period",
                value=str(min(str(m) for m in months)),
            )
            row.worsen(severity)


def _double_counts(session: orm.Session, context: IntakeContext, check: Check, reporter: Reporter) -> None:
    names = {a.id: a.acronym for a in (*context.agencies, *check.new_organisations)}
    for twice in double_counts(session, context.operation, check.rows):
        row, earlier, params = twice.row, twice.other_row, {"figure": str(twice.figure)}
        if not twice.own:
            code, params["other"] = "row.double_count", names.get(twice.organisation_id, "?")
        elif earlier is not None:
            code, params["first"] = "row.twice_in_file", f"{earlier.number}"
            if earlier.sheet != row.sheet:
                params["first"] += f" ({earlier.sheet})"
        else:
            code, params["uid"] = "row.twice_in_record", str(twice.uid)
        reporter.say(code, sheet=row.sheet, row=row.number, params=params)


def _finish(check: Check, reporter: Reporter) -> None:
    counts = check.counts
    for row in check.rows:
        counts.read += 1
        setattr(counts, row.state, getattr(counts, row.state) + 1)
        if row.comparison:
            setattr(counts, row.comparison, getattr(counts, row.comparison) + 1)
    counts.vanished = len(check.vanished)
    check.uses = _uses(check)
    check.findings = sorted(reporter.findings, key=_place(check.sheets))


def _uses(check: Check) -> dict[int, tuple[int, int]]:
    """Return how many rows were read through each alias, and how many of those are recorded."""
    of_sheet = {s.name: [c.learned for c in s.columns if c.learned] for s in check.sheets}
    uses: dict[int, tuple[int, int]] = {}
    for row in check.rows:
        columns = of_sheet.get(row.sheet, ())
        if not columns and not row.learned:
            continue
        recorded = row.comparison in ("new", "changed")
        for id_ in {*columns, *row.learned} - {0}:
            rows, kept = uses.get(id_, (0, 0))
            uses[id_] = (rows + 1, kept + recorded)
    return uses


def _place(sheets: Sequence[SheetReport]) -> Callable[[Finding], tuple[int, int]]:
    order = {s.name: i for i, s in enumerate(sheets)}
    return lambda f: (order.get(f.sheet or "", -1), f.row or 0)
