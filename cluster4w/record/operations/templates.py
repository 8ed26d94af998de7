"""The operation's own template: its versions, what the product ships now, and the way back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person, TemplateVersion
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.templates import compared, shipped_before
from cluster4w.template.declaration import Declaration, DeclarationError, parse, shipped_declaration
from cluster4w.template.language import N_
from cluster4w.template.merge import TAKEN, Change, keep_spellings
from cluster4w.template.problems import NotFound, Refusal

#: Letters of a note.
LONGEST_NOTE = 500


def begin_versions(session: orm.Session, operation: Operation, *, actor: Person | None) -> None:
    """Keep the first version of a new operation's template, which is what the product ships."""
    _keep(session, operation, operation.template, "added", operation.template, actor)


def new_version(
    session: orm.Session,
    operation: Operation,
    declaration: Declaration,
    *,
    origin: str,
    shipped: Declaration | None,
    actor: Person | None,
) -> int:
    """Give an operation a new version of its template and keep the one before; returns its number.

    The operation must be locked, and its template be fresh. Files that were checked but not sent are checked
    again.

    Args:
        session: where it is written.
        operation: whose template.
        declaration: the new one; its version is set here.
        origin: see :class:`~cluster4w.models.TemplateVersion`.
        shipped: what the product shipped when this one last took it over; None where that is not known.
        actor: who changes it.

    Raises:
        Refusal: the template would contradict itself.
    """
    version = operation.template_version + 1
    changed = {**declaration, "version": version}
    try:
        parse(changed)
    except (DeclarationError, KeyError, ValueError) as error:
        raise Refusal(
            "rule.template", N_("The template would contradict itself: %(why)s."), why=str(error)
        ) from error
    kept = session.scalar(_version(operation, operation.template_version))
    if kept is None:
        _keep(session, operation, operation.template, "earlier", None, None)
    elif kept.declaration != operation.template:
        kept.declaration = operation.template
    operation.template = changed
    operation.template_version = version
    _keep(session, operation, changed, origin, shipped, actor)
    session.flush()
    touch(session, operation)
    return version


def take_over(
    session: orm.Session,
    operation: Operation,
    *,
    chosen: Collection[str] = (),
    everything: bool = False,
    seen: str | None = None,
    note: str = "",
    actor: Person | None,
) -> int | None:
    """Take over what the product ships now; returns the new version, None where nothing changes.

    What the operation changed itself stays.

    Args:
        session: where it is written.
        operation: whose template.
        chosen: ids of the asked pieces for which the product's is taken.
        everything: take the product's for every asked piece.
        seen: the :func:`state_of` that the person decided on; None to decide on what is there now.
        note: why.
        actor: who takes it over.

    Raises:
        Refusal: the template or what ships changed meanwhile, or the template would contradict itself.
    """
    _lock(session, operation)
    shipped = shipped_declaration()
    if seen is not None and seen != state_of(operation, shipped):
        raise Refusal("template.changed", N_("The template has changed meanwhile. Look at it again."))
    if everything:
        chosen = {d.id for d in compared(session, operation, shipped).of(Change.ASKED)}
    merged = compared(session, operation, shipped, chosen)
    taken = [d for d in merged.differences if d.change in TAKEN or d.id in chosen]
    before = operation.template_version
    if not taken and shipped_before(session, operation) == shipped:
        return None
    version = new_version(
        session, operation, merged.declaration, origin="taken_over", shipped=shipped, actor=actor
    )
    log(
        session,
        "template.taken_over",
        subject="template",
        subject_id=version,
        operation=operation,
        actor=actor,
        before=before,
        taken=len(taken),
        kept=len(merged.differences) - len(taken),
        note=_note(note),
    )
    return version


def bring_back(
    session: orm.Session,
    operation: Operation,
    version: int,
    *,
    seen: str | None = None,
    note: str = "",
    actor: Person | None,
) -> int:
    """Make an earlier version of the template the current one again, under a new number; returns it.

    Columns and choices keep going by their later names too, so that workbooks made meanwhile come in.

    Raises:
        NotFound: there is no such earlier version.
        Refusal: the template changed meanwhile, or the template would contradict itself.
    """
    _lock(session, operation)
    if seen is not None and seen != state_of(operation, shipped_declaration()):
        raise Refusal("template.changed", N_("The template has changed meanwhile. Look at it again."))
    kept = session.scalar(_version(operation, version)) if version < operation.template_version else None
    if kept is None:
        raise NotFound("template.unknown", N_("There is no such earlier version of the template."))
    declaration: dict[str, Any] = dict(kept.declaration)
    keep_spellings(operation.template, declaration)
    before = operation.template_version
    made = new_version(
        session, operation, declaration, origin="brought_back", shipped=kept.shipped, actor=actor
    )
    log(
        session,
        "template.brought_back",
        subject="template",
        subject_id=made,
        operation=operation,
        actor=actor,
        before=before,
        version=version,
        note=_note(note),
    )
    return made


def state_of(operation: Operation, shipped: Declaration) -> str:
    """Return what a decision is made on: the operation's version, and a fingerprint of what ships."""
    said = json.dumps([operation.template, shipped], sort_keys=True, ensure_ascii=False)
    return f"{operation.template_version}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _lock(session: orm.Session, operation: Operation) -> None:
    session.refresh(operation, ["template", "template_version", "revision"], with_for_update=True)


def _version(operation: Operation, version: int) -> sa.Select[TemplateVersion]:
    return sa.select(TemplateVersion).where(
        TemplateVersion.operation_id == operation.id, TemplateVersion.version == version
    )


def _keep(
    session: orm.Session,
    operation: Operation,
    declaration: Declaration,
    origin: str,
    shipped: Declaration | None,
    actor: Person | None,
) -> None:
    session.add(
        TemplateVersion(
            operation_id=operation.id,
            version=operation.template_version,
            declaration=dict(declaration),
            shipped=dict(shipped) if shipped is not None else None,
            origin=origin,
            person_id=actor.id if actor else None,
        )
    )


def _note(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NOTE]
