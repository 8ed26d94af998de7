"""Operations: one cluster in one country over one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import (
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
    import datetime as dt

    from sqlalchemy import orm

    from cluster4w.models import Operation


@click.group()
def operations() -> None:
    """Operations: one cluster in one country over one plan."""


@operations.command("add")
@click.argument("slug")
@click.option("--title", required=True, help="Title in French.")
@click.option("--title-en", default="", help="Title in English; the French one where it is not given.")
@click.option("--country", required=True, help="ISO 3166-1 alpha-3 code, for example MLI.")
@click.option("--edition", required=True, help="Gazetteer edition, for example 2016.")
@click.option("--start", type=click.DateTime(("%Y-%m-%d",)), required=True, help="First day of the plan.")
@click.option("--end", type=click.DateTime(("%Y-%m-%d",)), required=True, help="Last day of the plan.")
@click.option("--household-size", type=float, required=True, help="People per household.")
@click.option("--household-size-source", required=True, help="Who says so.")
@language_option
@in_app_writing
def operations_add(
    session: orm.Session,
    slug: str,
    title: str,
    title_en: str,
    country: str,
    edition: str,
    start: dt.datetime,
    end: dt.datetime,
    household_size: float,
    household_size_source: str,
    lang: str,
) -> None:
    """Make an operation with a copy of the shipped template; then add people with "users add"."""
    from cluster4w.record.operations.setting_up import add_operation

    operation = add_operation(
        session,
        slug=slug,
        title={"fr": title, "en": title_en},
        country=country.upper(),
        edition=edition,
        plan_start=start.date(),
        plan_end=end.date(),
        household_size=household_size,
        household_size_source=household_size_source,
        actor=None,
    )
    session.commit()
    click.echo(operation.slug)


@operations.command("list")
@json_option
@language_option
@in_app
def operations_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List the operations."""
    from cluster4w.record.queries.operations import list_operations

    print_table(
        [
            {
                "operation": o.slug,
                "title": o.title.get(lang, ""),
                "country": o.country,
                "start": o.plan_start,
                "end": o.plan_end,
            }
            for o in list_operations(session)
        ],
        as_json,
    )


@operations.command("template")
@operation_option
@click.option("--take", is_flag=True, help="Take over what is new and changed; the operation's changes stay.")
@click.option(
    "--everything", is_flag=True, help="With --take: the product's also where nobody knows who changed it."
)
@click.option("--back", type=int, metavar="VERSION", help="Bring an earlier version back.")
@click.option("--versions", is_flag=True, help="List the versions that are kept.")
@click.option("--note", default="", help="Why, for those who come after.")
@json_option
@language_option
@in_app_writing
def operations_template(
    session: orm.Session,
    slug: str,
    take: bool,
    everything: bool,
    back: int | None,
    versions: bool,
    note: str,
    as_json: bool,
    lang: str,
) -> None:
    """Show what the product ships that the operation's template lacks, take it over, or go back."""
    from cluster4w.record.operations.templates import bring_back, take_over
    from cluster4w.record.queries.templates import template_versions

    if take + (back is not None) + versions > 1 or (everything and not take):
        raise click.UsageError("Give one of --take, --back and --versions; --everything goes with --take.")
    operation = get_operation_named(session, slug)
    if versions:
        print_table([v._asdict() for v in template_versions(session, operation)], as_json)
        return
    if not take and back is None:
        print_table(_template_pieces(session, operation, lang), as_json)
        return
    made = (
        bring_back(session, operation, back, note=note, actor=None)
        if back is not None
        else take_over(session, operation, everything=everything, note=note, actor=None)
    )
    session.commit()
    click.echo(operation.template_version if made is None else made)


def _template_pieces(session: orm.Session, operation: Operation, lang: str) -> list[dict[str, str]]:
    """Return what differs from the shipped template: what becomes of it, what it is, both sides."""
    from cluster4w.intake.judging.template_words import CHANGES, TemplateWords
    from cluster4w.record.queries.templates import compared
    from cluster4w.template.declaration import shipped_declaration

    shipped, translate = shipped_declaration(), translator(lang)
    words = TemplateWords(operation.template, shipped, translate)
    return [
        {
            "change": translate(CHANGES[line.change]),
            "piece": line.subject,
            "field": line.field,
            "operation": line.ours,
            "shipped": line.shipped,
        }
        for line in words.lines(compared(session, operation, shipped).differences)
    ]
