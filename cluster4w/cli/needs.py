"""Needs and targets: loading tables, listing them, choosing which one is used."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster4w.cli.options import (
    MONTH,
    get_operation_named,
    in_app,
    in_app_writing,
    json_option,
    language_option,
    operation_option,
    print_table,
    say_loaded,
)

if TYPE_CHECKING:
    from sqlalchemy import orm

_DAY = click.DateTime(("%Y-%m-%d",))
_SUB_SECTOR = click.Choice(("shelter", "nfi"))


@click.group()
def needs() -> None:
    """Needs and targets."""


@needs.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@operation_option
@click.option("--source", required=True, help="Where the figures come from.")
@click.option("--date", "dated", type=_DAY, required=True, help="Date of the figures.")
@click.option("--published", type=_DAY, help="Date of their publication.")
@click.option("--validated-by", default="", help="Who validated them.")
@click.option("--sub-sector", type=_SUB_SECTOR, help="What the figures are about.")
@click.option("--edition", help="Gazetteer edition of the file's codes, where it is not the operation's.")
@click.option("--check", "only_check", is_flag=True, help="Only say what the file would bring.")
@json_option
@language_option
@in_app_writing
def needs_load(
    session: orm.Session,
    file: Path,
    slug: str,
    source: str,
    dated: dt.datetime,
    published: dt.datetime | None,
    validated_by: str,
    sub_sector: str | None,
    edition: str | None,
    only_check: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Load needs and targets: long or wide tables, HXL, HNO/HPC, DTM, our own workbook.

    The table stands beside those that are there. Of the same source and date it is taken for a correction.
    """
    from cluster4w.intake.needs.file import About, load_needs, read_needs

    about = About(
        source, dated.date(), published.date() if published else None, validated_by, sub_sector, edition
    )
    operation, data = get_operation_named(session, slug), file.read_bytes()
    if only_check:
        loaded = read_needs(session, operation, data, file.name, about)
    else:
        loaded = load_needs(session, operation, data, file.name, about)
        session.commit()
    say_loaded([loaded], as_json, lang)


@needs.command("list")
@operation_option
@click.option("--period", "month", type=MONTH, help="Month for which to say which table is used.")
@json_option
@in_app
def needs_list(session: orm.Session, slug: str, month: str | None, as_json: bool) -> None:
    """List the tables, what they hold, and which one is used for what."""
    from cluster4w.gaps.tables_in_use import uses
    from cluster4w.record.queries.needs import current_needs, list_need_tables, need_choices, table_contents
    from cluster4w.record.queries.operations import template_of

    operation = get_operation_named(session, slug)
    contents = table_contents(session, operation)
    used = uses(
        current_needs(session, operation),
        need_choices(session, operation),
        [c.key for c in template_of(operation).lists["sub_sector"]],
        month or f"{operation.plan_end:%Y-%m}",
    )
    rows: list[dict[str, Any]] = []
    for table in list_need_tables(session, operation):
        held = contents.get(table.id, [])
        deepest = max((c.level for c in held), default=0)
        mine = {key: use for key, use in used.items() if use.table_id == table.id}
        rows.append(
            {
                "id": table.id,
                "source": table.source,
                "date": table.dated.isoformat(),
                "published": table.published.isoformat() if table.published else "",
                "validated_by": table.validated_by,
                "edition": table.edition,
                "units": ", ".join(sorted({c.unit for c in held})),
                "level": deepest,
                "areas": max((c.areas for c in held if c.level == deepest), default=0),
                "figures": table.figures,
                "stands": table.stands,
                "used_for": ", ".join(f"{m} {s} ({use.how})" for (m, s), use in sorted(mine.items())),
                "choices": ", ".join(
                    sorted({str(use.choice.id) for use in mine.values() if use.choice is not None})
                ),
            }
        )
    print_table(rows, as_json)


@needs.command("choose")
@click.argument("table", type=int)
@operation_option
@click.option("--measure", type=click.Choice(("in_need", "targeted")), help="Only for this measure.")
@click.option("--sub-sector", type=_SUB_SECTOR, help="Only for this sub-sector.")
@click.option("--from", "first", type=MONTH, help="First month.")
@click.option("--to", "last", type=MONTH, help="Last month.")
@language_option
@in_app_writing
def needs_choose(
    session: orm.Session,
    table: int,
    slug: str,
    measure: str | None,
    sub_sector: str | None,
    first: str | None,
    last: str | None,
    lang: str,
) -> None:
    """Use a table (its number in the list) for some months, whatever the dates of others are."""
    from cluster4w.record.operations.needs import choose_table

    choice = choose_table(
        session,
        get_operation_named(session, slug),
        table,
        measure=measure,
        sub_sector=sub_sector,
        first_month=first,
        last_month=last,
        actor=None,
    )
    session.commit()
    click.echo(choice.id)


@needs.command("unchoose")
@click.argument("choice", type=int)
@operation_option
@language_option
@in_app_writing
def needs_unchoose(session: orm.Session, choice: int, slug: str, lang: str) -> None:
    """Take a choice back: the latest table is used again."""
    from cluster4w.record.operations.needs import end_choice

    end_choice(session, get_operation_named(session, slug), choice, actor=None)
    session.commit()


@needs.command("remove")
@click.argument("table", type=int)
@operation_option
@click.option("--undo", is_flag=True, help="Put a removed table back.")
@language_option
@in_app_writing
def needs_remove(session: orm.Session, table: int, slug: str, undo: bool, lang: str) -> None:
    """Take a table out of use; its figures are kept."""
    from cluster4w.record.operations.needs import remove_table, restore_table

    act = restore_table if undo else remove_table
    act(session, get_operation_named(session, slug), table, actor=None)
    session.commit()


@needs.command("template")
@click.argument("out", type=click.File("wb"))
@operation_option
@language_option
@in_app
def needs_template(session: orm.Session, out: Any, slug: str, lang: str) -> None:
    """Write the workbook for needs of one's own, with drop-downs."""
    from cluster4w.publish.workbooks.needs import write_needs_template

    write_needs_template(session, get_operation_named(session, slug), out, language=lang)
