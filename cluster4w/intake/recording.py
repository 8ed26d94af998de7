"""What a checked file puts into the record: made ready while others may write, then written in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.comparing.compare import Seen, overlay
from cluster4w.intake.fixes import EVERY_ROW, NAME
from cluster4w.intake.steps import Counter, Tell
from cluster4w.models import Operation, Person, Submission
from cluster4w.record.operations.activities import Change, Versions, batches, prepare_versions, write_versions
from cluster4w.record.operations.corrections import unrecognised
from cluster4w.record.operations.organisations import register
from cluster4w.record.queries import submissions as stored
from cluster4w.record.queries.comparison import rows_by_uid
from cluster4w.record.queries.fixes import fixes_by_row
from cluster4w.record.queries.operations import template_of
from cluster4w.template.completion import complete
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value, Values, from_json

#: Share of the recording that is done when its rows are read and nothing is written yet.
PREPARED = 60
#: Rows that are looked up together.
_TOGETHER = 500
#: Different texts of a column that are kept once; a column with more of them says something else each time.
_TEXTS = 5_000


@dataclass(frozen=True, slots=True)
class RowToRecord:
    """What recording needs of a row, wherever it comes from."""

    sheet: str
    number: int
    uid: str | None
    changed: bool
    organisation_id: int | None
    values: Values
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded of a file: new versions, and the organisations that they bring."""

    versions: Versions
    newcomers: Newcomers


@dataclass(slots=True)
class Newcomers:
    """The organisations that a file brings: numbered below zero until they are registered."""

    #: Number to acronym and name.
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    _types: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, row: RowToRecord) -> int:
        """Return the number of the organisation that a row names."""
        named = (str(row.values["org_acronym"]), str(row.values["org_name"]))
        if named not in self._numbers:
            self._numbers[named] = -len(self._numbers) - 1
            self._types[named] = str(row.values["org_type"])
            self.names[self._numbers[named]] = named
        return self._numbers[named]

    def register(self, session: orm.Session, operation: Operation, actor: Person | None) -> dict[int, int]:
        """Register them all; returns number to key."""
        return {
            number: register(
                session,
                operation,
                acronym=named[0],
                name=named[1],
                type_=self._types[named],
                actor=actor,
                origin="import",
            ).id
            for number, named in self.names.items()
        }


def rows_to_record(session: orm.Session, submission: Submission, tell: Tell) -> Iterator[RowToRecord]:
    """Yield what submitting a checked submission records."""
    values = _Values(template_of(session.get_one(Operation, submission.operation_id)))
    passing = Counter(tell, 0, PREPARED, _expected(submission.report))
    for r in passing.over(stored.rows_to_record(session, submission)):
        changed = r.comparison == "changed"
        yield RowToRecord(
            r.sheet, r.number, r.uid, changed, r.organisation_id, values.of(r.said), r.extra or {}
        )


def _expected(report: Mapping[str, Any]) -> int:
    return int(report["rows"]["new"]) + int(report["rows"]["changed"])


class _Values:
    """Reads the values of stored rows; a text that comes again and again is one object."""

    def __init__(self, template: Template) -> None:
        self._kinds: dict[str, tuple[str, Kind, dict[str, Value]]] = {
            # The key too: the JSON of each row brings its own.
            c.key: (c.key, c.kind, {})
            for c in template.columns
        }

    def of(self, said: Mapping[str, Any]) -> Values:
        """Return values by column key from their JSON."""
        found: Values = {}
        for name, text in said.items():
            column = self._kinds.get(name)
            if column is None:
                continue
            key, kind, texts = column
            if not isinstance(text, str):
                found[key] = from_json(kind, text)
            elif text in texts:
                found[key] = texts[text]
            else:
                found[key] = value = from_json(kind, text)
                if len(texts) < _TEXTS:
                    texts[text] = value
        return found


def prepare_recording(
    session: orm.Session,
    operation: Operation,
    submission: Submission,
    rows: Iterable[RowToRecord],
    seen: Mapping[str, Seen],
) -> Recording:
    """Return what recording rows of a submission writes, as the record is now. Writes nothing.

    ``seen``: what the columns of each sheet speak of.
    """
    newcomers = Newcomers()
    changes = _changes(session, operation, submission, rows, seen, newcomers)
    versions = prepare_versions(
        session,
        operation,
        changes,
        fresh=int(submission.report["rows"]["new"]),
        newcomers=newcomers.names,
    )
    return Recording(versions, newcomers)


def _changes(
    session: orm.Session,
    operation: Operation,
    submission: Submission,
    rows: Iterable[RowToRecord],
    seen: Mapping[str, Seen],
    newcomers: Newcomers,
) -> Iterator[Change]:
    template = template_of(operation)
    fixes = fixes_by_row(session, submission)
    for some in batches(rows, _TOGETHER):
        uids = [r.uid for r in some if r.changed and r.uid]
        known = {r.uid: r for r in rows_by_uid(session, operation, uids)}
        for row in some:
            values, extra, number = row.values, row.extra, row.organisation_id
            if number is None or number < 0:
                number = newcomers.number(row)
            before = known.get(row.uid or "")
            if before is not None:
                values = complete(overlay(before.values, row.values, seen[row.sheet]), template)
                # What an added column said before is among the values, where the row may change it.
                extra = {**unrecognised(before.extra, template), **row.extra}
            fixed = [
                fix for line in (row.number, EVERY_ROW) for fix in fixes.get((row.sheet[:NAME], line), ())
            ]
            yield Change(number, values, row.uid, row.number, extra=extra, fixed=fixed or None)


def write_recording(
    session: orm.Session,
    operation: Operation,
    submission: Submission,
    recording: Recording,
    *,
    actor: Person | None,
    tell: Tell,
) -> None:
    """Write what was prepared.

    Raises:
        Refusal: a month is locked.
        cluster4w.record.operations.activities.Overtaken: the record has moved on since it was prepared.
    """
    versions = recording.versions
    if not versions.rows:
        return
    write_versions(
        session,
        operation,
        versions,
        actor=actor,
        submission=submission,
        action="submission.recorded",
        organisations=recording.newcomers.register(session, operation, actor),
        progress=Counter(tell, PREPARED, 100, len(versions.rows)).add,
    )
