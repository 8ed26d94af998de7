"""The summary of a record that gap tables read: making it anew, and comparing it with the rows."""

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
def summary() -> None:
    """The record added up by area and month, which gap tables read. It is kept with every change."""


@summary.command("rebuild")
@one_option
@all_option
@in_app_writing
def summary_rebuild(session: orm.Session, slug: str | None, every: bool) -> None:
    """Make the summary anew from the rows of the record."""
    from cluster4w.record.operations.summary import rebuild

    for operation in _operations(session, slug, every):
        rebuild(session, operation)
        session.commit()
        click.echo(f"{operation.slug}: made anew")


@summary.command("verify")
@one_option
@all_option
@json_option
@in_app
def summary_verify(session: orm.Session, slug: str | None, every: bool, as_json: bool) -> None:
    """Compare the summary with the rows of the record, line by line and answer by answer.

    Exits 1 where anything differs.
    """
    from cluster4w.gaps.summary_answers import unequal_answers
    from cluster4w.record.queries.summary_check import differences

    found = []
    for operation in _operations(session, slug, every):
        lines = [
            {
                "operation": operation.slug,
                "what": d.table,
                "key": d.key,
                "is": d.stored,
                "should_be": d.expected,
            }
            for d in differences(session, operation)
        ]
        lines += [
            {"operation": operation.slug, "what": "answer", "key": str(a), "is": None, "should_be": None}
            for a in unequal_answers(session, operation)
        ]
        if not as_json:
            click.echo(f"{operation.slug}: {len(lines)} differences")
        found += lines if as_json else lines[:SHOWN]
    print_table(found, as_json)
    if found:
        sys.exit(WITH_ERRORS)
