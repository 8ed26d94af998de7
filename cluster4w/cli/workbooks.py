"""Workbooks in and out: template, check, import, export."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cluster4w.cli.options import (
    MONTH,
    WITH_ERRORS,
    get_operation_named,
    in_app,
    in_app_writing,
    json_option,
    language_option,
    operation_option,
    org_option,
)
from cluster4w.template.language import translator

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.intake.check import Check
    from cluster4w.models import Operation


@click.command("template")
@click.argument("out", type=click.File("wb"))
@operation_option
@org_option
@click.option("--period", "month", type=MONTH)
@click.option("--layout", default="shelter-4w", show_default=True)
@language_option
@in_app
def template_(
    session: orm.Session,
    out: BinaryIO,
    slug: str,
    acronym: str | None,
    month: str | None,
    layout: str,
    lang: str,
) -> None:
    """Write a blank workbook, or one prefilled with an organisation's rows of a month."""
    from cluster4w.publish.workbook import write_template
    from cluster4w.record.queries.organisations import get_agency

    operation = get_operation_named(session, slug)
    agency = get_agency(session, operation, acronym) if acronym else None
    write_template(session, operation, out, layout=layout, language=lang, agency=agency, month=month)


def _check(
    session: orm.Session,
    file: Path,
    slug: str,
    acronym: str | None,
    month: str | None,
    all_clusters: bool,
) -> tuple[Operation, Check]:
    from cluster4w.intake.check import check_file
    from cluster4w.record.queries.organisations import get_agency

    operation = get_operation_named(session, slug)
    agency = get_agency(session, operation, acronym) if acronym else None
    with file.open("rb") as stream:
        data = stream.read()
    check = check_file(
        session,
        operation,
        data,
        file.name,
        agency=agency,
        month=month,
        all_clusters=all_clusters,
        progress=_progress() if sys.stderr.isatty() else None,
    )
    return operation, check


def _progress() -> Callable[[int], None]:
    def show(percent: int) -> None:
        click.echo(f"\r{percent:3d} %", nl=percent >= 100, err=True)

    return show


def _report(check: Check, as_json: bool, limit: int, lang: str) -> None:
    from cluster4w.intake.report import as_text, report

    translate = translator(lang)
    if as_json:
        click.echo(json.dumps(report(check, translate, limit=limit or None), ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(check, translate, limit=limit or 20))


def _file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            operation_option,
            org_option,
            click.option("--period", "month", type=MONTH, help="Month of rows that name none."),
            click.option("--all-clusters", is_flag=True, help="Keep the rows of other clusters too."),
            click.option("--limit", default=0, help="Print at most this many findings (0: all in JSON)."),
            json_option,
            language_option,
        )
    ):
        command = option(command)
    return command


@click.command()
@_file_options
@in_app
def check(
    session: orm.Session,
    file: Path,
    slug: str,
    acronym: str | None,
    month: str | None,
    all_clusters: bool,
    limit: int,
    as_json: bool,
    lang: str,
) -> None:
    """Read, check and compare a workbook; write nothing to the record."""
    _, found = _check(session, file, slug, acronym, month, all_clusters)
    _report(found, as_json, limit, lang)
    sys.exit(WITH_ERRORS if found.has_errors else 0)


@click.command("import")
@_file_options
@in_app_writing
def import_(
    session: orm.Session,
    file: Path,
    slug: str,
    acronym: str | None,
    month: str | None,
    all_clusters: bool,
    limit: int,
    as_json: bool,
    lang: str,
) -> None:
    """Read, check and compare a workbook, then record its clean rows and those with warnings."""
    from cluster4w.intake.submit import record_check

    operation, found = _check(session, file, slug, acronym, month, all_clusters)
    record_check(session, operation, found, actor=None, origin="command")
    session.commit()
    _report(found, as_json, limit, lang)
    sys.exit(WITH_ERRORS if found.has_errors else 0)


@click.command()
@click.argument("out", type=click.File("wb"))
@operation_option
@org_option
@click.option("--period", "month", type=MONTH, help="One month.")
@click.option("--from", "first", type=MONTH, help="First month.")
@click.option("--to", "last", type=MONTH, help="Last month.")
@click.option("--layout", default="shelter-4w", show_default=True)
@click.option("--as-of", "as_of", type=click.DateTime(), help="The record as it was at this moment (UTC).")
@language_option
@in_app
def export(
    session: orm.Session,
    out: BinaryIO,
    slug: str,
    acronym: str | None,
    month: str | None,
    first: str | None,
    last: str | None,
    layout: str,
    as_of: dt.datetime | None,
    lang: str,
) -> None:
    """Write the record as a workbook in a layout."""
    from cluster4w.publish.workbook import write_export
    from cluster4w.record.queries.organisations import get_agency

    operation = get_operation_named(session, slug)
    agency = get_agency(session, operation, acronym) if acronym else None
    written = write_export(
        session,
        operation,
        out,
        layout=layout,
        language=lang,
        agency=agency,
        first=month or first,
        last=month or last,
        as_of=as_of.replace(tzinfo=dt.UTC) if as_of else None,
    )
    click.echo(f"{written}", err=True)
