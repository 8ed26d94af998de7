"""A list as a file: text, JSON, CSV or a workbook, with what it leaves out below it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Literal, assert_never, get_args

from sqlalchemy import orm

from cluster4w.gaps.lists import AREA_LISTS, Cell, Line, Listing, area_list
from cluster4w.gaps.overdue import DUE_BY, OVERDUE, day_of, overdue_plans
from cluster4w.gaps.part import part_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.models import Operation
from cluster4w.publish import gap_words, list_words
from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.csv_table import csv_table
from cluster4w.publish.figures import day, number, share
from cluster4w.publish.tables import write_table
from cluster4w.publish.text_table import aligned
from cluster4w.record.queries.activities import Scope
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import organisation_names
from cluster4w.template.language import N_, Translate, label, translator
from cluster4w.template.problems import Refusal

Form = Literal["table", "json", "csv", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
#: Widths of a workbook's columns in characters; others are as wide as a figure.
_WIDTHS = {
    "name": 36,
    "parent_name": 34,
    "who": 40,
    "organisation": 18,
    "activity": 36,
    "due": 14,
    "due_by": 18,
    "uid": 16,
}
#: Texts of the aligned table; other columns are figures.
_TEXTS = frozenset(
    {"pcode", "name", "parent_name", "who", "organisation", "activity", "status", "due_by", "uid"}
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands around a list: its words, and the question that it answers."""

    title: str
    #: In large letters where the record is not asked as it is now; "" for now.
    as_of: str
    subtitle: str
    #: What the list's first column is called.
    area: str
    question: Question
    operation: str
    foot: Sequence[str]


def paper_of_areas(table: GapTable, listing: Listing, language: str, translate: Translate) -> Paper:
    """Return what stands around a list of areas."""
    return Paper(
        list_words.title(listing.name, translate, listing.order),
        as_of_words(table.question, language, translate),
        gap_words.subtitle(table, language, translate),
        gap_words.level_name(table, language),
        table.question,
        table.operation,
        [
            *_example(table.is_example, translate),
            *gap_words.part_lines(table, language, translate),
            *list_words.left_out_lines(listing, language, translate),
            *list_words.question_lines(table, language, translate),
        ],
    )


def acronym_of(session: orm.Session, organisation: int | None) -> str:
    """Return the acronym of the organisation that a question asks for; "" where it asks for all."""
    return organisation_names(session, {organisation}).get(organisation, "") if organisation else ""


def paper_of_plans(
    operation: Operation,
    question: Question,
    listing: Listing,
    when: dt.date,
    language: str,
    translate: Translate,
    organisation: str = "",
) -> Paper:
    """Return what stands around the plans that should be over on a day, of one ``organisation`` or of all."""
    lists = template_of(operation).lists
    parts = [
        list_words.as_on(when, language, translate),
        lists["sub_sector"].label(question.sub_sector, language),
        *([lists["population_group"].label(question.group, language)] if question.group else []),
        *([lists["activity_type"].label(question.activity_type, language)] if question.activity_type else []),
        *filter(None, [organisation]),
        translate(N_("figures in households") if question.unit == "household" else N_("figures in people")),
    ]
    return Paper(
        list_words.title(listing.name, translate),
        as_of_words(question, language, translate),
        ", ".join(parts),
        translate(N_("Place")),
        question,
        operation.slug,
        [
            *_example(operation.is_example, translate),
            label(operation.title, language),
            *list_words.left_out_lines(listing, language, translate),
        ],
    )


def _example(is_example: bool, translate: Translate) -> list[str]:
    return [translate(gap_words.EXAMPLE)] if is_example else []


def write_list_file(
    listing: Listing, paper: Paper, form: str, out: BinaryIO, *, language: str, translate: Translate
) -> None:
    """Write a list to a binary stream, in the order in which it is sorted.

    ``table``: aligned text. ``json``: the question and the lines; what is not available is null. ``csv``:
    semicolons and UTF-8 with a mark in front, as the gap tables; texts cannot become formulas. ``xlsx``: a
    workbook of one sheet.

    Raises:
        Refusal: there is no such form.
    """
    wanted: Form | None = next((f for f in FORMS if f == form), None)
    if wanted is None:
        raise Refusal(
            "lists.form",
            N_("“%(form)s” is not a form of a list. Known: %(known)s."),
            form=form,
            known=", ".join(FORMS),
        )
    match wanted:
        case "table":
            out.write(_text(listing, paper, language, translate).encode())
        case "json":
            out.write(
                (json.dumps(as_json(listing, paper, translate), ensure_ascii=False, indent=1) + "\n").encode()
            )
        case "csv":
            out.write(_csv(listing, paper, language, translate).encode("utf-8-sig"))
        case "xlsx":
            _xlsx(listing, paper, out, translate)
        case _:
            assert_never(wanted)


def columns_of(listing: Listing) -> tuple[str, ...]:
    """Return the columns of a file: those of the page with the keys that other tables are joined by."""
    keys = ("uid",) if any(line.uid for line in listing.lines) else ()
    return ("pcode", *listing.columns, *keys)


