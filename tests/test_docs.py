"""The reference names every command, setting and column, and the page of findings what the check says.

Both are made from the code; ``python -m tests.test_docs`` writes them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
import pytest

from cluster4w.cli import main
from cluster4w.config import SETTINGS
from cluster4w.intake.judging.catalogue import TITLES, catalogue
from cluster4w.template.columns import Condition
from cluster4w.template.declaration import shipped
from cluster4w.template.language import translator

DOCS = Path(__file__).resolve().parent.parent / "docs"
REFERENCE = DOCS / "reference.md"
FINDINGS = DOCS / "findings.md"


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _commands(command.commands[name], f"{path} {name}")
    else:
        yield path, command


def _required(required: bool | Condition) -> str:
    if isinstance(required, Condition):
        return " and ".join(
            f"when `{key}` is {' or '.join(values)}" if values else f"when `{key}` is filled"
            for key, values in required.when.items()
        )
    return "always" if required else ""


def reference() -> str:
    """Return the text of the reference page."""
    template = shipped()
    lines = [
        "# Reference",
        "",
        "Made from the code by `python -m tests.test_docs`; a test fails when it is out of date.",
        "",
        "## Commands",
        "",
        "`--help` after any of them says more. Exit status: 0 done, 1 done with findings of severity error,",
        "2 could not run.",
        "",
    ]
    for path, command in _commands(main, "cluster4w"):
        with click.Context(command, info_name=path) as context:
            pieces = " ".join(command.collect_usage_pieces(context))
        lines += [f"- `{path} {pieces}`".replace(" [OPTIONS]", ""), f"  {command.get_short_help_str(200)}"]
        options = [o for o in command.params if isinstance(o, click.Option)]
        lines += [f"  - `{'`, `'.join(o.opts)}`{': ' + o.help if o.help else ''}" for o in options]
    lines += ["", "## Settings", "", "Environment variables; none is needed to run on one laptop.", ""]
    lines += [
        f"- `{s.env}` (default: {'none' if s.default is None else f'`{s.default}`'}): {s.help}"
        for s in SETTINGS
    ]
    lines += [
        "",
        "## Columns of the template",
        "",
        "| key | French | English | kind | HXL | required | layouts |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for column in template.columns:
        layouts = ", ".join(n for n, layout in template.layouts.items() if column.key in layout.keys)
        lines.append(
            f"| `{column.key}` | {column.labels['fr']} | {column.labels['en']} | {column.kind} "
            f"| {column.hxl} | {_required(column.required)} | {layouts} |"
        )
    lines += [
        "",
        "## Activity types",
        "",
        "| key | French | English | sub-sector | unit | counting rule | towards the target |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{c.key}` | {c.labels['fr']} | {c.labels['en']} | {c.attributes['sub_sector']} "
        f"| {c.attributes['unit']} | `{c.attributes['counting_rule']}` | {c.attributes['towards_target']} |"
        for c in template.activity_types
    ]
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Return the text of the page of findings: what each says, why it matters, in both languages."""
    lines = [
        "# Findings / Constats",
        "",
        "What the check of a workbook says, made from the code by `python -m tests.test_docs`; a test fails",
        "when it is out of date. An error keeps its row out of the record, a warning wants to be seen, an",
        "information is said and nothing more. The severities are the product's own: an information manager",
        "changes them for an operation on its page of rules or with `cluster4w rules set`, but for those",
        "marked with a star. The sentences are examples.",
    ]
    french, english = translator("fr"), translator("en")
    for group, entries in groupby(catalogue(shipped(), {}), key=lambda e: e.group):
        lines += ["", f"## {english(TITLES[group])} / {french(TITLES[group])}", ""]
        lines += ["| code | severity | français | English |", "| --- | --- | --- | --- |"]
        for entry in entries:
            said = [
                f"**{entry.title(words)}**<br>{entry.example(words)}<br>*{words(entry.why)}*".replace(
                    "|", r"\|"
                )
                for words in (french, english)
            ]
            mark = " \\*" if entry.fixed else ""
            lines.append(f"| `{entry.code}` | {entry.default}{mark} | {said[0]} | {said[1]} |")
    return "\n".join(lines) + "\n"


#: Each generated page with what makes it.
PAGES = {REFERENCE: reference, FINDINGS: findings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_generated_page_is_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page]()


if __name__ == "__main__":
    for written, text in PAGES.items():
        written.write_text(text(), encoding="utf-8")
