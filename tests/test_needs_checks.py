"""What is said of a table of needs before it is loaded: sums, sizes, rounds, editions, other clusters."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.intake.areas.file import load_areas
from cluster4w.intake.findings import message
from cluster4w.intake.needs.file import About, read_needs
from cluster4w.intake.needs.report import LoadedNeeds
from cluster4w.models import Operation
from cluster4w.record.operations.needs import Figure
from cluster4w.record.queries.needs import current_needs
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal
from tests.small import move_to_mali

EN = translator("en")
DAY = dt.date(2016, 6, 30)
#: Said of every small table.
USUAL = {"needs.missing_areas", "needs.assumed_unit", "needs.assumed_measure"}


def _read(
    session: orm.Session, operation: Operation, content: str | bytes, name: str = "needs.csv", **kwargs: Any
) -> LoadedNeeds:
    data = content.encode() if isinstance(content, str) else content
    return read_needs(session, operation, data, name, About(**{"source": "HNO", "dated": DAY, **kwargs}))


def _said(loaded: LoadedNeeds) -> list[tuple[str, int | None]]:
    return [(f.code, f.row) for f in loaded.findings if f.code not in USUAL]


def _values(loaded: LoadedNeeds) -> dict[str, float]:
    return {f.pcode: f.value for f in loaded.figures}


def _book(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_reading_writes_nothing_and_totals_are_given_by_region(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _read(
        session,
        operation,
        "pcode,unit,targeted\nML05,households,50\nML0501,households,30\nML0502,households,20\n"
        "ML0701,households,7\nMLI,households,57\n",
    )
    assert current_needs(session, operation) == []
    (kind,) = loaded.kinds()
    assert kind == ("targeted", None, None, "household")
    rows = [(r.name, r.own, r.total, r.areas) for r in loaded.by_region(kind)]
    assert rows == [("Mopti", 50, 50, 2), ("Gao", None, 7, 1), ("", 57, None, 0)]
    assert _said(loaded) == []
    missing = loaded.findings[-1]
    assert message(missing, EN) == (
        "Cercle, areas with a figure: 3 of 4; missing: Ménaka (ML0704). Absent is not zero."
    )
    with pytest.raises(Refusal, match="where the figures come from"):
        _read(session, operation, "pcode,targeted\nML05,1\n", source=" ")


def test_parts_that_are_not_the_whole_are_said_with_both_sums(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _read(
        session,
        operation,
        "pcode,targeted\nML05,900\nML0501,300\nML0502,200\nML07,101\nML0701,100\nMLI,1001\n",
    )
    assert _said(loaded) == [("needs.parent_sum", 2)]
    (said,) = [f for f in loaded.findings if f.code == "needs.parent_sum"]
    assert (said.column, said.value) == ("B", "900")
    assert "Mopti (ML05): the figure is 900, but its areas (2 of 2) come to 500 (difference 400)" in message(
        said, EN
    )


def test_rows_of_totals_are_set_aside_and_compared(session: orm.Session, operation: Operation) -> None:
    loaded = _read(
        session,
        operation,
        "Région;Cercle;Ciblés (ménages)\n"
        "Mopti;Bandiagara;30\nMopti;Bankass;20\nMopti;Total;50\n"
        "Gao;Ansongo;7\nGao;Sous-total;8\nTotal Mopti;;500\nTotal général;;57\nTotal de nulle part;;3\n",
    )
    assert loaded.rows["totals"] == 5
    assert _values(loaded) == {"ML0501": 30, "ML0502": 20, "ML0701": 7}
    assert _said(loaded) == [("needs.totals", None), ("needs.totals_differ", 7)]
    assert "says 500, the areas read come to 50 (difference 450)" in message(loaded.findings[-2], EN)


def test_a_household_of_one_or_of_twenty_is_said(session: orm.Session, operation: Operation) -> None:
    loaded = _read(
        session,
        operation,
        "pcode,PDI ménages,PDI individus\nML0501,10,50\nML0502,10,20\nML0701,10,91\nML0704,0,5\n",
    )
    assert _said(loaded) == [("needs.household_size", 3), ("needs.household_size", 4)]
    sizes = [f.params["size"] for f in loaded.findings if f.code == "needs.household_size"]
    assert sizes == ["2.0", "9.1"]


def test_only_the_latest_round_of_each_operation_is_read_and_its_rows_added_up(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _read(
        session,
        operation,
        "operation,admin1Pcode,admin2Pcode,numPresentIdpInd,roundNumber,reportingDate,displacementReason\n"
        "Conflict,ML05,ML0501,100,9,2016-05-31,Conflict\n"
        "Conflict,ML05,ML0501,40,10,2016-06-30,Conflict\n"
        "Conflict,ML05,ML0501,2,10,2016-06-29,Disaster\n"
        "Conflict,ML07,ML0701,7,10,2016-06-30,Conflict\n"
        "Floods,ML05,ML0501,5,2,2015-09-01,Disaster\n",
    )
    assert loaded.figures == [
        Figure("in_need", 2, "ML0501", None, "idps", "individual", 47.0),
        Figure("in_need", 2, "ML0701", None, "idps", "individual", 7.0),
    ]
    assert (loaded.rows["used"], loaded.rows["older_rounds"]) == (4, 1)
    said = {f.code: message(f, EN) for f in loaded.findings}
    assert "Operation Conflict: the round 10 was read; 1 earlier round was" in said["needs.earlier_rounds"]
    assert said["needs.added_up"].startswith("3 rows of one round were added up to 1 figure:")
    assert "dates its figures 2015-09-01" in said["needs.date_differs"]


def test_the_forms_of_displacement_tables_are_read(session: orm.Session, operation: Operation) -> None:
    hapi = _read(
        session,
        operation,
        "location_code,admin2_code,admin2_name,operation,population,reporting_round,reference_period_start\n"
        "#country+code,#adm2+code,#adm2+name,#operation+name,#affected+idps,#round+code,#date+start\n"
        "MLI,ML0701,Ansongo,Mali,12,60,2016-06-30T00:00:00\n",
    )
    assert hapi.figures == [Figure("in_need", 2, "ML0701", None, "idps", "individual", 12.0)]
    dated = _read(
        session,
        operation,
        "date,pcode,region,indicator,value\n2013-10,ML05,Mopti,idp,29\n2016-02,ML05,Mopti,idp,9\n"
        "2016-02,ML07,Gao,returnee,4\n",
    )
    assert {(f.pcode, f.population_group, f.value) for f in dated.figures} == {
        ("ML05", "idps", 9.0),
        ("ML07", "returnees", 4.0),
    }
    assert dated.rows["older_rounds"] == 1
    wide = _read(
        session,
        operation,
        "Admin2, IDPs (Individuals), IDPs (HHs),Taux de retour %\nML0701,50,10,3\n".replace(
            "Admin2", "admin2Pcode"
        ),
    )
    assert {(f.unit, f.value) for f in wide.figures} == {("individual", 50.0), ("household", 10.0)}


def test_columns_of_other_clusters_are_set_aside(session: orm.Session, operation: Operation) -> None:
    loaded = _read(
        session,
        operation,
        "admin2Pcode,EDU_PIN,SHL_PIN,SHL_TGT,SHL_Severity,WASH_PIN\nML0501,9,20,10,4,8\n",
    )
    assert {(f.measure, f.sub_sector, f.value) for f in loaded.figures} == {
        ("in_need", None, 20.0),
        ("targeted", None, 10.0),
        ("severity", None, 4.0),
    }
    (said,) = [f for f in loaded.findings if f.code == "needs.other_columns"]
    assert said.params["headers"] == "“EDU_PIN”, “WASH_PIN”"
    names = _book(["Cercle", "Abris", "Santé", "EHA"], ["Bankass", 5, 6, 7])
    assert [(f.sub_sector, f.value) for f in _read(session, operation, names, "a.xlsx").figures] == [
        (None, 5.0)
    ]
    both = _book(["Cercle", "Abris", "BNA", "Remarque"], ["Bankass", 5, 6, "x"])
    assert [(f.sub_sector, f.value) for f in _read(session, operation, both, "a.xlsx").figures] == [
        ("shelter", 5.0),
        ("nfi", 6.0),
    ]


def test_severities_are_read_from_one_to_five_and_never_added(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _read(
        session,
        operation,
        "admin2Pcode,Shelter_PIN,NFI_PIN,Shelter_Severity,NFI_Severity,WASH_Severity,Population severity 4,"
        "Intersectoral severity,% severity\n"
        "ML0501,20,30,4,4 - Extreme,5,900,5,50\nML0502,10,10,0,3.5,5,9,5,50\nML0701,1,1,,sévère,5,10,5,50\n",
    )
    ranks = [(f.sub_sector, f.pcode, f.unit, f.value) for f in loaded.figures if f.measure == "severity"]
    assert ranks == [
        ("shelter", "ML0501", "class", 4.0),
        ("nfi", "ML0501", "class", 4.0),
        ("nfi", "ML0502", "class", 3.5),
    ]
    wrong = [(f.row, f.header, f.value) for f in loaded.findings if f.code == "needs.not_a_severity"]
    assert wrong == [(3, "Shelter_Severity", "0"), (4, "NFI_Severity", "sévère")]
    assert {f.measure for f in loaded.figures} == {"in_need", "severity"}
    assert {kind[0] for kind in loaded.kinds()} == {"in_need"}
    (said,) = [f for f in loaded.findings if f.code == "needs.other_columns"]
    assert said.params["headers"] == "“WASH_Severity”"
    # The region's rank is not the sum of its cercles', and a row of totals has none.
    both = "Code,Composante,Mesure,Nombre\nML05,NFI,Sévérité,5\nML0501,NFI,Sévérité,4\nML0502,NFI,gravité,3\n"
    loaded = _read(session, operation, both + "Total,NFI,Sévérité,12\n")
    assert [(f.level, f.measure, f.unit, f.value) for f in loaded.figures] == [
        (1, "severity", "class", 5.0),
        (2, "severity", "class", 4.0),
        (2, "severity", "class", 3.0),
    ]
    assert {f.code for f in loaded.findings} == {"needs.totals"}
    twice = _read(session, operation, both + "ML0501,NFI,Sévérité,5\n")
    assert [f.value for f in twice.figures] == [5.0, 4.0, 3.0]
    assert {f.code for f in twice.findings} == {"needs.repeated"}
    rounds = "Round,admin2Pcode,IDPs,Severity\n3,ML0501,10,2\n3,ML0501,20,4\n3,ML0501,5,3\n"
    loaded = _read(session, operation, rounds)
    assert {(f.measure, f.value) for f in loaded.figures} == {("in_need", 35.0), ("severity", 4.0)}


def test_headings_above_the_columns_are_read_with_them(session: orm.Session, operation: Operation) -> None:
    data = _book(
        ["Besoins 2016", None, None, None, None, None],
        [None, None, "Abris", None, "BNA", None],
        ["Code", "Cercle", "PiN", "Cible", "PiN", "Cible"],
        ["ML0501", "Bandiagara", 1, 2, 3, 4],
    )
    loaded = _read(session, operation, data, "a.xlsx")
    assert [(f.sub_sector, f.measure, f.value) for f in loaded.figures] == [
        ("shelter", "in_need", 1.0),
        ("shelter", "targeted", 2.0),
        ("nfi", "in_need", 3.0),
        ("nfi", "targeted", 4.0),
    ]


NEWER = (
    "level,pcode,name,parent,pcode_test\n1,ML05,Mopti,,ML05\n1,ML07,Gao,,ML07\n1,ML10,Menaka,,\n"
    "2,ML0501,Bankass,ML05,ML0502\n2,ML0502,Bandiagara,ML05,ML0501\n2,ML0701,Ansongo,ML07,ML0701\n"
    "2,ML0702,Ansongo Sud,ML07,ML0701\n2,ML1001,Menaka,ML10,ML0704\n"
)


def test_a_table_of_another_edition_is_recognised_and_translated_never_split(
    session: orm.Session, operation: Operation
) -> None:
    load_areas(session, NEWER.encode(), "n.csv", country="MLI", edition="2030")
    table = (
        "pcode,name,targeted\nML0501,Bankass,5\nML0502,Bandiagara,6\nML1001,Menaka,7\n"
        "ML0701,Ansongo,8\nML0702,Ansongo Sud,9\n"
    )
    guessed = _read(session, operation, table)
    assert ("needs.looks_like_edition", None) in _said(guessed)
    told = _read(session, operation, table, edition="2030")
    # Two of theirs are one of ours: their figures are added, and it is said.
    assert _values(told) == {"ML0502": 5, "ML0501": 6, "ML0704": 7, "ML0701": 17}
    codes = [code for code, _ in _said(told)]
    assert codes.count("needs.other_edition") == 4
    assert codes[-3:] == ["needs.merged_areas", *["needs.more_areas_there"] * 2]
    part = _read(session, operation, "pcode,targeted\nML0701,8\n", edition="2030")
    assert ("needs.merged_in_part", 2) in _said(part)
    # One of theirs is two of ours: nothing is split.
    older = "level,pcode,name,parent\n1,MLX,Mopti,\n2,MLX1,Bandiagara et Bankass,MLX\n"
    load_areas(session, older.encode(), "o.csv", country="MLI", edition="1990")
    ours = "level,pcode,name,parent,pcode_1990\n2,ML0501,Bandiagara,ML05,MLX1\n2,ML0502,Bankass,ML05,MLX1\n"
    load_areas(session, ours.encode(), "t.csv", country="MLI", edition="test")
    split = _read(session, operation, "pcode,targeted\nMLX1,100\nMLX,40\n", edition="1990")
    assert (_said(split)[0], _values(split)) == (("needs.split_area", 2), {"ML05": 40})
    assert "several areas here (ML0501, ML0502). Its figure is not split" in message(split.findings[0], EN)
    assert split.has_errors


def test_the_real_hno_without_its_hxl_row_and_the_published_figures_load(
    session: orm.Session, operation: Operation, shared: Path
) -> None:
    move_to_mali(session, operation)
    lines = (shared / "mali" / "hno_needs_2024_adm2.csv").read_text("utf-8").splitlines()
    newer = (shared / "mali" / "gazetteer_2021.csv").read_bytes()
    load_areas(session, newer, "gazetteer_2021.csv", country="MLI", edition="2021")
    loaded = _read(session, operation, "\n".join([lines[0], *lines[2:]]))
    assert (loaded.rows["used"], loaded.has_errors) == (78, False)
    (missing,) = [f for f in loaded.findings if f.code == "needs.missing_areas"]
    assert "Kidal" in missing.params["names"]
    # The published table itself: its returnees by cercle come to more than its national figure.
    said = [f for f in loaded.findings if f.code == "needs.parent_sum"]
    assert [(f.value, f.params["total"]) for f in said] == [("37938", 47508)] * 2
    idps = _read(session, operation, (shared / "mali" / "mli_idp_by_region.csv").read_bytes())
    assert _values(idps)["ML07"] == 11731
    assert {f.level for f in idps.figures} == {1}
