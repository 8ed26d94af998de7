"""What is asked of the gaps on the command line: options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cluster4w.cli.options import MONTH, org_option

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.models import Operation
    from cluster4w.publish.sheets.sheet import Shown

#: What a map shows, by the name of the option's value.
SHOWS = {"share": "share", "number": "missing", "presence": "presence", "overlaps": "overlap"}
CUTS = {"cluster": "usual", "quantiles": "quantiles", "equal": "equal"}

_PART = (
    click.option("--period", "--to", "month", type=MONTH, help="Last month counted."),
    click.option(
        "--from", "first", type=MONTH, help="First month counted; by default that of the plan's start."
    ),
    click.option("--activity-type", help="Count one activity type only, for example tent."),
    org_option,
)
_SHOWN = (
    click.option(
        "--shows", type=click.Choice(tuple(SHOWS)), default="share", show_default=True,
        help="What the map shows.",
    ),
    click.option(
        "--classes", default="cluster", show_default=True,
        help='How its classes are cut: cluster, quantiles, equal, or bounds of your own: "10 30 60".',
    ),
)  # fmt: skip


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that ask for a part of the response: months, activity type, organisation."""
    for option in reversed(_PART):
        command = option(command)
    return command


def shown_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of what a map shows."""
    for option in reversed(_SHOWN):
        command = option(command)
    return command


def part_asked(
    session: orm.Session, operation: Operation, activity_type: str | None, acronym: str | None
) -> dict[str, Any]:
    """Return the fields of a question that the options name; refuses an organisation that takes no part."""
    from cluster4w.record.queries.organisations import get_agency

    organisation = get_agency(session, operation, acronym).id if acronym else None
    return {"activity_type": activity_type, "organisation": organisation}


def shown_asked(shows: str, classes: str) -> Shown:
    """Return what a map shows by the options; fails with what was expected of the classes."""
    from cluster4w.publish.maps.classes import own_bounds
    from cluster4w.publish.sheets.sheet import Shown

    cut, bounds = CUTS.get(classes), own_bounds(classes)
    if cut is None and not bounds:
        raise click.BadParameter(
            f"{classes!r} is none of {', '.join(CUTS)}, nor one to five whole numbers above zero",
            param_hint="--classes",
        )
    return Shown(SHOWS[shows], cut or "own", bounds)  # type: ignore[arg-type]
