"""Names that were learned, and lists of them."""

from __future__ import annotations

from pathlib import Path
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
    say_loaded,
)

if TYPE_CHECKING:
    from sqlalchemy import orm


@click.group()
def aliases() -> None:
    """Spellings and columns that people decided once."""


@aliases.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@operation_option
@json_option
@language_option
@in_app_writing
def aliases_load(session: orm.Session, file: Path, slug: str, as_json: bool, lang: str) -> None:
    """Learn other names of organisations from a list: csv with a column of names and one of other names."""
    from cluster4w.intake.places.aliases_file import load_aliases

    loaded = load_aliases(session, get_operation_named(session, slug), file.read_bytes(), file.name)
    session.commit()
    say_loaded([loaded], as_json, lang)


@aliases.command("list")
@operation_option
@json_option
@language_option
@in_app
def aliases_list(session: orm.Session, slug: str, as_json: bool, lang: str) -> None:
    """List what was learned: what it means, for whom, who decided it, in how many files it applied."""
    from cluster4w.record.queries.aliases import list_learned

    found = list_learned(session, get_operation_named(session, slug), limit=None)
    print_table(
        [
            {
                "id": a.id,
                "kind": a.kind,
                "under": a.context,
                "typed": a.typed,
                "means": a.target,
                "for": a.organisation or "*",
                "by": a.author or "",
                "from": a.file or a.source,
                "at": a.created_at.isoformat(timespec="seconds"),
                "files": a.files,
                "recorded": a.recorded,
            }
            for a in found
        ],
        as_json,
    )
