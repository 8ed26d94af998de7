"""The worked example of the documentation comes to what it says."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table
from cluster4w.models import Operation, Organisation
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.template.kinds import Values
from tests.test_gaps import need

PAGE = Path(__file__).resolve().parent.parent / "docs" / "counting.md"
FIRST = {"yes": True, "no": False, "": None}


def tables() -> list[list[dict[str, str]]]:
    """Return the tables of the page, each line by the heads of its columns."""
    found: list[list[list[str]]] = [[]]
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [[dict(zip(lines[0], line, strict=True)) for line in lines[2:]] for lines in found if lines]


def change(line: dict[str, str], organisation: int) -> Change:
    when = "reached" if line["status"] in ("completed", "suspended") else "targeted"
    values: Values = {
        "activity_type": line["activity type"],
        "sub_sector": "shelter",
        "adm1_pcode": "ML07",
        "adm2_pcode": "ML0701",
        "adm3_pcode": line["commune"],
        "site_name": line["site"] or None,
        "period": line["month"],
        "status": line["status"],
        "population_group": "idps",
        "first_time_assisted": FIRST[line["first time"]],
        f"households_{when}": int(line["households"]) if line["households"] else None,
        f"individuals_{when}": int(line["individuals"]) if line["individuals"] else None,
    }
    return Change(organisation, values)


def test_the_worked_example_comes_to_what_it_says(session: orm.Session, operation: Operation) -> None:
    rows, figures, parts = tables()
    operation.household_size = 6
    need(session, operation, (2, "ML0701", 500, {"sub_sector": "shelter"}))
    organisation = session.scalars(sa.select(Organisation.id)).first()
    assert organisation is not None
    record_versions(session, operation, [change(line, organisation) for line in rows], actor=None)
    current, projected = (
        gap_table(session, operation, Question(2, "2016-04", "shelter", measure=measure)).by_pcode()["ML0701"]
        for measure in ("current", "projected")
    )
    communes = gap_table(session, operation, Question(3, "2016-04", "shelter"))
    said = {line["figure"]: int(line["households"]) for line in figures}
    assert said == {
        "target": current.target,
        "reached": current.reached,
        "assistances": current.assistances,
        "planned": current.planned,
        "current gap": current.gap,
        "projected gap": projected.gap,
        "reached in its communes": communes.total.reached,
    }
    assert (current.coverage, current.converted, current.organisations) == (0.75, True, 1)
    for line in parts:
        question = Question(
            2,
            line["to"],
            "shelter",
            activity_type=line["activity type"] or None,
            first=line["from"] or None,
        )
        part = gap_table(session, operation, question).by_pcode()["ML0701"]
        assert (part.reached, part.gap) == (int(line["reached"]), int(line["gap"])), line
        assert part.target == 500
