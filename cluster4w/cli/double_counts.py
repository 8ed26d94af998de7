"""Possible double counts: looking for them, and listing them."""

from __future__ import annotations

import json
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
from cluster4w.template.language import N_, counted, translator

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.group("double-counts")
def double_counts() -> None:
    """Pairs of activities that may count the same people twice."""


@double_counts.command("scan")
@operation_option
@json_option
@language_option
@in_app_writing
def double_counts_scan(session: orm.Session, slug: str, as_json: bool, lang: str) -> None:
    """Look for pairs in the whole record; what was decided before is kept."""
    from cluster4w.record.operations.double_counts import scan

    done = scan(session, get_operation_named(session, slug), actor=None)
    session.commit()
    said = {
        "rows": done.rows,
        "pairs": done.pairs,
        "new": done.new,
        "gone": done.gone,
        "crowded": done.crowded,
    }
    if as_json:
        click.echo(json.dumps(said, indent=1))
        return
    translate = translator(lang)
    click.echo(
        translate(N_("Rows compared: %(rows)s. Pairs: %(pairs)s, new among them: %(new)s, gone: %(gone)s."))
        % said
    )
    if done.crowded:
        click.echo(
            counted(
                N_(
                    "%(crowded)s row has so many others with nearly its figure that it was not compared with"
                    " all of them."
                ),
                N_(
                    "%(crowded)s rows have so many others with nearly their figure that they were not"
                    " compared with all of them."
                ),
                done.crowded,
                translate,
            )
            % said
        )


@double_counts.command("list")
@operation_option
@click.option(
    "--state",
    type=click.Choice(("waiting", "same", "different", "supersedes", "closed", "all")),
    default="waiting",
    show_default=True,
)
@json_option
@in_app
def double_counts_list(session: orm.Session, slug: str, state: str, as_json: bool) -> None:
    """List the pairs with their score, the reasons, and what was decided."""
    from cluster4w.record.queries.double_counts import Wanted, list_pairs

    wanted = Wanted(state=None if state == "all" else state)
    found = list_pairs(session, get_operation_named(session, slug), wanted, limit=None)
    print_table(
        [
            {
                "id": p.id,
                "score": p.score,
                "state": p.state + (" (changed)" if p.changed else ""),
                "first": p.first.uid,
                "first_org": p.first.acronym,
                "second": p.second.uid,
                "second_org": p.second.acronym,
                "month": p.first.period,
                "place": p.first.adm3_name or p.first.adm2_name or p.first.adm1_name,
                "activity_type": p.first.activity_type,
                "counts": (p.decision.kept_uid or "both") if p.decision else "",
                "by": (p.decision.author or "") if p.decision else "",
                "reasons": p.reasons if as_json else ", ".join(p.reasons),
            }
            for p in found
        ],
        as_json,
    )
