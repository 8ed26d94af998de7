"""Setting up and serving."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

from cluster4w.cli.options import application, refusals

if TYPE_CHECKING:
    from flask import Flask


def _initialise(app: Flask) -> None:
    """Create or migrate the database and ship the reference data; can be run again."""
    from cluster4w.config import make_folder
    from cluster4w.extensions import alembic, db
    from cluster4w.models.engine import writing
    from cluster4w.record.operations.ledger import complete_ledgers
    from cluster4w.record.operations.shipping import ship_reference_data

    make_folder(app.config["INSTANCE"])
    # Alembic tells what it does line by line, which says nothing to the person who starts the tracker.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        alembic.upgrade()
        with writing():
            ship_reference_data(db.session)
            complete_ledgers(db.session)
            db.session.commit()


@click.command()
def init() -> None:
    """Create or migrate the database and ship the reference data; can be run again."""
    with application() as app:
        _initialise(app)
        click.echo(f"Ready: {app.config['SQLALCHEMY_ENGINES']['default'].split('@')[-1]}")


@click.command()
@click.option("--no-serve", is_flag=True, help="Stop before serving.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def demo(no_serve: bool, host: str, port: int) -> None:
    """Set up, load the example operation mali-2016, print the sign-ins and serve."""
    from cluster4w import create_app
    from cluster4w.extensions import db
    from cluster4w.models.engine import writing
    from cluster4w.record.operations.example import load_example
    from cluster4w.serving import serve_all

    with application() as app:
        _initialise(app)
        with app.app_context(), writing(), refusals():
            sign_ins = load_example(db.session)
            db.session.commit()
    click.echo(
        f"\nhttp://{host}:{port}/   (mali-2016: exemple, données inventées / example, invented data)\n"
    )
    for sign_in in sign_ins:
        click.echo(f"  {sign_in.role:<20} {sign_in.email:<36} {sign_in.password}")
    if not sign_ins:
        click.echo("  The example was already there; its sign-ins were printed when it was made.")
        click.echo("  A new password: cluster4w users add --email ADDRESS --reset")
    click.echo()
    if not no_serve:
        with refusals():
            serve_all(create_app(), host, port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run the web server and the worker on this machine."""
    from cluster4w import create_app
    from cluster4w.serving import serve_all

    with refusals():
        serve_all(create_app(), host, port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web(host: str, port: int) -> None:
    """Run the web server alone."""
    from cluster4w import create_app
    from cluster4w.serving import serve_web

    with refusals():
        serve_web(create_app(), host, port)


@click.command()
def worker() -> None:
    """Run the worker alone: it checks large files in the background."""
    from cluster4w import create_app
    from cluster4w.serving import run_worker

    run_worker(create_app())
