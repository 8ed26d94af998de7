"""What the columns of a file are, as a TOML file: proposed by a check, corrected by people, read again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from cluster4w.intake.check import Check
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.sheet_columns import ColumnReport
from cluster4w.record.operations.aliases import Answer
from cluster4w.record.queries.context import IGNORED, Aliases, IntakeContext, Learned
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_, label
from cluster4w.template.problems import Refusal
from cluster4w.template.targets import parse_target, target_labels
from cluster4w.template.text import fold_header

_HEAD = """\
# What each column of the file is. Correct "key" where it is empty or wrong:
#   a column key of the template (they are listed at the end), "-" to ignore the column, "" for not decided.
# "under" tells columns with the same header apart. Then: cluster4w check FILE --mapping THIS_FILE
"""
_MORE = """\
# Figures of one population group: idps_reached, returnees_targeted, host_households_reached, and so on.
# Dates in several columns: start_date.day, start_date.month, start_date.year, period.month, and so on.
"""


def read_mapping(data: bytes, template: Template) -> list[Answer]:
    """Return the answers of a mapping file; columns that are not decided are left out.

    Raises:
        Refusal: the file is not of this form, names a column that the template lacks, or says two things of
            one header.
    """
    try:
        entries = tomllib.loads(data.decode("utf-8-sig")).get("column", [])
    except (ValueError, RecursionError) as error:
        raise Refusal(
            "mapping.not_toml", N_("The mapping file is not TOML: %(reason)s."), reason=str(error)
        ) from error
    answers: dict[tuple[str, str], Answer] = {}
    for entry in entries if isinstance(entries, list) else [None]:
        answer = _answer(entry, template)
        if answer is None:
            continue
        same = (answer.context, answer.folded)
        if answers.setdefault(same, answer).target != answer.target:
            raise Refusal(
                "mapping.twice",
                N_("The mapping file says two things of the column “%(header)s”."),
                header=answer.typed,
            )
    return list(answers.values())


def _answer(entry: Any, template: Template) -> Answer | None:
    header = entry.get("header") if isinstance(entry, Mapping) else None
    key = entry.get("key", "") if isinstance(entry, Mapping) else None
    under = entry.get("under", "") if isinstance(entry, Mapping) else None
    if not (isinstance(header, str) and isinstance(key, str) and isinstance(under, str) and header):
        raise Refusal(
            "mapping.not_a_column",
            N_("Every [[column]] of the mapping file needs a header and a key, both texts."),
        )
    if not key:
        return None
    if key != IGNORED and parse_target(key, template) is None:
        raise Refusal(
            "mapping.no_such_key",
            N_("The template has no column “%(key)s”, which the mapping file gives for “%(header)s”."),
            key=key,
            header=header,
        )
    return Answer("column", under[:64], header, key)


def as_aliases(answers: list[Answer]) -> Aliases:
    """Return answers as a check takes them; no record holds them."""
    return {(a.context, a.folded): Learned(a.target, 0) for a in answers}


def worth_keeping(answers: list[Answer], context: IntakeContext) -> list[Answer]:
    """Return the answers that a check does not find by itself, or to which people said something before."""
    vocabulary = Vocabulary.of(context.template)
    known = context.learned("column")
    return [
        a
        for a in answers
        if a.context or (a.context, a.folded) in known or vocabulary.knows(a.typed) != a.target
    ]


def write_mapping(check: Check, template: Template, language: str) -> str:
    """Return what a check took the columns for as a mapping file. What is doubtful is left open."""
    blocks = [_HEAD.rstrip()]
    seen: set[tuple[str, str]] = set()
    for sheet in check.sheets:
        for column in sheet.columns:
            # An answer holds for every sheet: a header is asked once.
            same = (column.context, fold_header(column.header))
            if same not in seen:
                seen.add(same)
                blocks.append("\n".join(_lines(column, sheet.name, template, language)))
    keys = [f"# {c.key}: {_one_line(label(c.labels, language))}" for c in template.columns]
    blocks.append("\n".join(("# The columns of the template:", *keys)))
    blocks.append(_MORE.rstrip())
    return "\n\n".join(blocks) + "\n"


def _lines(column: ColumnReport, sheet: str, template: Template, language: str) -> Iterator[str]:
    yield f"# {_one_line(sheet)}, {column.letter}: {column.how}, {column.score} %"
    if column.samples:
        yield "# " + " | ".join(map(_one_line, column.samples))
    target = parse_target(column.guess or "", template)
    if target and column.how == "doubtful":
        words = _one_line(label(target_labels(target, template), language))
        yield f"# perhaps {column.guess} ({words})"
    yield "[[column]]"
    yield f"header = {_quoted(column.header)}"
    if column.context:
        yield f"under = {_quoted(column.context)}"
    yield f"key = {_quoted(IGNORED if column.how == 'ignored' else column.target or '')}"


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _quoted(text: str) -> str:
    """Return a TOML string: JSON's escapes are TOML's, but for one character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
