"""Writing needs and targets: tables stand side by side, one is chosen, nothing is deleted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Need,
    NeedAbsence,
    NeedChoice,
    NeedSource,
    NeedUpload,
    Operation,
    Person,
    StoredFile,
)
from cluster4w.models.base import now
from cluster4w.record.operations.activities import BATCH, batches, touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

_NEED = cast(sa.Table, Need.__table__)
#: Days after which a file that was sent and not loaded is thrown away.
KEPT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to write: see :class:`cluster4w.record.queries.needs.NeedFigure` for the fields."""

    measure: str
    level: int
    pcode: str
    sub_sector: str | None
    population_group: str | None
    unit: str
    value: float


def save_needs(
    session: orm.Session,
    operation: Operation,
    figures: Sequence[Figure],
    *,
    source: str,
    dated: dt.date,
    published: dt.date | None = None,
    validated_by: str = "",
    edition: str = "",
    file_name: str = "",
    invented: bool = False,
    note: str = "",
    actor: Person | None = None,
    loaded_at: dt.datetime | None = None,
) -> NeedSource:
    """Write a table of figures beside those that stand.

    ``loaded_at``: when it was loaded, where that is not now: the example tells of months gone by.

    A table of the same source and the same date is taken for corrected: it stands no longer, and what was
    chosen of it is chosen of the new one. The same figures again change only what is said of the table.
    """
    wait_for_turn(session, operation)
    earlier = list(
        session.scalars(
            sa.select(NeedSource).where(
                NeedSource.operation_id == operation.id,
                NeedSource.source == source,
                NeedSource.dated == dated,
                NeedSource.replaced_at.is_(None),
                NeedSource.removed_at.is_(None),
            )
        )
    )
    for table in earlier:
        if table.invented == invented and _same(session, table, figures):
            return _described(session, operation, table, published, validated_by, note, actor)
    moment = loaded_at or now()
    for table in earlier:
        table.replaced_at = moment
    saved = NeedSource(
        operation_id=operation.id,
        source=source,
        dated=dated,
        published=published,
        validated_by=validated_by,
        edition=edition,
        file_name=file_name,
        invented=invented,
        note=note,
        loaded_at=moment,
        loaded_by=actor.id if actor else None,
    )
    session.add(saved)
    session.flush()
    rows: list[dict[str, Any]] = [asdict(f) | {"source_id": saved.id} for f in figures]
    for batch in batches(rows, BATCH):
        session.execute(sa.insert(_NEED), batch)
    replaced = [table.id for table in earlier]
    _choose_instead(session, replaced, saved, moment)
    touch(session, operation)
    log(
        session,
        "needs.saved",
        subject="need_source",
        subject_id=saved.id,
        operation=operation,
        actor=actor,
        source=source,
        dated=dated.isoformat(),
        figures=len(figures),
        replaced=replaced,
    )
    return saved


def _choose_instead(
    session: orm.Session, replaced: Sequence[int], saved: NeedSource, moment: dt.datetime
) -> None:
    """Let what was chosen of replaced tables be chosen of the new one, as before, from now on."""
    choices = session.scalars(
        sa.select(NeedChoice)
        .where(NeedChoice.source_id.in_(replaced), NeedChoice.ended_at.is_(None))
        .order_by(NeedChoice.id)
    )
    for choice in list(choices):
        # The choice of the old table ends and is not turned to the new one: what was published used it.
        choice.ended_at = moment
        session.add(
            NeedChoice(
                operation_id=choice.operation_id,
                source_id=saved.id,
                measure=choice.measure,
                sub_sector=choice.sub_sector,
                first_month=choice.first_month,
                last_month=choice.last_month,
                chosen_at=choice.chosen_at,
                chosen_by=choice.chosen_by,
            )
        )
    session.flush()


