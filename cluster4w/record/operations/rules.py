"""What the check of an operation asks for: severities of findings, and the bounds of its rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import orm

from cluster4w.models import Operation, Person
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.templates import new_version
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.templates import shipped_before
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal
from cluster4w.template.rules import BOUNDED, OFF, Severity, is_fixed, may_be_silent

#: Largest bound, letters of a note, letters of the subject of an audit event.
LARGEST = 1e9
LONGEST_NOTE = 500
_SUBJECT = 48


def set_severity(
    session: orm.Session,
    operation: Operation,
    code: str,
    severity: str | None,
    *,
    default: Severity,
    note: str = "",
    actor: Person | None,
) -> bool:
    """Give a kind of finding a severity of the operation's own; returns False where nothing changes.

    Args:
        session: where it is written.
        operation: whose check says it so from now on; files that are checked but not sent are checked again.
        code: the finding's.
        severity: ``error``, ``warning``, ``info`` or ``off``; None goes back to the product's own.
        default: the product's own severity of the code.
        note: why, for those who come after.
        actor: who changes it.

    Raises:
        Refusal: the severity is none, the finding says that a row cannot be recorded, or it must be said.
    """
    session.refresh(operation, ["severities", "template", "revision"], with_for_update=True)
    if severity is not None and severity not in (*Severity, OFF):
        raise Refusal("rule.severity", N_("“%(severity)s” is no severity."), severity=severity)
    if is_fixed(code, default, template_of(operation).rules):
        raise Refusal(
            "rule.fixed",
            N_("This finding says that a row cannot be recorded: its severity cannot be changed."),
        )
    if severity == OFF and not may_be_silent(code):
        raise Refusal(
            "rule.never_silent",
            N_("This finding says what became of a part of the file: it cannot be switched off."),
        )
    before = (operation.severities or {}).get(code)
    after = None if severity == default else severity
    if before == after:
        return False
    kept = {k: v for k, v in (operation.severities or {}).items() if k != code}
    operation.severities = kept if after is None else {**kept, code: after}
    session.flush()
    touch(session, operation)
    log(
        session,
        "rule.severity_set",
        subject="rule",
        subject_id=code[:_SUBJECT],
        operation=operation,
        actor=actor,
        before=before or str(default),
        after=after or str(default),
        note=note.strip()[:LONGEST_NOTE],
    )
    return True


def set_bounds(
    session: orm.Session,
    operation: Operation,
    code: str,
    place: int,
    low: float,
    high: float,
    *,
    note: str = "",
    actor: Person | None,
) -> bool:
    """Set the bounds of a declared rule; returns False where nothing changes.

    The rules of the same code for the same rows are set alike: the household size holds for people targeted
    and for people reached. The operation's template gets a new version.

    Args:
        session: where it is written.
        operation: whose own declaration is changed.
        code: the rule's.
        place: where it stands in the declaration, from 0.
        low: smallest usual figure.
        high: largest usual figure.
        note: why.
        actor: who changes it.

    Raises:
        NotFound: there is no such rule with bounds, at that place.
        Refusal: the bounds cannot be.
    """
    session.refresh(operation, ["template", "template_version", "revision"], with_for_update=True)
    rules: list[dict[str, Any]] = [dict(rule) for rule in operation.template.get("rules", ())]
    meant = rules[place] if 0 <= place < len(rules) else None
    if meant is None or meant["code"] != code or meant["check"] not in BOUNDED:
        raise NotFound("rule.unknown", N_("There is no such rule any more. Load the page again."))
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low < high <= LARGEST):
        raise Refusal("rule.bounds", N_("The lower bound must be zero or more, and below the upper one."))
    before = {"low": float(meant.get("low", 0)), "high": float(meant.get("high", 0))}
    after = {"low": float(low), "high": float(high)}
    if before == after:
        return False
    for rule in rules:
        if _same_bounds(rule) == _same_bounds(meant):
            rule.update(after)
    shipped = shipped_before(session, operation)
    changed = {**operation.template, "rules": rules}
    new_version(session, operation, changed, origin="bounds", shipped=shipped, actor=actor)
    log(
        session,
        "rule.bounds_set",
        subject="rule",
        subject_id=code[:_SUBJECT],
        operation=operation,
        actor=actor,
        before=before,
        after=after,
        only=meant.get("only", {}),
        note=note.strip()[:LONGEST_NOTE],
    )
    return True


def _same_bounds(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    only = {key: tuple(values) for key, values in rule.get("only", {}).items()}
    return (rule["code"], rule["check"], only)
