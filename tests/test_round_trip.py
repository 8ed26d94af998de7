"""What the tracker exports comes back in with zero changes."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.models import Operation, Organisation
from cluster4w.publish.workbooks.workbook import write_export, write_template
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.kinds import Values
from cluster4w.template.rules import Severity

BASE: Values = {
    "cluster": "shelter_nfi",
    "sub_sector": "nfi",
    "activity_type": "core_nfi_kit",
    "adm1_name": "Mopti",
    "adm1_pcode": "ML05",
    "adm2_name": "Bankass",
    "adm2_pcode": "ML0502",
    "adm3_name": "Bankass",
    "adm3_pcode": "ML050201",
    "period": "2016-05",
    "status": "completed",
    "population_group": "idps",
    "households_reached": 100,
    "individuals_reached": 500,
}
CASH: Values = {
    "sub_sector": "shelter",
    "activity_type": "cash_shelter",
    "modality": "cash",
    "conditionality": "unconditional",
    "transfer_value": 90000.0,
    "currency": "XOF",
}
ROWS: list[Values] = [
    BASE,
    # Identical twins: two rows that say the same are two rows.
    BASE,
    BASE | CASH,
    BASE | CASH | {"currency": "USD", "transfer_value": 150.25},
    BASE | {"comments": "=1+1", "site_name": "+Site & <b> « é »", "activity_detail": "-2 @x 😀 _x000D_"},
    BASE | {"quantity": 1200.5, "unit": "kit", "first_time_assisted": False, "in_plan": True},
    BASE | {"start_date": dt.date(2016, 5, 2), "end_date": dt.date(2016, 5, 31), "donor": "ECHO"},
    BASE | {"latitude": 14.48431, "longitude": -3.6, "site_type": "host_family", "programme_org": "OIM"},
    {k: v for k, v in BASE.items() if not k.startswith(("adm2", "adm3"))},
    BASE | {"status": "planned", "contact_name": "A. Traoré", "contact_phone": "00223 70 00 00 00"},
]


@pytest.fixture
def recorded(session: orm.Session, operation: Operation) -> int:
    """Every kind of row, of two organisations; returns how many there are."""
    ids = {
        acronym: session.scalars(sa.select(Organisation.id).where(Organisation.acronym == acronym)).one()
        for acronym in ("ONG-A", "HCR")
    }
    changes = [Change(id_, dict(row)) for id_ in ids.values() for row in ROWS]
    record_versions(session, operation, changes, actor=None)
    return len(changes)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("layout", ["shelter-4w", "ocha-mali-5w"])
def test_an_export_comes_back_with_zero_changes(
    session: orm.Session, operation: Operation, recorded: int, layout: str, language: str
) -> None:
    out = io.BytesIO()
    # The layout of OCHA has no month: a file of one month says it in its hidden sheet.
    write_export(session, operation, out, layout=layout, language=language, first="2016-05", last="2016-05")
    check = check_file(session, operation, out.getvalue(), "export.xlsx", agency=None, month=None)
    changed = [
        (row.number, row.comparison, row.before) for row in check.rows if row.comparison != "unchanged"
    ]
    assert changed == []
    assert (check.layout, check.counts.read, check.counts.unchanged) == (layout, recorded, recorded)
    assert check.vanished == []
    assert len({row.uid for row in check.rows}) == recorded


def _two_months(session: orm.Session, operation: Operation) -> bytes:
    """Export two rows of each of two months, alike but for the month, in the layout without a month."""
    agency = get_agency(session, operation, "ONG-A")
    rows = [row | {"period": month} for month in ("2016-04", "2016-05") for row in (BASE, BASE | CASH)]
    record_versions(session, operation, [Change(agency.id, row) for row in rows], actor=None)
    out = io.BytesIO()
    write_export(session, operation, out, layout="ocha-mali-5w", language="fr")
    return out.getvalue()


@pytest.mark.parametrize("month", [None, "2016-05"])
def test_an_export_of_several_months_comes_back_even_where_its_layout_has_no_month(
    session: orm.Session, operation: Operation, month: str | None
) -> None:
    content = _two_months(session, operation)
    check = check_file(session, operation, content, "export.xlsx", agency=None, month=month)
    assert [f.code for f in check.findings if f.severity is not Severity.INFO] == []
    assert (check.counts.read, check.counts.unchanged) == (4, 4)
    assert sorted(str(row.values["period"]) for row in check.rows) == ["2016-04"] * 2 + ["2016-05"] * 2
    assert check.vanished == []


@pytest.mark.parametrize("month", [None, "2016-05"])
def test_a_row_changed_in_an_export_of_several_months_is_not_put_into_a_month_by_guess(
    session: orm.Session, operation: Operation, month: str | None
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_two_months(session, operation)))
    data = next(page for page in book.worksheets if page["A1"].value == "Organisation Accronyme")
    donor = next(cell for cell in data[1] if cell.value == "Bailleur de fond")
    data.cell(3, donor.column, "ECHO")
    out = io.BytesIO()
    book.save(out)
    check = check_file(session, operation, out.getvalue(), "export.xlsx", agency=None, month=month)
    errors = [(f.code, f.row) for f in check.findings if f.severity is Severity.ERROR]
    assert errors == [("period.not_known", 3)]
    assert (check.counts.with_errors, check.counts.unchanged, check.counts.new) == (1, 3, 0)


def test_a_prefilled_workbook_comes_back_with_its_rows_only(
    session: orm.Session, operation: Operation, recorded: int
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    for layout in ("shelter-4w", "ocha-mali-5w"):
        out = io.BytesIO()
        write_template(session, operation, out, layout=layout, language="fr", agency=agency, month="2016-05")
        check = check_file(session, operation, out.getvalue(), "modele.xlsx", agency=agency, month="2016-05")
        assert check.counts.read == recorded // 2
        assert check.counts.unchanged == recorded // 2
        assert check.vanished == []


def test_a_blank_workbook_holds_no_row(session: orm.Session, operation: Operation) -> None:
    for layout in ("shelter-4w", "ocha-mali-5w"):
        out = io.BytesIO()
        write_template(session, operation, out, layout=layout, language="fr")
        check = check_file(session, operation, out.getvalue(), "modele.xlsx", agency=None, month=None)
        assert check.counts.read == 0
