"""Workbooks in and out: template, check, import, export."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cluster4w.cli.annotated import annotated_options, require_form, write_annotated
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
from cluster4w.cli.releases import as_of_option, moment_asked, release_option
from cluster4w.template.language import translator

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.intake.check import Check
    from cluster4w.models import Alias, Operation
    from cluster4w.record.operations.aliases import Answer


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
    from cluster4w.publish.workbooks.workbook import write_template
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
    answers: list[Answer] | None = None,
) -> tuple[Operation, Check]:
    from cluster4w.intake.check import check_file
    from cluster4w.intake.headers.mapping_file import as_aliases
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
        answers=as_aliases(answers or []),
    )
    return operation, check


def _check_unlocked(session: orm.Session, *whole: Any) -> Check:
    """Return the check of a file while others may write: that of a large one takes its time."""
    from cluster4w.models.engine import reading

    with reading():
        _, found = _check(session, *whole)
        session.rollback()
    return found


def _answers(session: orm.Session, slug: str, mapping: Path | None) -> list[Answer]:
    """Return what a mapping file says."""
    from cluster4w.intake.headers.mapping_file import read_mapping
    from cluster4w.record.queries.operations import template_of

    if mapping is None:
        return []
    return read_mapping(mapping.read_bytes(), template_of(get_operation_named(session, slug)))


def _keep_answers(
    session: orm.Session, slug: str, acronym: str | None, answers: list[Answer], source: str
) -> list[Alias]:
    """Learn what a mapping file says, for the organisation of the file or else for everybody."""
    from cluster4w.intake.headers.mapping_file import worth_keeping
    from cluster4w.record.operations.aliases import learn
    from cluster4w.record.queries.context import load_context
    from cluster4w.record.queries.organisations import get_agency

    if not answers:
        return []
    operation = get_operation_named(session, slug)
    agency = get_agency(session, operation, acronym) if acronym else None
    whose = agency.id if agency else None
    kept = worth_keeping(answers, load_context(session, operation, whose))
    return learn(session, operation, kept, organisation_id=whose, actor=None, source=source)


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
            click.option(
                "--mapping",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="What the columns are (TOML); import remembers it. See check --propose-mapping.",
            ),
            annotated_options,
            click.option("--limit", default=0, help="Print at most this many findings (0: all in JSON)."),
            json_option,
            language_option,
        )
    ):
        command = option(command)
    return command


@click.command()
@_file_options
@click.option(
    "--propose-mapping",
    "proposal",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the columns were taken for as a file to correct and give to --mapping.",
)
@in_app
def check(
    session: orm.Session,
    file: Path,
    slug: str,
    acronym: str | None,
    month: str | None,
    all_clusters: bool,
    mapping: Path | None,
    annotated: Path | None,
    accept: bool,
    limit: int,
    as_json: bool,
    lang: str,
    proposal: Path | None,
) -> None:
    """Read, check and compare a workbook; write nothing to the record."""
    require_form(file, annotated, accept)
    answers = _answers(session, slug, mapping)
    operation, found = _check(session, file, slug, acronym, month, all_clusters, answers)
    write_annotated(found, annotated, accept, lang)
    if proposal is not None:
        from cluster4w.intake.headers.mapping_file import write_mapping
        from cluster4w.record.queries.operations import template_of

        proposal.write_text(write_mapping(found, template_of(operation), lang), encoding="utf-8")
    _report(found, as_json, limit, lang)
    sys.exit(WITH_ERRORS if found.has_errors else 0)


@click.command("import")
@_file_options
@click.option(
    "--vanished",
    type=click.Choice(["keep", "withdraw"]),
    default="keep",
    show_default=True,
    help="What becomes of recorded rows that the file no longer holds.",
)
@in_app_writing
def import_(
    session: orm.Session,
    file: Path,
    slug: str,
    acronym: str | None,
    month: str | None,
    all_clusters: bool,
    mapping: Path | None,
    annotated: Path | None,
    accept: bool,
    limit: int,
    as_json: bool,
    lang: str,
    vanished: str,
) -> None:
    """Read, check and compare a workbook, then record its clean rows and those with warnings."""
    from cluster4w.intake.submit import record_check
    from cluster4w.record.operations.aliases import name_submission
    from cluster4w.record.queries.operations import lock_operation

    require_form(file, annotated, accept)
    answers = _answers(session, slug, mapping)
    whole = (file, slug, acronym, month, all_clusters, answers)
    found = None if answers else _check_unlocked(session, *whole)
    kept = _keep_answers(session, slug, acronym, answers, mapping.name if mapping else "")
    operation = lock_operation(session, get_operation_named(session, slug).id)
    if found is None or found.revision != operation.revision:
        _, found = _check(session, *whole)
    submission = record_check(session, operation, found, actor=None, origin="command", vanished=vanished)
    name_submission(session, kept, submission)
    session.commit()
    write_annotated(found, annotated, accept, lang)
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
@as_of_option
@release_option
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
    as_of: str | None,
    release: str | None,
    lang: str,
) -> None:
    """Write the record as a workbook in a layout."""
    from cluster4w.publish.workbooks.workbook import write_export
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
        as_of=moment_asked(session, operation, as_of, release)["as_of"],
    )
    click.echo(f"{written}", err=True)
