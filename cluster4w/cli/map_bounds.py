"""The cluster's own bounds of the classes of its maps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import (
    get_operation_named,
    in_app_writing,
    json_option,
    language_option,
    operation_option,
)

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.command("map-bounds")
@operation_option
@click.option("--set", "bounds", help='Upper bounds in per cent, for example "0 20 40 60 80 100".')
@click.option("--default", "usual", is_flag=True, help="Go back to the usual bounds.")
@json_option
@language_option
@in_app_writing
def map_bounds(
    session: orm.Session, slug: str, bounds: str | None, usual: bool, as_json: bool, lang: str
) -> None:
    """Print the cluster's own bounds of the classes of its maps, or set them for every map and sheet."""
    from cluster4w.record.operations.map_bounds import USUAL, set_map_bounds
    from cluster4w.template.bounds import percents

    if usual and bounds is not None:
        raise click.UsageError("--set and --default exclude each other")
    operation = get_operation_named(session, slug)
    if usual or bounds is not None:
        set_map_bounds(session, operation, None if usual else percents(bounds or ""), actor=None)
        session.commit()
    now = operation.map_bounds or list(USUAL)
    if as_json:
        click.echo(json.dumps({"bounds": [0, *now], "usual": operation.map_bounds is None}))
    else:
        click.echo(" ".join(str(bound) for bound in (0, *now)))
