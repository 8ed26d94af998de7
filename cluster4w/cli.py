"""The ``cluster4w`` command: thin, each command calls one function of the rooms below."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cluster4w.template.language import DEFAULT_LANGUAGE, LANGUAGES, translator
from cluster4w.template.problems import Refusal

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import orm

    from cluster4w.intake.check import Check
    from cluster4w.models import Operation

#: Exit status of a command that ran and found problems of severity error.
WITH_ERRORS = 1
#: Exit status of a command that could not run.
COULD_NOT_RUN = 2


class MonthType(click.ParamType):
    """A month as ``YYYY-MM``."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the month, or fail with what was expected."""
        try:
            return f"{dt.datetime.strptime(value, '%Y-%m'):%Y-%m}"  # noqa: DTZ007 - a month has no time zone
        except ValueError:
            self.fail(f"{value!r} is not a month; write it as 2016-05", param, ctx)


MONTH = MonthType()
_language = click.option(
    "--lang", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE, show_default=True, help="Language."
)
_operation = click.option("--operation", "slug", required=True, help="Operation, for example mali-2016.")
_org = click.option("--org", "acronym", help="Acronym (or full name) of an organisation.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def refusals(language: str = DEFAULT_LANGUAGE) -> Iterator[None]:
    """Turn a refusal into one line on stderr and exit status 2."""
    try:
        yield
    except Refusal as refusal:
        click.echo(refusal.words(translator(language)), err=True)
        sys.exit(COULD_NOT_RUN)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application, its session as the first argument; a refusal exits with 2."""

    def run(*args: Any, **kwargs: Any) -> Any:
        from cluster4w import create_app
        from cluster4w.extensions import db
        from cluster4w.models.engine import writing

        app = create_app()
        with app.app_context(), writing(), refusals(kwargs.get("lang", DEFAULT_LANGUAGE)):
            return command(db.session, *args, **kwargs)

    return update_wrapper(run, command)


def _get(session: orm.Session, slug: str) -> Operation:
    from cluster4w.record.queries.operations import get_operation

    return get_operation(session, slug)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cluster4w")
def main() -> None:
    """cluster4w: who does what, where, when, and where help is still missing."""


# --- setting up and serving -------------------------------------------------------------------------


def _initialise(app: Flask) -> None:
    """Create or migrate the database and ship the reference data; can be run again."""
    from cluster4w.extensions import alembic, db
    from cluster4w.models.engine import writing
    from cluster4w.record.operations.shipping import ship_reference_data

    app.config["INSTANCE"].mkdir(parents=True, exist_ok=True)
    with app.app_context():
        alembic.upgrade()
        with writing():
            ship_reference_data(db.session)
            db.session.commit()


@main.command()
def init() -> None:
    """Create or migrate the database and ship the reference data; can be run again."""
    from cluster4w import create_app

    app = create_app()
    _initialise(app)
    click.echo(f"Ready: {app.config['SQLALCHEMY_ENGINES']['default'].split('@')[-1]}")


@main.command()
@click.option("--no-serve", is_flag=True, help="Stop before serving.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def demo(no_serve: bool, host: str, port: int) -> None:
    """Set up, load the example operation mali-2016, print the sign-ins and serve."""
    from cluster4w import create_app
    from cluster4w.extensions import db
    from cluster4w.jobs import serve_all
    from cluster4w.models.engine import writing
    from cluster4w.record.operations.example import load_example

    app = create_app()
    _initialise(app)
    with app.app_context(), writing(), refusals():
        sign_ins = load_example(db.session)
        db.session.commit()
    click.echo(
        f"\nhttp://{host}:{port}/   (mali-2016: exemple, données inventées / example, invented data)\n"
    )
    for sign_in in sign_ins:
        click.echo(f"  {sign_in.role:<20} {sign_in.email:<36} {sign_in.password}")
    if not sign_ins:
        click.echo("  The example was already there; its sign-ins were printed when it was made.")
        click.echo("  A new password: cluster4w users add --email ADDRESS --reset")
    click.echo()
    if not no_serve:
        serve_all(app, host, port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run the web server and the worker on this machine."""
    from cluster4w import create_app
    from cluster4w.jobs import serve_all

    serve_all(create_app(), host, port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web(host: str, port: int) -> None:
    """Run the web server alone."""
    from cluster4w import create_app
    from cluster4w.jobs import serve_web

    serve_web(create_app(), host, port)


@main.command()
def worker() -> None:
    """Run the worker alone: it checks large files in the background."""
    from cluster4w import create_app
    from cluster4w.jobs import run_worker

    run_worker(create_app())


# --- workbooks --------------------------------------------------------------------------------------


@main.command("template")
@click.argument("out", type=click.File("wb"))
@_operation
@_org
@click.option("--period", "month", type=MONTH)
@click.option("--layout", default="shelter-4w", show_default=True)
@_language
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

    operation = _get(session, slug)
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

    operation = _get(session, slug)
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
            _operation,
            _org,
            click.option("--period", "month", type=MONTH, help="Month of rows that name none."),
            click.option("--all-clusters", is_flag=True, help="Keep the rows of other clusters too."),
            click.option("--limit", default=0, help="Print at most this many findings (0: all in JSON)."),
            _as_json,
            _language,
        )
    ):
        command = option(command)
    return command