def _value(line: Line, key: str, translate: Translate) -> Cell:
    match key:
        case "pcode":
            return line.pcode
        case "uid":
            return line.uid
        case "due_by":
            return translate(DUE_BY[str(line.cells[key])])
        case _:
            return line.cells.get(key)


def _headings(keys: Sequence[str], paper: Paper, translate: Translate) -> list[str]:
    return [list_words.heading(k, paper.question, paper.area, translate) for k in keys]


def as_json(listing: Listing, paper: Paper, translate: Translate) -> dict[str, Any]:
    """Return a list as plain data, days as ``YYYY-MM-DD``."""
    question = paper.question
    return {
        "operation": paper.operation,
        "list": listing.name,
        "title": paper.title,
        "as_of": paper.as_of or None,
        "subtitle": paper.subtitle,
        "question": asdict(question) | {"as_of": question.as_of.isoformat() if question.as_of else None},
        "order": listing.order,
        "lines": [
            {key: _plain(_value(line, key, lambda words: words)) for key in columns_of(listing)}
            for line in listing.lines
        ],
        "empty": " ".join(list_words.empty_words(listing, translate)).strip() or None,
        "notes": list(paper.foot),
    }


def _plain(value: Cell) -> str | int | float | None:
    if isinstance(value, dt.date):
        return value.isoformat()
    return round(value, 4) if isinstance(value, float) else value


def _csv(listing: Listing, paper: Paper, language: str, translate: Translate) -> str:
    keys = columns_of(listing)
    lines = ([_value(line, key, translate) for key in keys] for line in listing.lines)
    return csv_table([_headings(keys, paper, translate), *lines], language)


def _xlsx(listing: Listing, paper: Paper, out: BinaryIO, translate: Translate) -> None:
    keys = columns_of(listing)
    write_table(
        out,
        title=": ".join(filter(None, [paper.title, paper.as_of])),
        sheet=translate(N_("List")),
        headers=_headings(keys, paper, translate),
        rows=[[_value(line, key, translate) for key in keys] for line in listing.lines],
        notes=[paper.subtitle, *(w for w in list_words.empty_words(listing, translate) if w), *paper.foot],
        widths=[_WIDTHS.get(key, 13) for key in keys],
        formats=["0 %" if key in list_words.SHARES else None for key in keys],
    )


def _text(listing: Listing, paper: Paper, language: str, translate: Translate) -> str:
    keys = listing.columns
    rows = [[_said(line, key, language, translate) for key in keys] for line in listing.lines]
    lines, rule = aligned(keys, _headings(keys, paper, translate), rows, _TEXTS)
    words = [w for w in list_words.empty_words(listing, translate) if w]
    return "\n".join(
        [
            paper.title,
            *filter(None, [paper.as_of]),
            paper.subtitle,
            "",
            *(words or [lines[0], rule, *lines[1:]]),
            "",
            *paper.foot,
            "",
        ]
    )


def _said(line: Line, key: str, language: str, translate: Translate) -> str:
    value = _value(line, key, translate)
    match value:
        case str():
            return value
        case dt.date():
            return day(value, language)
        case float() if key in list_words.SHARES:
            return share(value, language)
        case _:
            return number(value, language)


def make_list(
    session: orm.Session,
    operation: Operation,
    question: Question,
    name: str,
    *,
    within: str = "",
    order: str = "",
    today: dt.date,
    language: str,
) -> tuple[Listing, Paper]:
    """Return a list, and what stands around it, as somebody who may read every row sees them.

    Raises:
        Refusal: there is no such list, area or column, or the question makes no sense.
    """
    translate = translator(language)
    gazetteer = load_gazetteer(session, operation.edition_id)
    place = gazetteer.get(within)
    if within and (place is None or (name != OVERDUE and place.level >= question.level)):
        raise Refusal(
            "lists.within",
            N_("“%(pcode)s” is not the code of an area above those of the list."),
            pcode=within,
        )
    if name == OVERDUE:
        listing = overdue_plans(
            session,
            operation,
            question,
            gazetteer,
            Scope(everybody=True),
            today=today,
            language=language,
            within=within,
            order=order,
        )
        when = day_of(question, today)
        organisation = acronym_of(session, question.organisation)
        paper = paper_of_plans(operation, question, listing, when, language, translate, organisation)
    else:
        table = gap_table(session, operation, question)
        table = part_of(table, gazetteer, within) if within else table
        known = next((n for n in AREA_LISTS if n == name), None)
        if known is None:
            raise Refusal(
                "lists.name",
                N_("There is no list “%(name)s”. Known: %(known)s."),
                name=name,
                known=", ".join(list_words.LISTS),
            )
        listing = area_list(session, table, gazetteer, known, order)
        paper = paper_of_areas(table, listing, language, translate)
    if order and order.removeprefix("-") not in listing.columns:
        raise Refusal(
            "lists.order",
            N_("The list has no column “%(name)s”. Known: %(known)s."),
            name=order,
            known=", ".join(listing.columns),
        )
    return listing, paper
