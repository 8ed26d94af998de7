"""The lists of a meeting from the command line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO

import click

from cluster4w.cli.asked import part_asked, part_options
from cluster4w.cli.options import get_operation_named, in_app, language_option, operation_option
from cluster4w.cli.releases import as_of_option, moment_asked, release_option

if TYPE_CHECKING:
    from sqlalchemy import orm

LISTS = ("uncovered", "nobody", "above", "several", "overdue", "pipeline")


@click.command()
@operation_option
@click.option("--list", "name", type=click.Choice(LISTS), required=True, help="The list that is wanted.")
@click.option("--level", type=click.IntRange(1, 3), default=2, show_default=True)
@part_options
@as_of_option
@release_option
@click.option("--sub-sector", type=click.Choice(("shelter", "nfi")), default="shelter", show_default=True)
@click.option("--group", "group", help="Population group, for example idps.")
@click.option(
    "--measure", type=click.Choice(("current", "projected", "need")), default="current", show_default=True
)
@click.option(
    "--unit", type=click.Choice(("household", "individual")), default="household", show_default=True
)
@click.option("--within", default="", help="P-code of the region or cercle that the list is about.")
@click.option("--sort", "order", default="", help="A column, with a minus in front for the largest first.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv", "xlsx")),
    default="table",
    show_default=True,
)
@click.option("--out", type=click.File("wb"), default="-")
@language_option
@in_app
def lists(
    session: orm.Session,
    slug: str,
    name: str,
    level: int,
    month: str | None,
    first: str | None,
    activity_type: str | None,
    acronym: str | None,
    as_of: str | None,
    release: str | None,
    sub_sector: str,
    group: str | None,
    measure: str,
    unit: str,
    within: str,
    order: str,
    form: str,
    out: BinaryIO,
    lang: str,
) -> None:
    """List the areas and plans that a meeting decides on: where nobody is, what is late, what is too much."""
    from cluster4w.gaps.question import Question
    from cluster4w.publish.list_files import make_list, write_list_file
    from cluster4w.template.language import translator

    operation = get_operation_named(session, slug)
    moment = moment_asked(session, operation, as_of, release)
    question = Question(
        level=level,
        sub_sector=sub_sector,
        group=group,
        measure=measure,
        unit=unit,
        first=first,
        **part_asked(session, operation, activity_type, acronym),
        **moment | {"month": month or moment["month"]},
    )
    listing, paper = make_list(
        session,
        operation,
        question,
        name,
        within=within,
        order=order,
        today=dt.datetime.now(dt.UTC).date(),
        language=lang,
    )
    write_list_file(listing, paper, form, out, language=lang, translate=translator(lang))
