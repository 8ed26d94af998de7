"""The ``cluster4w`` command: thin, each command calls one function of the rooms below."""

from __future__ import annotations

import click

from cluster4w.cli import (
    aliases,
    charts,
    double_counts,
    figures,
    ledger,
    lists,
    map_bounds,
    needs,
    operations,
    people,
    releases,
    rules,
    serving,
    workbooks,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cluster4w")
def main() -> None:
    """cluster4w: who does what, where, when, and where help is still missing."""


for command in (
    serving.init,
    serving.demo,
    serving.serve,
    serving.web,
    serving.worker,
    workbooks.template_,
    workbooks.check,
    workbooks.import_,
    workbooks.export,
    figures.gaps,
    figures.sheets,
    lists.lists,
    charts.charts,
    releases.release,
    releases.releases,
    map_bounds.map_bounds,
    figures.areas,
    needs.needs,
    aliases.aliases,
    double_counts.double_counts,
    operations.operations,
    people.users,
    rules.rules,
    ledger.ledger,
):
    main.add_command(command)
