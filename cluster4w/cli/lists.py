"""The lists of a meeting from the command line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO

import click

from cluster4w.cli.asked import QuestionOptions, question_options
from cluster4w.cli.options import get_operation_named, in_app, language_option, operation_option

if TYPE_CHECKING:
    from sqlalchemy import orm

LISTS = ("uncovered", "nobody", "above", "several", "overdue", "pipeline")


@click.command()
@operation_option
@click.option("--list", "name", type=click.Choice(LISTS), required=True, help="The list that is wanted.")
@question_options
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
    asked: QuestionOptions,
    within: str,
    order: str,
    form: str,
    out: BinaryIO,
    lang: str,
) -> None:
    """List the areas and plans that a meeting decides on: where nobody is, what is late, what is too much."""
    from cluster4w.publish.list_files import make_list, write_list_file
    from cluster4w.template.language import translator

    operation = get_operation_named(session, slug)
    question = asked.question(session, operation)
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