@main.command()
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


@main.command("import")
@_file_options
@in_app
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


@main.command()
@click.argument("out", type=click.File("wb"))
@_operation
@_org
@click.option("--period", "month", type=MONTH, help="One month.")
@click.option("--from", "first", type=MONTH, help="First month.")
@click.option("--to", "last", type=MONTH, help="Last month.")
@click.option("--layout", default="shelter-4w", show_default=True)
@click.option("--as-of", "as_of", type=click.DateTime(), help="The record as it was at this moment (UTC).")
@_language
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

    operation = _get(session, slug)
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


# --- gaps -------------------------------------------------------------------------------------------


@main.command()
@_operation
@click.option("--level", type=click.IntRange(1, 3), default=2, show_default=True)
@click.option("--period", "month", type=MONTH, help="Last month counted; the plan's start is the first.")
@click.option("--sub-sector", type=click.Choice(("shelter", "nfi")), default="shelter", show_default=True)
@click.option("--group", "group", help="Population group, for example idps.")
@click.option(
    "--measure", type=click.Choice(("current", "projected", "need")), default="current", show_default=True
)
@click.option(
    "--unit", type=click.Choice(("household", "individual")), default="household", show_default=True
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv", "xlsx", "geojson", "svg")),
    default="table",
    show_default=True,
)
@click.option("--out", type=click.File("wb"), default="-")
@_language
@in_app
def gaps(
    session: orm.Session,
    slug: str,
    level: int,
    month: str | None,
    sub_sector: str,
    group: str | None,
    measure: str,
    unit: str,
    form: str,
    out: BinaryIO,
    lang: str,
) -> None:
    """Compare needs and targets with the response, area by area."""
    from cluster4w.gaps.table import Question, gap_table
    from cluster4w.publish.gap_files import write_gap_file

    operation = _get(session, slug)
    question = Question(
        level=level, month=month, sub_sector=sub_sector, group=group, measure=measure, unit=unit
    )
    table = gap_table(session, operation, question)
    write_gap_file(session, table, form, out, language=lang)


# --- reference data and figures ---------------------------------------------------------------------


@main.group()
def areas() -> None:
    """Gazetteer editions and boundaries."""


@areas.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--country", required=True, help="ISO 3166-1 alpha-3 code, for example MLI.")
@click.option("--edition", required=True, help="Name of the edition, for example 2016.")
@click.option("--level", type=click.IntRange(1, 3), help="Level of the areas, where the file does not say.")
@_as_json
@_language
@in_app
def areas_load(
    session: orm.Session, file: Path, country: str, edition: str, level: int | None, as_json: bool, lang: str
) -> None:
    """Load a gazetteer or boundaries: csv, xlsx, GeoJSON, zipped shapefile."""
    from cluster4w.intake.areas_file import load_areas

    loaded = load_areas(session, file.read_bytes(), file.name, country=country, edition=edition, level=level)
    session.commit()
    _say(loaded, as_json, lang)


