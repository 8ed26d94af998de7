"""Loading needs and targets: HNO/HPC with an HXL row, plain long and wide tables, DTM, our own workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.intake.findings import Finding
from cluster4w.intake.needs.checks import checked
from cluster4w.intake.needs.columns import find_columns
from cluster4w.intake.needs.places import Places
from cluster4w.intake.needs.reader import Collected, Reader
from cluster4w.intake.needs.report import ROW_COUNTS, LoadedNeeds
from cluster4w.intake.opening.tables import read_tables
from cluster4w.models import GazetteerEdition, Operation, Person
from cluster4w.record.operations.needs import save_needs
from cluster4w.record.queries.areas import linked_codes, load_gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity


@dataclass(frozen=True, slots=True)
class About:
    """What a person says of a file of figures.

    ``dated`` is the date of the figures, ``published`` that of their publication; ``validated_by`` who
    validated them. ``sub_sector`` is for files that do not say it; ``edition`` names the gazetteer edition of
    the file's codes where it is not the operation's.
    """

    source: str
    dated: dt.date
    published: dt.date | None = None
    validated_by: str = ""
    sub_sector: str | None = None
    edition: str | None = None


def read_needs(
    session: orm.Session, operation: Operation, data: bytes, name: str, about: About
) -> LoadedNeeds:
    """Return what a file would bring, with everything there is to say about it; writes nothing.

    Sexes and ages are set aside, the totals are taken. Nothing is added up but the rows of one round of a
    displacement matrix and areas of another edition that are one area here; nothing is ever split.

    Raises:
        Refusal: the file cannot be read, or its columns cannot be told.
    """
    gazetteer = load_gazetteer(session, operation.edition_id, with_others=True)
    if about.edition and about.edition not in {gazetteer.edition, *(g.edition for g in gazetteer.others)}:
        raise Refusal(
            "needs.edition",
            N_("The gazetteer edition %(edition)s of %(country)s is not loaded: see “cluster4w areas load”."),
            edition=about.edition,
            country=gazetteer.country,
        )
    if not about.source.strip():
        raise Refusal("needs.source", N_("Say where the figures come from."))
    places = Places(gazetteer, about.edition, linked_codes(session, operation.edition_id))
    template = template_of(operation)
    collected = Collected()
    usable = False
    for table in read_tables(data, name):
        columns = find_columns(table, template)
        if columns.usable:
            usable = True
            Reader(table, columns, template, places, about.sub_sector, collected).read()
    if not usable:
        raise Refusal(
            "needs.columns",
            N_("No columns with areas and figures in need or targeted were found in “%(name)s”."),
            name=name,
        )
    edition = session.get_one(GazetteerEdition, operation.edition_id)
    loaded = LoadedNeeds(
        name,
        operation.slug,
        about.source.strip(),
        about.dated,
        rows={count: collected.counts[count] for count in ROW_COUNTS},
        figures=collected.as_figures(),
        findings=[*collected.findings, *_said(collected, about)],
        names={p.pcode: p.name for p in gazetteer.places},
        regions={p.pcode: gazetteer.within(p.pcode, 1) or "" for p in gazetteer.places},
    )
    loaded.findings += checked(collected, places, edition.level_names)
    return loaded


def load_needs(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    about: About,
    *,
    actor: Person | None = None,
) -> LoadedNeeds:
    """Load a table of needs and targets into an operation, beside those that are there; commits nothing.

    A table of the same source and date is taken for corrected (see
    :func:`cluster4w.record.operations.needs.save_needs`).

    Raises:
        Refusal: as :func:`read_needs`.
    """
    loaded = read_needs(session, operation, data, name, about)
    if loaded.figures:
        edition = session.get_one(GazetteerEdition, operation.edition_id).edition
        loaded.saved = save_needs(
            session,
            operation,
            loaded.figures,
            source=loaded.source,
            dated=about.dated,
            published=about.published,
            validated_by=about.validated_by,
            edition=about.edition or edition,
            file_name=name,
            actor=actor,
        )
    return loaded


def _said(collected: Collected, about: About) -> list[Finding]:
    """Return what there is to say of the rows that were set aside or added up."""
    found = [
        Finding(Severity.INFO, f"needs.{counted}", params={"count": count})
        for counted in ("breakdowns", "other_sectors", "empty", "totals")
        if (count := collected.counts[counted])
    ]
    if collected.other_clusters:
        headers = ", ".join(f"“{h}”" for h in dict.fromkeys(collected.other_clusters))
        found.append(Finding(Severity.INFO, "needs.other_columns", params={"headers": headers}))
    for rounds in collected.rounds:
        for operation, latest in rounds.latest.items():
            earlier = rounds.earlier.get(operation, set())
            if earlier:
                params = {
                    "operation": operation or "-",
                    "round": latest.number or latest.date,
                    "count": len({r.number or r.date for r in earlier}),
                }
                found.append(Finding(Severity.INFO, "needs.earlier_rounds", params=params))
            if len(latest.date) == 10 and latest.date != about.dated.isoformat():
                params = {"date": latest.date, "dated": about.dated.isoformat()}
                found.append(Finding(Severity.INFO, "needs.date_differs", params=params))
    added = [read for read in collected.figures.values() if read.rows > 1 and not read.parts]
    if added:
        params = {"rows": sum(read.rows for read in added), "count": len(added)}
        found.append(Finding(Severity.INFO, "needs.added_up", params=params))
    return found
