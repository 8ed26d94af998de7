"""Gaps, areas, needs: reference data and figures."""

from __future__ import annotations

import datetime as dt
import json
import sys
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
    print_table,
)
from cluster4w.template.language import translator

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.command()
@operation_option
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
@language_option
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

    operation = get_operation_named(session, slug)
    question = Question(
        level=level, month=month, sub_sector=sub_sector, group=group, measure=measure, unit=unit
    )
    table = gap_table(session, operation, question)
    write_gap_file(session, table, form, out, language=lang)


@click.group()
def areas() -> None:
    """Gazetteer editions and boundaries."""


@areas.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--country", required=True, help="ISO 3166-1 alpha-3 code, for example MLI.")
@click.option("--edition", required=True, help="Name of the edition, for example 2016.")
@click.option("--level", type=click.IntRange(1, 3), help="Level of the areas, where the file does not say.")
@json_option
@language_option
@in_app_writing
def areas_load(
    session: orm.Session, file: Path, country: str, edition: str, level: int | None, as_json: bool, lang: str
) -> None:
    """Load a gazetteer or boundaries: csv, xlsx, GeoJSON, zipped shapefile."""
    from cluster4w.intake.areas_file import load_areas

    loaded = load_areas(session, file.read_bytes(), file.name, country=country, edition=edition, level=level)
    session.commit()
    _say(loaded, as_json, lang)


@areas.command("list")
@json_option
@language_option
@in_app
def areas_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List the gazetteer editions and what they hold."""
    from cluster4w.record.queries.areas import list_editions

    print_table(list_editions(session), as_json)


@click.group()
def needs() -> None:
    """Needs and targets."""


@needs.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@operation_option
@click.option("--source", required=True, help="Where the figures come from.")
@click.option(
    "--date", "dated", type=click.DateTime(("%Y-%m-%d",)), required=True, help="Date of the figures."
)
@click.option("--sub-sector", type=click.Choice(("shelter", "nfi")), help="What the figures are about.")
@click.option("--edition", help="Gazetteer edition of the file's codes, where it is not the operation's.")
@json_option
@language_option
@in_app_writing
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
        get_operation_named(session, slug),
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
