"""OCHA's Mali 5W of December 2023, whole: 24,088 rows among eight sheets, and what is said of them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from rapidfuzz import fuzz
from sqlalchemy import orm

from cluster4w.intake.areas.file import load_areas
from cluster4w.intake.check import Check, check_file
from cluster4w.intake.findings import Finding
from cluster4w.intake.places.names import plain, sound
from cluster4w.intake.report import report
from cluster4w.models import Base, Operation
from cluster4w.models.engine import make_engine
from cluster4w.template.text import clean, fold
from tests.checks import sums_hold
from tests.small import make_operation, move_to_mali

ROWS = 24_088


@dataclass(frozen=True, slots=True)
class Real:
    """The workbook read twice: by the tracker, and cell by cell to hold against it."""

    own: Check
    every: Check
    #: Row n of the sheet is ``cells[n - 1]``.
    cells: list[list[Any]]
    #: Code of a commune of 2016 to its name and its cercle's code.
    communes: dict[str, tuple[str, str]]

    def cell(self, row: int, letter: str) -> str:
        """Return a cell as text."""
        return clean(str(self.cells[row - 1][ord(letter) - ord("A")]))


@pytest.fixture(scope="module")
def real(shared: Path, real_workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """Check the workbook for an operation on the divisions of 2016, without and with other clusters."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('real') / 'real.sqlite3'}")
    Base.metadata.create_all(engine)
    mali = shared / "mali"
    communes = mali / "gazetteer_2016_adm3.csv"
    with orm.Session(engine) as session:
        operation = make_operation(session)
        move_to_mali(session, operation)
        load_areas(session, communes.read_bytes(), communes.name, country="MLI", edition="2016")
        later = mali / "gazetteer_2021.csv"
        load_areas(session, later.read_bytes(), later.name, country="MLI", edition="2021")
        own, every = (_checked(session, operation, real_workbook, wanted) for wanted in (False, True))
    engine.dispose()
    sheet = CalamineWorkbook.from_path(str(real_workbook)).get_sheet_by_name("ML_5W")
    with communes.open(encoding="utf-8-sig", newline="") as stream:
        known = {r["pcode"]: (r["name_fr"], r["parent_pcode"]) for r in csv.DictReader(stream)}
    return Real(own, every, sheet.to_python(), known)


def _checked(session: orm.Session, operation: Operation, path: Path, all_clusters: bool) -> Check:
    return check_file(
        session,
        operation,
        path.read_bytes(),
        path.name,
        agency=None,
        month="2016-05",
        all_clusters=all_clusters,
    )


def of(check: Check, code: str) -> list[Finding]:
    """Return the findings with a code."""
    return [f for f in check.findings if f.code == code]


def row_of(finding: Finding) -> int:
    """Return the number of the row that a finding speaks of."""
    assert finding.row is not None
    return finding.row


def test_the_one_sheet_of_eight_is_chosen_and_the_others_named(real: Real) -> None:
    (sheet,) = real.own.sheets
    assert (sheet.name, sheet.header_row, sheet.hxl_row, sheet.first_data_row) == ("ML_5W", 1, 2, 3)
    assert real.own.layout == "ocha-mali-5w"
    left = [f.params["sheet"] for f in real.own.findings if f.code in ("sheet.hidden", "sheet.not_a_table")]
    assert len(set(left)) == 7
    assert "ML_5W" not in left


def test_all_forty_columns_are_known_by_their_labels(real: Real) -> None:
    columns = real.own.sheets[0].columns
    assert len(columns) == 40
    assert [c.header for c in columns] == [clean(str(h)) for h in real.cells[0][:40]]
    assert len({c.key for c in columns} - {None}) == 40
    assert {c.how for c in columns} == {"label"}
    assert columns[9].letter == "J"
    assert columns[39].letter == "AN"
    assert [c.key for c in columns[:11]] == [
        "org_acronym", "org_name", "org_type", "programme_org", "donor", "adm1_pcode", "adm1_name",
        "adm2_pcode", "adm2_name", "adm3_pcode", "adm3_name",
    ]  # fmt: skip


def test_the_sums_of_the_report_hold_with_and_without_other_clusters(real: Real) -> None:
    for check in (real.own, real.every):
        sums_hold(check)
        assert check.counts.read + check.counts.skipped == ROWS
        assert (check.counts.vanished, check.vanished) == (0, [])
    assert real.every.counts.skipped == 0
    assert real.every.counts.read == ROWS


def test_the_json_is_the_object_of_the_design(real: Real) -> None:
    found = report(real.own, lambda m: m)
    assert list(found) == ["file", "layout", "sheets", "rows", "findings", "summary", "seconds"]
    rows = found["rows"]
    assert rows["read"] == rows["clean"] + rows["with_warnings"] + rows["with_errors"]
    assert rows["new"] + rows["changed"] + rows["unchanged"] + rows["repeated"] == (
        rows["clean"] + rows["with_warnings"]
    )
    assert Counter((f["code"], f["severity"]) for f in found["findings"]) == {
        (s["code"], s["severity"]): s["count"] for s in found["summary"]
    }
    assert all(f["message"] and "%(" not in f["message"] for f in found["findings"])
    errors = {f["row"] for f in found["findings"] if f["severity"] == "error"}
    assert errors == {r.number for r in real.own.rows if r.state == "with_errors"}
    assert len(report(real.own, lambda m: m, limit=5)["findings"]) == 5


