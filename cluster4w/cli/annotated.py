"""The options of check and import that give the workbook back with the findings in it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

if TYPE_CHECKING:
    from cluster4w.intake.check import Check


def annotated_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--annotated`` and ``--accept-suggestions``: ``annotated``, a path or None, and ``accept``."""
    path = click.Path(dir_okay=False, writable=True, path_type=Path)
    given = click.option(
        "--annotated", type=path, help="Write the workbook with the findings in it: colours, comments, list."
    )
    accept = click.option(
        "--accept-suggestions",
        "accept",
        is_flag=True,
        help="Fill the safe suggestions into the annotated workbook too.",
    )
    return given(accept(command))


def require_form(file: Path, annotated: Path | None, accept: bool) -> None:
    """Refuse, before any work, a name under which no program would open the annotated workbook."""
    from cluster4w.publish.annotated.annotate import form_of

    if annotated is None:
        if accept:
            raise click.UsageError("--accept-suggestions needs --annotated OUT.xlsx")
        return
    form = form_of(file.read_bytes())
    if annotated.suffix.lower() != f".{form}":
        raise Refusal(
            "annotated.form",
            N_("The annotated workbook is an .%(form)s: give it a name that ends so."),
            form=form,
        )


def write_annotated(check: Check, annotated: Path | None, accept: bool, language: str) -> None:
    """Write the annotated workbook, where one was asked for; whole, or not at all."""
    from cluster4w.publish.annotated.annotate import annotate, of_check

    if annotated is None:
        return
    out = BytesIO()
    annotate(of_check(check), out, language=language, accept_suggestions=accept)
    annotated.write_bytes(out.getvalue())
