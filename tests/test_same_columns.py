"""Workbook, check, export, form, history and record hold the same columns: none is lost on the way."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm
from werkzeug.datastructures import MultiDict

from cluster4w.intake.check import Check, check_file
from cluster4w.intake.report import sheets_json
from cluster4w.models import Activity, Operation
from cluster4w.publish.workbooks.workbook import write_export, write_template
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import plan_months, template_of
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.values import stored_keys, values_of
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value, Values
from cluster4w.views.activity_fields import Surroundings, cells, form_class, start_values

#: One column that only this operation has, of every kind that a typed column has.
ADDED_KINDS = (
    Kind.TEXT, Kind.LONG_TEXT, Kind.COUNT, Kind.DECIMAL, Kind.MONEY, Kind.DAY, Kind.CHOICE, Kind.CHOICES,
    Kind.YES_NO,
)  # fmt: skip
PLACE: Values = {
    "adm1_name": "Mopti", "adm1_pcode": "ML05", "adm2_name": "Bankass", "adm2_pcode": "ML0502",
    "adm3_name": "Baye", "adm3_pcode": "ML050202", "latitude": 14.48431, "longitude": -3.6,
}  # fmt: skip
PEOPLE: Values = {
    f"{part}_{what}": number
    for what, size in (("targeted", 3), ("reached", 2))
    for part, number in {
        "households": 10 * size, "individuals": 50 * size, "females": 26 * size, "males": 24 * size,
        "women": 14 * size, "men": 12 * size, "girls": 12 * size, "boys": 12 * size,
        "elderly_women": 2 * size, "elderly_men": size, "disabled": 3 * size,
        "female_headed_households": 4 * size,
    }.items()
}  # fmt: skip


@pytest.fixture
def template(session: orm.Session, operation: Operation) -> Template:
    """The operation's template with columns of its own, and a layout that shows every column there is."""
    declaration = dict(operation.template)
    added = [
        {"key": f"own_{kind}", "group": "other", "kind": str(kind), "added": True,
         "label": {"fr": f"À nous : {kind}", "en": f"Ours: {kind}"},
         **({"list": "population_group"} if kind in (Kind.CHOICE, Kind.CHOICES) else {})}
        for kind in ADDED_KINDS
    ]  # fmt: skip
    columns = [*declaration["columns"], *added]
    layouts = [dict(entry) for entry in declaration["layouts"]]
    own = next(entry for entry in layouts if entry["name"] == "shelter-4w")
    shown = {c["key"] for c in own["columns"]}
    own["columns"] = [*own["columns"], *({"key": c["key"]} for c in columns if c["key"] not in shown)]
    operation.template = declaration | {"columns": columns, "layouts": layouts}
    session.flush()
    return template_of(operation)


def _value(column: Column, template: Template) -> Value:
    match column.kind:
        case Kind.COUNT:
            return 7
        case Kind.DECIMAL | Kind.MONEY:
            return 1250.5
        case Kind.DAY:
            return dt.date(2016, 5, 30 if column.key == "end_date" else 2)
        case Kind.MONTH:
            return "2016-05"
        case Kind.YES_NO:
            return True
        case Kind.CHOICE | Kind.CHOICES:
            keys = [choice.key for choice in template.lists[column.list or ""]]
            return tuple(keys[:2]) if column.kind is Kind.CHOICES else keys[0]
        case _:
            return f"{column.key} é"


def _full_row(template: Template) -> Values:
    """Return a row with a value in every column that a person fills in."""
    values: Values = {
        c.key: _value(c, template) for c in template.columns if c.key in stored_keys(template) or c.added
    }
    return values | PLACE | PEOPLE | {
        "cluster": "shelter_nfi", "sub_sector": "shelter", "activity_type": "cash_shelter",
        "status": "completed", "contact_email": "a@example.org",
    }  # fmt: skip


def _record(session: orm.Session, operation: Operation, template: Template) -> Values:
    agency = get_agency(session, operation, "ONG-A")
    [uid] = record_versions(session, operation, [Change(agency.id, _full_row(template))], actor=None)
    version = session.scalars(sa.select(Activity).where(Activity.uid == uid)).one()
    return values_of(version, template, agency)


def _mapped(check: Check) -> list[str]:
    [sheet] = sheets_json(check)
    return [column["key"] for column in sheet["columns"]]


def test_the_record_holds_a_value_in_every_column(
    session: orm.Session, operation: Operation, template: Template
) -> None:
    values = _record(session, operation, template)
    assert set(values) == {c.key for c in template.columns}
    assert _full_row(template).items() <= values.items()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_blank_workbook_shows_every_column_and_the_check_knows_them_all(
    session: orm.Session, operation: Operation, template: Template, language: str
) -> None:
    out = io.BytesIO()
    write_template(session, operation, out, layout="shelter-4w", language=language)
    check = check_file(session, operation, out.getvalue(), "modele.xlsx", agency=None, month=None)
    assert sorted(_mapped(check)) == sorted(c.key for c in template.columns)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_export_with_every_column_comes_back_as_it_was(
    session: orm.Session, operation: Operation, template: Template, language: str
) -> None:
    values = _record(session, operation, template)
    out = io.BytesIO()
    write_export(session, operation, out, layout="shelter-4w", language=language)
    check = check_file(session, operation, out.getvalue(), "export.xlsx", agency=None, month=None)
    [row] = check.rows
    assert (row.comparison, row.before) == ("unchanged", {})
    organisation = {"org_acronym", "org_name", "org_type"}
    assert {k: v for k, v in row.values.items() if k not in organisation} == {
        k: v for k, v in values.items() if k not in organisation
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_asks_for_every_column_and_gives_back_what_it_was_given(
    session: orm.Session, operation: Operation, template: Template, language: str
) -> None:
    values = _record(session, operation, template)
    around = Surroundings(
        template,
        load_gazetteer(session, operation.edition_id),
        language,
        [(month, month, False) for month in plan_months(operation)],
    )
    made = form_class(around)
    shown = start_values(values, get_agency(session, operation, "ONG-A"), around)
    sent: MultiDict[str, Any] = MultiDict()
    for name in made(data=shown)._fields:
        content = shown[name]
        sent.setlist(name, content if isinstance(content, list) else [content])
    typed = cells(made(sent), around, values)
    places = {c.key for c in template.columns if c.key.startswith("adm")}
    settled = {"row_id", "cluster", "org_acronym", "org_name", "org_type"}
    asked = {c.key for c in template.columns} - settled - places
    assert asked <= set(typed)
    assert [key for key in asked if not typed[key]] == []
    assert typed["adm3_pcode"] == "ML050202"
