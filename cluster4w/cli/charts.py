"""Charts: where the response stands, as a sheet or as figures."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO

import click

from cluster4w.cli.options import MONTH, get_operation_named, in_app, language_option, operation_option
from cluster4w.cli.releases import as_of_option, moment_asked, release_option

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.command()
@operation_option
@click.option("--period", "month", type=MONTH, help="Last month counted; the last one with rows by default.")
@click.option("--sub-sector", "sub_sectors", multiple=True, help="Once or more; every sub-sector by default.")
@click.option("--group", "group", help="Population group, for example idps.")
@click.option(
    "--unit", type=click.Choice(("household", "individual")), default="household", show_default=True
)
@as_of_option
@release_option
@click.option(
    "--format",
    "form",
    type=click.Choice(("pdf", "png", "svg", "csv", "json")),
    default="pdf",
    show_default=True,
)
@click.option("--out", type=click.File("wb"), default="-")
@language_option
@in_app
def charts(
    session: orm.Session,
    slug: str,
    month: str | None,
    sub_sectors: tuple[str, ...],
    group: str | None,
    unit: str,
    as_of: str | None,
    release: str | None,
    form: str,
    out: BinaryIO,
    lang: str,
) -> None:
    """Draw where the response stands: month by month, by organisation, by modality, and who reports.

    PDF, PNG and SVG are one sheet of A4 with every chart; CSV and JSON are their figures.
    """
    from cluster4w.gaps.question import Question
    from cluster4w.publish.charts.declared import every_chart
    from cluster4w.publish.charts.files import charts_csv, charts_json
    from cluster4w.publish.charts.reading import Wanted, read_figures
    from cluster4w.publish.charts.sheet import chart_sheet
    from cluster4w.template.language import translator

    operation = get_operation_named(session, slug)
    moment = moment_asked(session, operation, as_of, release)
    question = Question(group=group, unit=unit, **{**moment, "month": month or moment["month"]})
    figures = read_figures(session, operation, Wanted(tuple(dict.fromkeys(sub_sectors)), question))
    today = dt.datetime.now(dt.UTC).date()
    translate = translator(lang)
    if form == "csv":
        out.write(charts_csv(every_chart(figures, lang, translate, today), translate))
    elif form == "json":
        out.write(charts_json(figures, every_chart(figures, lang, translate, today), translate))
    else:
        out.write(chart_sheet(figures, form, language=lang, made=today))  # type: ignore[arg-type]