def _described(
    session: orm.Session,
    operation: Operation,
    table: NeedSource,
    published: dt.date | None,
    validated_by: str,
    note: str,
    actor: Person | None,
) -> NeedSource:
    """Keep a table and take over what is said of it now."""
    said = {"published": published, "validated_by": validated_by, "note": note}
    changed = {name: value for name, value in said.items() if value and getattr(table, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(table, name, value)
        touch(session, operation)
        details = {name: str(value) for name, value in changed.items()}
        _log(session, "needs.described", table, operation, actor, **details)
    return table


def _same(session: orm.Session, table: NeedSource, figures: Sequence[Figure]) -> bool:
    stored = session.execute(
        sa.select(
            Need.measure,
            Need.level,
            Need.pcode,
            Need.sub_sector,
            Need.population_group,
            Need.unit,
            Need.value,
        ).where(Need.source_id == table.id)
    )
    return {Figure(*row) for row in stored} == set(figures)


def choose_table(
    session: orm.Session,
    operation: Operation,
    table_id: int,
    *,
    measure: str | None = None,
    sub_sector: str | None = None,
    first_month: str | None = None,
    last_month: str | None = None,
    actor: Person | None,
) -> NeedChoice:
    """Use a table for some months (both included; None: without an end), whatever the dates of others are.

    It holds over choices that were made before, for the measure and sub-sector that it names (None: both).

    Raises:
        Refusal: there is no such table, it does not stand, it has no such figures, or the months are none.
    """
    wait_for_turn(session, operation)
    table = _standing(session, operation, table_id)
    for month in (first_month, last_month):
        if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise Refusal("needs.month", N_("“%(month)s” is not a month; write it as 2016-05."), month=month)
    if first_month and last_month and last_month < first_month:
        raise Refusal("needs.months", N_("The last month is before the first."))
    about = [Need.source_id == table.id]
    if measure is not None:
        about.append(Need.measure == measure)
    if sub_sector is not None:
        about.append(sa.or_(Need.sub_sector == sub_sector, Need.sub_sector.is_(None)))
    if session.scalar(sa.select(Need.id).where(*about).limit(1)) is None:
        raise Refusal(
            "needs.no_such_figures",
            N_("The table “%(source)s” has no figure of this kind."),
            source=table.source,
        )
    choice = NeedChoice(
        operation_id=operation.id,
        source_id=table.id,
        measure=measure,
        sub_sector=sub_sector,
        first_month=first_month,
        last_month=last_month,
        chosen_by=actor.id if actor else None,
    )
    session.add(choice)
    session.flush()
    touch(session, operation)
    _log(
        session,
        "needs.chosen",
        table,
        operation,
        actor,
        choice=choice.id,
        measure=measure,
        sub_sector=sub_sector,
        first_month=first_month,
        last_month=last_month,
    )
    return choice


def end_choice(session: orm.Session, operation: Operation, choice_id: int, *, actor: Person | None) -> None:
    """Take a choice back; one that is ended stays so.

    Raises:
        Refusal: there is no such choice.
    """
    wait_for_turn(session, operation)
    choice = session.get(NeedChoice, choice_id)
    if choice is None or choice.operation_id != operation.id:
        raise Refusal("needs.no_choice", N_("There is no such choice."))
    if choice.ended_at is not None:
        return
    choice.ended_at, choice.ended_by = now(), actor.id if actor else None
    touch(session, operation)
    table = session.get_one(NeedSource, choice.source_id)
    _log(session, "needs.choice_ended", table, operation, actor, choice=choice.id)


def remove_table(
    session: orm.Session, operation: Operation, table_id: int, *, actor: Person | None
) -> NeedSource:
    """Take a table out of use. It stays, with its figures, and can be put back."""
    wait_for_turn(session, operation)
    table = _standing(session, operation, table_id)
    table.removed_at = now()
    touch(session, operation)
    _log(session, "needs.removed", table, operation, actor)
    return table


def restore_table(
    session: orm.Session, operation: Operation, table_id: int, *, actor: Person | None
) -> NeedSource:
    """Put a removed table back into use; one that stands stays as it is."""
    wait_for_turn(session, operation)
    table = _table(session, operation, table_id)
    if table.removed_at is not None:
        session.add(NeedAbsence(source_id=table.id, removed_at=table.removed_at, restored_at=now()))
        table.removed_at = None
        touch(session, operation)
        _log(session, "needs.restored", table, operation, actor)
    return table


def _table(session: orm.Session, operation: Operation, table_id: int) -> NeedSource:
    table = session.get(NeedSource, table_id)
    if table is None or table.operation_id != operation.id:
        raise Refusal("needs.no_table", N_("There is no table of needs number %(number)s."), number=table_id)
    return table


def _standing(session: orm.Session, operation: Operation, table_id: int) -> NeedSource:
    table = _table(session, operation, table_id)
    if table.replaced_at is not None or table.removed_at is not None:
        raise Refusal(
            "needs.not_standing",
            N_("The table “%(source)s” was corrected or removed: it cannot be used."),
            source=table.source,
        )
    return table


def _log(
    session: orm.Session,
    action: str,
    table: NeedSource,
    operation: Operation,
    actor: Person | None,
    **details: Any,
) -> None:
    log(
        session,
        action,
        subject="need_source",
        subject_id=table.id,
        operation=operation,
        actor=actor,
        source=table.source,
        dated=table.dated.isoformat(),
        **details,
    )


def keep_upload(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    settings: dict[str, Any],
    *,
    actor: Person | None,
) -> NeedUpload:
    """Keep a file of figures until somebody has looked at what it would bring; throws old ones away."""
    _discard_old(session, operation)
    stored = StoredFile(name=name, sha256=sha256(data).hexdigest(), size=len(data), content=data)
    session.add(stored)
    session.flush()
    upload = NeedUpload(
        operation_id=operation.id,
        file_id=stored.id,
        settings=settings,
        created_by=actor.id if actor else None,
    )
    session.add(upload)
    session.flush()
    log(
        session,
        "needs.received",
        subject="need_upload",
        subject_id=upload.id,
        operation=operation,
        actor=actor,
        file=name,
    )
    return upload


def _discard_old(session: orm.Session, operation: Operation) -> None:
    old = session.execute(
        sa.select(NeedUpload.id, NeedUpload.file_id).where(
            NeedUpload.operation_id == operation.id,
            NeedUpload.source_id.is_(None),
            NeedUpload.created_at < now() - dt.timedelta(days=KEPT_DAYS),
        )
    ).all()
    if old:
        session.execute(sa.delete(NeedUpload).where(NeedUpload.id.in_([row[0] for row in old])))
        session.execute(sa.delete(StoredFile).where(StoredFile.id.in_([row[1] for row in old])))


def mark_loaded(session: orm.Session, upload: NeedUpload, table: NeedSource) -> None:
    """Say which table a file became."""
    upload.source_id = table.id
    session.flush()


def upload_with_edition(session: orm.Session, upload: NeedUpload, edition: str | None) -> None:
    """Say which edition's codes a file uses; None: the operation's."""
    upload.settings = {**upload.settings, "edition": edition}
    session.flush()