@areas.command("list")
@_as_json
@_language
@in_app
def areas_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List the gazetteer editions and what they hold."""
    from cluster4w.record.queries.areas import list_editions

    _table(list_editions(session), as_json)


@main.group()
def needs() -> None:
    """Needs and targets."""


@needs.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_operation
@click.option("--source", required=True, help="Where the figures come from.")
@click.option(
    "--date", "dated", type=click.DateTime(("%Y-%m-%d",)), required=True, help="Date of the figures."
)
@click.option("--sub-sector", type=click.Choice(("shelter", "nfi")), help="What the figures are about.")
@click.option("--edition", help="Gazetteer edition of the file's codes, where it is not the operation's.")
@_as_json
@_language
@in_app
def needs_load(
    session: orm.Session,
    file: Path,
    slug: str,
    source: str,
    dated: dt.datetime,
    sub_sector: str | None,
    edition: str | None,
    as_json: bool,
    lang: str,
) -> None:
    """Load needs and targets: long or wide tables, HXL, HNO/HPC, DTM."""
    from cluster4w.intake.needs_file import load_needs

    loaded = load_needs(
        session,
        _get(session, slug),
        file.read_bytes(),
        file.name,
        source=source,
        dated=dated.date(),
        sub_sector=sub_sector,
        edition=edition,
    )
    session.commit()
    _say(loaded, as_json, lang)


def _say(loaded: Any, as_json: bool, lang: str) -> None:
    """Print what a loader did; exit with 1 when it found errors."""
    if as_json:
        click.echo(json.dumps(loaded.as_json(translator(lang)), ensure_ascii=False, indent=1))
    else:
        click.echo(loaded.as_text(translator(lang)))
    if loaded.has_errors:
        sys.exit(WITH_ERRORS)


def _table(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        return
    widths = {k: max(len(str(k)), *(len(str(r[k])) for r in rows)) for k in rows[0]}
    click.echo("  ".join(k.ljust(w) for k, w in widths.items()))
    for row in rows:
        click.echo("  ".join(str(row[k]).ljust(w) for k, w in widths.items()).rstrip())


# --- people -----------------------------------------------------------------------------------------


@main.group()
def users() -> None:
    """People who sign in."""


@users.command("add")
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--operation", "slug", help="Operation in which the person has the role.")
@click.option(
    "--role",
    type=click.Choice(("administrator", "information_manager", "coordinator", "partner", "viewer")),
    default="viewer",
    show_default=True,
)
@_org
@click.option("--reset", is_flag=True, help="Give an existing person a new password.")
@_language
@in_app
def users_add(
    session: orm.Session,
    email: str,
    name: str,
    slug: str | None,
    role: str,
    acronym: str | None,
    reset: bool,
    lang: str,
) -> None:
    """Add a person, or a role to a known one, and print the password once."""
    from cluster4w.record.operations.people import add_person, reset_password
    from cluster4w.record.queries.organisations import get_agency

    if reset:
        password: str | None = reset_password(session, email, actor=None)
    else:
        operation = _get(session, slug) if slug else None
        agency = get_agency(session, operation, acronym) if operation and acronym else None
        password = add_person(
            session,
            email=email,
            name=name,
            role=role,
            operation=operation,
            organisation_id=agency.id if agency else None,
            language=lang,
            actor=None,
        )
    session.commit()
    click.echo(f"{email}  {password}" if password else email)


@users.command("list")
@_as_json
@_language
@in_app
def users_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List people, their roles and organisations."""
    from cluster4w.record.queries.people import list_people

    _table(list_people(session), as_json)


@users.command("disable")
@click.option("--email", required=True)
@_language
@in_app
def users_disable(session: orm.Session, email: str, lang: str) -> None:
    """Disable a person: sign-in is refused, open sessions end."""
    from cluster4w.record.operations.people import disable_person

    disable_person(session, email, actor=None)
    session.commit()
    click.echo(email)
