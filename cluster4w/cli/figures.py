"""Gaps and areas: reference data and figures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from cluster4w.cli.asked import (
    QuestionOptions,
    beside_asked,
    beside_option,
    part_asked,
    part_options,
    question_options,
    shown_asked,
    shown_options,
)
from cluster4w.cli.options import (
    get_operation_named,
    in_app,
    in_app_writing,
    json_option,
    language_option,
    operation_option,
    print_table,
    say_loaded,
)
from cluster4w.cli.releases import as_of_option, moment_asked, release_option
from cluster4w.template.language import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import orm


paper_option = click.option(
    "--paper", type=click.Choice(("a4", "a3")), default="a4", show_default=True, help="Paper of a sheet."
)
orientation_option = click.option(
    "--orientation", type=click.Choice(("landscape", "portrait")), default="landscape", show_default=True
)


@click.command()
@operation_option
@question_options
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv", "xlsx", "geojson", "svg", "pdf", "png")),
    default="table",
    show_default=True,
)
@click.option("--region", help="P-code of the region that a PDF or PNG sheet is about.")
@beside_option
@shown_options
@paper_option
@orientation_option
@click.option("--out", type=click.File("wb"), default="-")
@language_option
@in_app
def gaps(
    session: orm.Session,
    slug: str,
    asked: QuestionOptions,
    form: str,
    region: str | None,
    beside: str | None,
    shows: str,
    classes: str,
    paper: str,
    orientation: str,
    out: BinaryIO,
    lang: str,
) -> None:
    """Compare needs and targets with the response, area by area. PDF and PNG are map sheets for print."""
    from cluster4w.gaps.table import gap_table
    from cluster4w.publish.gap_files import write_gap_file
    from cluster4w.publish.maps.view import Look
    from cluster4w.publish.sheets.sheet import around_of, shown_scales

    operation = get_operation_named(session, slug)
    shown = shown_asked(shows, classes)
    question = asked.question(session, operation)
    if form in ("pdf", "png"):
        from cluster4w.publish.sheets.sheet import Wish, map_sheet, sheet_data

        wish = Wish(form, paper, orientation == "landscape", lang, region)  # type: ignore[arg-type]
        data = sheet_data(session, operation, question, shown, beside_asked(question, beside))
        out.write(map_sheet(data, wish, made=_today()))
        return
    if beside:
        raise click.BadParameter("only a PDF or PNG sheet has room for a second map", param_hint="--beside")
    table = gap_table(session, operation, question)
    around = around_of(session, operation, table, shown.shows)
    (scale,) = shown_scales([(table, around)], shown, lang)
    look = Look(scale=scale)
    write_gap_file(session, table, form, out, language=lang, look=look)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@operation_option
@click.option("--level", type=click.IntRange(1, 3), default=2, show_default=True)
@part_options
@as_of_option
@release_option
@click.option("--sub-sector", "sub_sectors", multiple=True, help="Once or more; every sub-sector by default.")
@click.option("--measure", type=click.Choice(("current", "projected", "need")), default="current")
@click.option("--unit", type=click.Choice(("household", "individual")), default="household")
@click.option("--format", "form", type=click.Choice(("pdf", "png", "svg")), default="pdf", show_default=True)
@beside_option
@shown_options
@paper_option
@orientation_option
@click.option(
    "--lang", "languages", type=click.Choice(LANGUAGES), multiple=True, help="Once or more; all by default."
)
@in_app
def sheets(
    session: orm.Session,
    folder: Path,
    slug: str,
    level: int,
    month: str | None,
    first: str | None,
    activity_type: str | None,
    acronym: str | None,
    as_of: str | None,
    release: str | None,
    sub_sectors: tuple[str, ...],
    measure: str,
    unit: str,
    form: str,
    beside: str | None,
    shows: str,
    classes: str,
    paper: str,
    orientation: str,
    languages: tuple[str, ...],
) -> None:
    """Write the map sheets of a month into a folder: the country and each region, in every language."""
    from cluster4w.gaps.question import Question
    from cluster4w.publish.sheets.sheet import Wish, every_sheet, sheet_data
    from cluster4w.record.queries.operations import template_of
    from cluster4w.template.counting import types_of

    operation = get_operation_named(session, slug)
    template = template_of(operation)
    known = tuple(
        c.key
        for c in template.lists["sub_sector"]
        if not activity_type or types_of(template, c.key, counting=False, only=activity_type)
    )
    moment = moment_asked(session, operation, as_of, release)
    part, shown = part_asked(session, operation, activity_type, acronym), shown_asked(shows, classes)
    folder.mkdir(parents=True, exist_ok=True)
    for sub_sector in sub_sectors or (k for k in known if k != beside):
        question = Question(
            level=level,
            sub_sector=sub_sector,
            measure=measure,
            unit=unit,
            first=first,
            **part,
            **moment | {"month": month or moment["month"]},
        )
        data = sheet_data(session, operation, question, shown, beside_asked(question, beside))
        for language in languages or LANGUAGES:
            wish = Wish(form, paper, orientation == "landscape", language)  # type: ignore[arg-type]
            for name, sheet in every_sheet(data, wish, made=_today()):
                (folder / name).write_bytes(sheet)
                click.echo(name)


@click.group()
def areas() -> None:
    """Gazetteer editions and boundaries."""


@areas.command("load")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--country", required=True, help="ISO 3166-1 alpha-3 code, for example MLI.")
@click.option("--edition", required=True, help="Name of the edition, for example 2016.")
@click.option("--level", type=click.IntRange(1, 3), help="Level of the areas, where the file does not say.")
@click.option("--source", default="", help="Where the areas come from, printed below maps.")
@json_option
@language_option
@in_app_writing
def areas_load(
    session: orm.Session,
    files: tuple[Path, ...],
    country: str,
    edition: str,
    level: int | None,
    source: str,
    as_json: bool,
    lang: str,
) -> None:
    """Load gazetteers or boundaries: csv, xlsx, GeoJSON, TopoJSON, zipped shapefile.

    Several files are loaded one after the other, all of them or none: give regions before cercles.
    """
    from cluster4w.intake.areas.file import load_areas

    loaded = [
        load_areas(
            session,
            file.read_bytes(),
            file.name,
            country=country,
            edition=edition,
            level=level,
            source=source,
        )
        for file in files
    ]
    session.commit()
    say_loaded(loaded, as_json, lang)


@areas.command("list")
@json_option
@language_option
@in_app
def areas_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List the gazetteer editions and what they hold."""
    from cluster4w.record.queries.areas import list_editions

    print_table(list_editions(session), as_json)
