"""People who sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import (
    get_operation_named,
    in_app,
    in_app_writing,
    json_option,
    language_option,
    org_option,
    print_table,
)

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.group()
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
@org_option
@click.option("--reset", is_flag=True, help="Give an existing person a new password.")
@language_option
@in_app_writing
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
        operation = get_operation_named(session, slug) if slug else None
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
@json_option
@language_option
@in_app
def users_list(session: orm.Session, as_json: bool, lang: str) -> None:
    """List people, their roles and organisations."""
    from cluster4w.record.queries.people import list_people

    print_table(list_people(session), as_json)


@users.command("disable")
@click.option("--email", required=True)
@language_option
@in_app_writing
def users_disable(session: orm.Session, email: str, lang: str) -> None:
    """Disable a person: sign-in is refused, open sessions end."""
    from cluster4w.record.operations.people import disable_person

    disable_person(session, email, actor=None)
    session.commit()
    click.echo(email)
