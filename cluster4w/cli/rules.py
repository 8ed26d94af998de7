"""What the check says in an operation, and how loudly."""

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
from cluster4w.template.rules import OFF, Severity

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.group()
def rules() -> None:
    """What the check says, and with which severity."""


@rules.command("list")
@operation_option
@json_option
@language_option
@in_app
def rules_list(session: orm.Session, slug: str, as_json: bool, lang: str) -> None:
    """List every kind of finding with its severity in the operation and the product's own."""
    from cluster4w.intake.judging.catalogue import catalogue
    from cluster4w.record.queries.operations import template_of

    operation = get_operation_named(session, slug)
    translate = translator(lang)
    print_table(
        [
            {
                "code": e.code,
                "group": str(e.group),
                "severity": str(e.severity or OFF),
                "own": str(e.default),
                "can_change": not e.fixed,
                "title": e.title(translate),
                **({"example": e.example(translate), "why": translate(e.why)} if as_json else {}),
            }
            for e in catalogue(template_of(operation), operation.severities or {})
        ],
        as_json,
    )


@rules.command("set")
@click.argument("code")
@click.argument("severity", type=click.Choice([*map(str, Severity), OFF, "default"]))
@operation_option
@click.option("--note", default="", help="Why, for those who come after.")
@language_option
@in_app_writing
def rules_set(session: orm.Session, code: str, severity: str, slug: str, note: str, lang: str) -> None:
    """Give a kind of finding a severity of the operation's own: error, warning, info, off or default."""
    from cluster4w.intake.judging.catalogue import get_entry
    from cluster4w.record.operations.rules import set_severity
    from cluster4w.record.queries.operations import template_of

    operation = get_operation_named(session, slug)
    entry = get_entry(template_of(operation), operation.severities or {}, code)
    asked = None if severity == "default" else severity
    set_severity(session, operation, code, asked, default=entry.default, note=note, actor=None)
    session.commit()
    click.echo(f"{code}: {asked or entry.default}")
