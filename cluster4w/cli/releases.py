"""Releases: publishing months, listing them, and asking a record as it once was."""

from __future__ import annotations

import datetime as dt
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
)

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.models import Operation

as_of_option = click.option(
    "--as-of",
    "as_of",
    metavar="WHEN",
    help="The record as it was: a day (to its end) or a moment, in UTC: 2016-06-30 or 2016-06-30T14:05.",
)
release_option = click.option(
    "--release",
    "release",
    metavar="MONTH[.N]",
    help="The record as it was published: 2016-06, or 2016-06.1 for the first release of that month.",
)


def moment_asked(
    session: orm.Session, operation: Operation, as_of: str | None, release: str | None
) -> dict[str, Any]:
    """Return ``as_of``, ``release`` and ``month`` of a question: what the options ask for, else None each.

    Raises:
        Refusal: there is no such release, or the record cannot be asked as of then.
    """
    from cluster4w.record.queries.releases import end_of_day, get_release

    if as_of and release:
        raise click.UsageError("--as-of and --release cannot be asked together.")
    if release:
        found = get_release(session, operation, release)
        return {"as_of": found.frozen_at, "release": (found.month, found.number), "month": found.month}
    moment = None
    if as_of:
        day, _, time = as_of.replace(" ", "T").partition("T")
        moment = end_of_day(operation, day, dt.datetime.now(dt.UTC).date())
        if time:
            try:
                moment = dt.datetime.combine(moment.date(), dt.time.fromisoformat(time), dt.UTC)
            except ValueError as error:
                raise click.UsageError(
                    f"{time!r} is no time of day; write --as-of 2016-06-30T14:05."
                ) from error
    return {"as_of": moment, "release": None, "month": None}


@click.command()
@operation_option
@click.option("--period", "month", type=MONTH, required=True, help="The month to publish; it is locked.")
@click.option("--note", default="", help="What is said of it; required of a correction.")
@language_option
@in_app_writing
def release(session: orm.Session, slug: str, month: str, note: str, lang: str) -> None:
    """Publish a month as the record stands now, and lock it. Published again, it gets its next number."""
    from cluster4w.record.operations.releases import publish_month

    made = publish_month(session, get_operation_named(session, slug), month, note=note, actor=None)
    name = f"{made.month}.{made.number}"
    session.commit()
    click.echo(name)


@click.command()
@operation_option
@json_option
@language_option
@in_app
def releases(session: orm.Session, slug: str, as_json: bool, lang: str) -> None:
    """List the releases of an operation, the one published last first."""
    from cluster4w.record.queries.releases import list_releases

    rows = [
        {
            "release": r.name,
            "month": r.month,
            "number": r.number,
            "published": f"{r.frozen_at:%Y-%m-%dT%H:%M:%SZ}",
            "by": r.person or "",
            "last": r.last,
            "note": r.note,
        }
        for r in list_releases(session, get_operation_named(session, slug))
    ]
    print_table(rows, as_json)
