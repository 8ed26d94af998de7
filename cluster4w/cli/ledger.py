"""The ledger of a record that figures come from: making it anew, and comparing it with the record."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import (
    WITH_ERRORS,
    get_operation_named,
    in_app,
    in_app_writing,
    json_option,
    print_table,
)

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.models import Operation

one_option = click.option("--operation", "slug", help="Operation, for example mali-2016.")
all_option = click.option("--all", "every", is_flag=True, help="Every operation.")
#: So many differences are printed of an operation.
SHOWN = 20


def _operations(session: orm.Session, slug: str | None, every: bool) -> list[Operation]:
    from cluster4w.record.queries.operations import list_operations

    if every == (slug is not None):
        raise click.UsageError("Name an operation with --operation, or all of them with --all.")
    return list_operations(session) if slug is None else [get_operation_named(session, slug)]


@click.group()
def ledger() -> None:
    """What figures come from: every version in columns of numbers. It is kept with every change."""


@ledger.command("rebuild")
@one_option
@all_option
@in_app_writing
def ledger_rebuild(session: orm.Session, slug: str | None, every: bool) -> None:
    """Make the ledger anew from the record."""
    from cluster4w.record.operations.ledger import rebuild

    for operation in _operations(session, slug, every):
        rebuild(session, operation)
        session.commit()
        click.echo(f"{operation.slug}: made anew")


@ledger.command("verify")
@one_option
@all_option
@json_option
@in_app
def ledger_verify(session: orm.Session, slug: str | None, every: bool, as_json: bool) -> None:
    """Compare the ledger with the record, version by version.

    Exits 1 where anything differs.
    """
    from cluster4w.record.queries.ledger_check import differences

    found = []
    for operation in _operations(session, slug, every):
        lines = [
            {
                "operation": operation.slug,
                "what": "missing" if d.line is None else "too often" if d.more > 0 else "too rarely",
                "times": abs(d.more),
                "line": d.line and list(d.line),
            }
            for d in differences(session, operation)
        ]
        if not as_json:
            click.echo(f"{operation.slug}: {len(lines)} differences")
        found += lines if as_json else lines[:SHOWN]
    print_table(found, as_json)
    if found:
        sys.exit(WITH_ERRORS)
