"""What the commands share: options, a session inside the application, one line for a refusal."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click

from cluster4w.template.language import DEFAULT_LANGUAGE, LANGUAGES, translator
from cluster4w.template.problems import Refusal

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import orm

    from cluster4w.models import Operation

#: Exit status of a command that ran and found problems of severity error.
WITH_ERRORS = 1
#: Exit status of a command that could not run.
COULD_NOT_RUN = 2


class MonthType(click.ParamType[str]):
    """A month as ``YYYY-MM``."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the month, or fail with what was expected."""
        try:
            return f"{dt.datetime.strptime(value, '%Y-%m'):%Y-%m}"
        except ValueError:
            self.fail(f"{value!r} is not a month; write it as 2016-05", param, ctx)


MONTH = MonthType()
language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE, show_default=True, help="Language."
)
operation_option = click.option(
    "--operation", "slug", required=True, help="Operation, for example mali-2016."
)
org_option = click.option("--org", "acronym", help="Acronym (or full name) of an organisation.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def refusals(language: str = DEFAULT_LANGUAGE) -> Iterator[None]:
    """Turn a refusal into one line on stderr and exit status 2."""
    try:
        yield
    except Refusal as refusal:
        click.echo(refusal.words(translator(language)), err=True)
        sys.exit(COULD_NOT_RUN)


@contextmanager
def application() -> Iterator[Flask]:
    """Build the application for one command and close its database connections at the end."""
    from cluster4w import create_app
    from cluster4w.extensions import db

    app = create_app()
    try:
        yield app
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _run(command: Callable[..., Any], block: AbstractContextManager[None], kwargs: Any, *args: Any) -> Any:
    from cluster4w.extensions import db

    with application() as app, app.app_context(), block, refusals(kwargs.get("lang", DEFAULT_LANGUAGE)):
        return command(db.session, *args, **kwargs)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command that only reads: inside the application, its session as the first argument."""

    def run(*args: Any, **kwargs: Any) -> Any:
        return _run(command, nullcontext(), kwargs, *args)

    return update_wrapper(run, command)


def in_app_writing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command that writes: as :func:`in_app`, its transactions taking the write lock at their start."""

    def run(*args: Any, **kwargs: Any) -> Any:
        from cluster4w.models.engine import writing

        return _run(command, writing(), kwargs, *args)

    return update_wrapper(run, command)


def get_operation_named(session: orm.Session, slug: str) -> Operation:
    """Return the operation that ``--operation`` names; refuses with the names there are."""
    from cluster4w.record.queries.operations import get_operation

    return get_operation(session, slug)


def print_table(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as columns under their names; nothing for no rows."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        return
    widths = {k: max(len(str(k)), *(len(str(r[k])) for r in rows)) for k in rows[0]}
    click.echo("  ".join(k.ljust(w) for k, w in widths.items()))
    for row in rows:
        click.echo("  ".join(str(row[k]).ljust(w) for k, w in widths.items()).rstrip())


def say_loaded(loaded: Sequence[Any], as_json: bool, lang: str) -> None:
    """Print what a loader did with each file; exit with 1 when it found errors. JSON of one is an object."""
    translate = translator(lang)
    if as_json:
        objects = [one.as_json(translate) for one in loaded]
        said = objects[0] if len(objects) == 1 else objects
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        click.echo("\n\n".join(one.as_text(translate) for one in loaded))
    if any(one.has_errors for one in loaded):
        sys.exit(WITH_ERRORS)
