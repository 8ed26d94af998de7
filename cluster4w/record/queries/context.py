"""What the check of a file needs of the record, loaded once: template, places, organisations, aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Alias, Operation, Organisation, Participation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import locked_months, template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.template.declaration import Template


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """Everything but the rows of the record.

    ``aliases``: (kind, context, folded spelling) to target, those of the organisation over those of all.
    ``mapping``: folded header to column key, as the organisation confirmed it.
    """

    operation: Operation
    template: Template
    gazetteer: Gazetteer
    agencies: tuple[Agency, ...]
    aliases: Mapping[tuple[str, str, str], str]
    mapping: Mapping[str, str]
    locked: frozenset[str]
    revision: int


def load_context(session: orm.Session, operation: Operation, organisation_id: int | None) -> IntakeContext:
    """Return the context of a file of an organisation, or of the whole cluster (None)."""
    rows = session.execute(
        sa.select(Alias.kind, Alias.context, Alias.folded, Alias.target, Alias.organisation_id)
        .where(
            Alias.operation_id == operation.id,
            Alias.revoked_at.is_(None),
            sa.or_(Alias.organisation_id.is_(None), Alias.organisation_id == organisation_id),
        )
        .order_by(Alias.organisation_id.is_not(None), Alias.id)
    )
    aliases = {(kind, context, folded): target for kind, context, folded, target, _ in rows}
    mapping: Mapping[str, str] = {}
    if organisation_id is not None:
        found = session.scalar(
            sa.select(Participation.mapping).where(
                Participation.operation_id == operation.id, Participation.organisation_id == organisation_id
            )
        )
        mapping = {str(k): str(v) for k, v in (found or {}).items()}
    return IntakeContext(
        operation=operation,
        template=template_of(operation),
        gazetteer=load_gazetteer(session, operation.edition_id, with_others=True),
        agencies=tuple(agencies(session, operation)),
        aliases=aliases,
        mapping=mapping,
        locked=frozenset(locked_months(session, operation)),
        revision=operation.revision,
    )


def registered(session: orm.Session) -> dict[tuple[str, str], int]:
    """Return (acronym, name) to id of every organisation of the install."""
    rows = session.execute(sa.select(Organisation.acronym, Organisation.name, Organisation.id))
    return {(acronym, name): id_ for acronym, name, id_ in rows}