def test_rows_of_other_clusters_are_set_aside_with_their_number(real: Real) -> None:
    clusters = Counter(clean(str(r[12])) for r in real.cells[2:])
    ours = clusters["Abris"]
    assert ours == real.own.counts.read == 196
    aside = of(real.own, "rows.other_cluster")
    assert {f.severity for f in aside} == {"info"}
    assert sum(f.params["count"] for f in aside) == real.own.counts.skipped == ROWS - ours
    assert of(real.every, "rows.other_cluster") == []
    assert {r.values.get("cluster") for r in real.own.rows} == {"shelter_nfi"}
    assert len({r.values.get("cluster") for r in real.every.rows}) == len(clusters)


def test_what_is_said_of_our_rows_is_the_same_beside_other_clusters(real: Real) -> None:
    ours = {r.number for r in real.own.rows}
    own, every = (
        Counter(
            (f.code, f.row, f.key, f.suggestion)
            for f in check.findings
            if f.row in ours and f.code.startswith("area")
        )
        for check in (real.own, real.every)
    )
    assert own == every
    assert own


def test_every_finding_points_at_the_cell_that_it_quotes(real: Real) -> None:
    quoted = [f for f in real.every.findings if f.row and f.column and f.value and f.code != "cell.error"]
    assert len(quoted) > 3_000
    assert [f for f in quoted if real.cell(row_of(f), str(f.column)) != f.value] == []


def test_every_failed_look_up_of_a_code_is_found(real: Real) -> None:
    errors = of(real.every, "cell.error")
    assert len(errors) == 6_848
    assert {(f.column, f.key, f.value) for f in errors} == {("J", "adm3_pcode", "#N/A")}
    # Where the row names no commune nothing is lost; elsewhere the name gives the code, or is the problem.
    assert {f.severity for f in errors if not real.cell(row_of(f), "K")} == {"info"}
    assert {f.severity for f in errors if real.cell(row_of(f), "K")} == {"warning"}
    taken = {r.number: r.values.get("adm3_pcode") for r in real.every.rows}
    suggested = [f for f in errors if f.suggestion]
    assert len(suggested) > 4_000
    for finding in suggested:
        name, _ = real.communes[str(finding.suggestion)]
        assert finding.suggestion == taken[row_of(finding)]
        said = real.cell(row_of(finding), "K")
        alike = fuzz.ratio(plain(name), plain(said)) >= 90 or sound(name) == sound(said)
        assert said == finding.suggestion or alike


def test_every_code_whose_commune_lies_in_another_cercle_blocks_its_row(real: Real) -> None:
    states = {r.number: r.state for r in real.every.rows}
    astray = [
        number
        for number in range(3, len(real.cells) + 1)
        if (commune := real.communes.get(real.cell(number, "J"))) and commune[1] != real.cell(number, "H")
    ]
    assert len(astray) == 707
    assert {states[n] for n in astray} == {"with_errors"}


def test_a_suggested_code_is_a_commune_of_that_name_in_the_cercle_of_the_row(real: Real) -> None:
    suggested = [
        f for f in of(real.every, "area.code_name_disagree") if f.key == "adm3_pcode" and f.suggestion
    ]
    assert len(suggested) > 150
    for finding in suggested:
        name, cercle = real.communes[str(finding.suggestion)]
        assert cercle == real.cell(row_of(finding), "H")
        assert fold(name) == fold(real.cell(row_of(finding), "K"))


def test_the_places_that_were_taken_are_those_that_the_rows_name(real: Real) -> None:
    for row in real.every.rows:
        code = row.values.get("adm3_pcode")
        said = real.cell(row.number, "J")
        if row.state != "with_errors" and code and said in real.communes:
            assert code == said
    placed = sum(1 for r in real.every.rows if r.state != "with_errors" and r.values.get("adm2_pcode"))
    assert placed > 20_000


def test_a_repeat_names_an_earlier_row_that_says_the_same(real: Real) -> None:
    repeats = of(real.every, "row.repeated")
    assert len(repeats) == real.every.counts.repeated > 13_000
    for finding in repeats[::50]:
        number, first = row_of(finding), int(finding.params["first"])
        assert first < number
        for letter in "BHM":
            assert fold(real.cell(number, letter)) == fold(real.cell(first, letter))


def test_the_homonym_of_bankass_and_the_region_of_menaka_are_explained(real: Real) -> None:
    baye = next(f for f in of(real.every, "area.code_name_disagree") if f.value == "ML010401")
    assert baye.suggestion == "ML050202"
    assert baye.params["by_code"].startswith("Baye (Kéniéba")
    assert baye.params["by_name"].startswith("Baye (Bankass")
    menaka = [f for f in of(real.own, "area.other_edition") if f.key == "adm1_name"]
    assert {(f.value, f.suggestion) for f in menaka} == {("Ménaka", "Gao")}
    assert {f.params["edition"] for f in menaka} == {"2021"}


def test_an_organisation_that_is_spelled_in_two_ways_is_one_or_is_asked(real: Real) -> None:
    by_row = {r.number: r for r in real.every.rows}
    finding = next(
        f for f in of(real.every, "organisation.acronym_differs") if str(f.value).startswith("UNHCR")
    )
    assert finding.severity == "warning"
    assert by_row[row_of(finding)].values["org_acronym"] == finding.suggestion
    # 355 rows say "Wold", one says "World": what most of them say is the name, and the one is asked.
    finding = next(f for f in of(real.every, "organisation.doubtful") if str(f.value).startswith("World"))
    assert finding.suggestion == "Wold Vision Internationale"
    assert by_row[row_of(finding)].state == "with_errors"
    assert len(of(real.every, "organisation.new")) == len(real.every.new_organisations) == 152
