"""What the check of a file needs of the record, loaded once: template, places, organisations, aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Alias, Operation, Organisation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import Outlines, known_sites, load_gazetteer, outlines
from cluster4w.record.queries.operations import locked_months, template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.template.declaration import Template

#: The target of a column that people said to ignore.
IGNORED = "-"


class Learned(NamedTuple):
    """What people decided once; ``id`` is the alias's, 0 for an answer that is not in the record."""

    target: str
    id: int


#: (context, folded spelling) to what it means.
Aliases = Mapping[tuple[str, str], Learned]


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """Everything but the rows of the record.

    ``aliases``: what was learned, by kind; what an organisation decided stands over what holds for all.
    ``sites`` and ``outlines`` are read only when they are asked: the sites that the organisation has
    recorded, by folded name, with the codes of their areas; the outlines of a level, by p-code.
    """

    operation: Operation
    template: Template
    gazetteer: Gazetteer
    agencies: tuple[Agency, ...]
    aliases: Mapping[str, Aliases]
    locked: frozenset[str]
    revision: int
    sites: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    outlines: Callable[[int], Outlines] = lambda _: Outlines()

    def learned(self, kind: str) -> Aliases:
        """Return what was learned of a kind: ``area``, ``organisation``, ``choice`` or ``column``."""
        return self.aliases.get(kind, {})

    def year(self, month: str | None) -> int | None:
        """Return the year of a month that names none: the file's month's, else that of a plan of one year."""
        first, last = self.operation.plan_start.year, self.operation.plan_end.year
        return int(month[:4]) if month else first if first == last else None


def load_context(session: orm.Session, operation: Operation, organisation_id: int | None) -> IntakeContext:
    """Return the context of a file of an organisation, or of the whole cluster (None)."""
    rows = session.execute(
        sa.select(Alias.kind, Alias.context, Alias.folded, Alias.target, Alias.id)
        .where(
            Alias.operation_id == operation.id,
            Alias.revoked_at.is_(None),
            sa.or_(Alias.organisation_id.is_(None), Alias.organisation_id == organisation_id),
            sa.or_(Alias.edition_id.is_(None), Alias.edition_id == operation.edition_id),
        )
        .order_by(Alias.organisation_id.is_not(None), Alias.id)
    )
    aliases: dict[str, dict[tuple[str, str], Learned]] = {}
    for kind, context, folded, target, id_ in rows:
        aliases.setdefault(kind, {})[(context, folded)] = Learned(target, id_)
    return IntakeContext(
        operation=operation,
        template=template_of(operation),
        gazetteer=load_gazetteer(session, operation.edition_id, with_others=True),
        agencies=tuple(agencies(session, operation)),
        aliases=aliases,
        locked=frozenset(locked_months(session, operation)),
        revision=operation.revision,
        sites=partial(known_sites, session, operation, organisation_id),
        outlines=partial(outlines, session, operation.edition_id),
    )


def registered(session: orm.Session) -> dict[tuple[str, str], int]:
    """Return (acronym, name) to id of every organisation of the install."""
    rows = session.execute(sa.select(Organisation.acronym, Organisation.name, Organisation.id))
    return {(acronym, name): id_ for acronym, name, id_ in rows}
