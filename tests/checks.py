"""Checking small workbooks: what the tests of intake share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import orm

from cluster4w.intake.check import Check, check_file
from cluster4w.intake.findings import Finding
from cluster4w.models import Operation


def checked(session: orm.Session, operation: Operation, data: bytes, **options: Any) -> Check:
    """Check a file, of the whole cluster unless ``agency`` says whose it is."""
    options.setdefault("agency", None)
    options.setdefault("month", None)
    return check_file(session, operation, data, "test.xlsx", **options)


def codes(check: Check) -> list[str]:
    """Return the codes of the findings that are no mere information."""
    return sorted(f.code for f in check.findings if f.severity != "info")


def found(check: Check, code: str) -> Finding:
    """Return the one finding with this code."""
    (finding,) = [f for f in check.findings if f.code == code]
    return finding


def sums_hold(check: Check) -> None:
    """Assert the arithmetic of the report: every row is counted once."""
    c = check.counts
    assert c.read == c.clean + c.with_warnings + c.with_errors == len(check.rows)
    assert c.new + c.changed + c.unchanged + c.repeated == c.clean + c.with_warnings
