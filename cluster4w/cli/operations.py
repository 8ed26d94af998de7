"""Operations: one cluster in one country over one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import in_app, in_app_writing, json_option, language_option, print_table

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import orm


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
