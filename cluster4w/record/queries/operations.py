"""Operations, their template and their months."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Period
from cluster4w.template.declaration import Template, parse
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound


def get_operation(session: orm.Session, slug: str) -> Operation:
    """Return an operation; raises :class:`NotFound` with the names there are."""
    operation = session.scalar(sa.select(Operation).where(Operation.slug == slug))
    if operation is None:
        known = ", ".join(session.scalars(sa.select(Operation.slug).order_by(Operation.slug)))
        raise NotFound(
            "operation.unknown",
            N_("There is no operation “%(slug)s”. Known operations: %(known)s."),
            slug=slug,
            known=known or "-",
        )
    return operation


def lock_operation(session: orm.Session, operation_id: int) -> Operation:
    """Return an operation as it is now, and let nobody else record in it until the transaction ends.

    Who only refers to it, by a file that is sent for example, does not wait.
    """
    return session.get_one(Operation, operation_id, with_for_update={"key_share": True})


def list_operations(session: orm.Session) -> list[Operation]:
    """Return every operation, newest plan first."""
    return list(session.scalars(sa.select(Operation).order_by(Operation.plan_start.desc(), Operation.slug)))


@lru_cache(maxsize=16)
def _parsed(declaration: str) -> Template:
    return parse(json.loads(declaration))


def parsed(declaration: Mapping[str, Any]) -> Template:
    """Return the template of a declaration, parsed once per content."""
    return _parsed(json.dumps(declaration, sort_keys=True, ensure_ascii=False))


def template_of(operation: Operation) -> Template:
    """Return the operation's template, parsed once per content and looked up once per loaded declaration."""
    known = sa.inspect(operation).info
    looked_up: tuple[object, Template] | None = known.get("template")
    if looked_up is None or looked_up[0] is not operation.template:
        template = parsed(operation.template)
        known["template"] = looked_up = (operation.template, template)
    return looked_up[1]


def plan_months(operation: Operation) -> list[str]:
    """Return the months of the plan as ``YYYY-MM``, first to last."""
    months, day = [], operation.plan_start.replace(day=1)
    while day <= operation.plan_end:
        months.append(f"{day:%Y-%m}")
        day = (day + dt.timedelta(days=32)).replace(day=1)
    return months


def locked_months(session: orm.Session, operation: Operation) -> set[str]:
    """Return the months that take no new version."""
    return set(
        session.scalars(
            sa.select(Period.month).where(Period.operation_id == operation.id, Period.state == "locked")
        )
    )
