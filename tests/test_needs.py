"""Loading needs and targets: HNO/HPC, plain tables, DTM."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.areas.file import load_areas
from cluster4w.intake.needs.file import About, load_needs
from cluster4w.intake.needs.report import LoadedNeeds
from cluster4w.models import AuditEvent, Operation
from cluster4w.record.operations.needs import Figure, choose_table
from cluster4w.record.queries.needs import current_needs, list_need_tables, need_choices
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal
from tests.small import move_to_mali

EN = translator("en")
DAY = dt.date(2016, 6, 30)

HNO = """Admin 1 PCode,Admin 2 PCode,Sector,Gender,Age Range,Min Age,Max Age,Disabled,Population Group,Population,In Need,Targeted,Affected,Reached
#adm1+code,#adm2+code,#sector+code,#gender+code,#age+range,#age+min,#age+max,#is_disabled,#population_group+code,#population,#inneed,#targeted,#affected,#reached
,,ALL,a,ALL,,,a,ALL,9,8,7,6,
,,SHL,a,ALL,,,a,ALL,,1000,400,,
,,SHL,a,ALL,,,a,IDP,,300,300,,
ML05,ML0501,SHL,a,ALL,,,a,ALL,,600,250,,
ML05,ML0501,SHL,f,ALL,,,a,ALL,,310,130,,
ML05,ML0501,SHL,a,0-17,0,17,a,ALL,,290,120,,
ML05,ML0501,SHL,a,ALL,,,y,ALL,,90,20,,
ML05,ML0501,SHL,a,ALL,,,a,RRI,,12,,,
ML05,ML0501,EDU,a,ALL,,,a,ALL,,1,1,,
ML07,ML0701,SHL,a,ALL,,,a,REF,,,,,
ML07,ML0799,SHL,a,ALL,,,a,ALL,,5,5,,
"""  # noqa: E501 - the header of the HNO form is one line


def _load(
    session: orm.Session, operation: Operation, content: str | bytes, name: str = "needs.csv", **kwargs: Any
) -> LoadedNeeds:
    data = content.encode() if isinstance(content, str) else content
    return load_needs(session, operation, data, name, About(**{"source": "HNO", "dated": DAY, **kwargs}))


def _findings(loaded: LoadedNeeds) -> list[tuple[str, int | None, str | None]]:
    """Return what is said of rows; that small tables leave areas out is said every time."""
    return [(f.code, f.row, f.column) for f in loaded.findings if f.code != "needs.missing_areas"]


def test_the_hno_form_gives_totals_only_and_every_row_is_counted(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _load(session, operation, HNO)
    assert loaded.rows == {
        "read": 11,
        "used": 4,
        "left_out": 1,
        "other_sectors": 2,
        "breakdowns": 3,
        "empty": 1,
        "totals": 0,
        "older_rounds": 0,
    }
    assert set(loaded.figures) == {
        Figure("in_need", 0, "MLI", None, None, "individual", 1000.0),
        Figure("targeted", 0, "MLI", None, None, "individual", 400.0),
        Figure("in_need", 0, "MLI", None, "idps", "individual", 300.0),
        Figure("targeted", 0, "MLI", None, "idps", "individual", 300.0),
        Figure("in_need", 2, "ML0501", None, None, "individual", 600.0),
        Figure("targeted", 2, "ML0501", None, None, "individual", 250.0),
        Figure("in_need", 2, "ML0501", None, "returnees", "individual", 12.0),
    }
    assert loaded.has_errors
    assert _findings(loaded)[0] == ("needs.unknown_code", 13, "B")
    report = loaded.as_json(EN)
    assert report["levels"] == {"0": 4, "2": 3}
    assert "ML0799" in report["findings"][0]["message"]
    assert "Rows: read 11, used 4" in loaded.as_text(EN)


def test_the_hpc_headers_with_cluster_and_category_are_understood(
    session: orm.Session, operation: Operation
) -> None:
    head = (
        "Admin 1 PCode,Admin 1 Name,Admin 2 PCode,Admin 2 Name,Description,Cluster,Category,In Need,Targeted"
    )
    loaded = _load(
        session,
        operation,
        f"{head}\n"
        "ML05,Mopti,ML0501,Bandiagara,Abris,SHL,Total,20,10\n"
        "ML05,Mopti,ML0501,Bandiagara,Abris,SHL,IDP,8,4\n"
        "ML05,Mopti,ML0501,Bandiagara,Abris,SHL,IDPs - Male,4,2\n"
        "ML05,Mopti,ML0501,Bandiagara,Santé,HEA,Total,99,99\n",
    )
    assert {(f.measure, f.population_group, f.value) for f in loaded.figures} == {
        ("in_need", None, 20.0),
        ("targeted", None, 10.0),
        ("in_need", "idps", 8.0),
        ("targeted", "idps", 4.0),
    }
    assert (loaded.rows["breakdowns"], loaded.rows["other_sectors"]) == (1, 1)


def test_a_long_french_table_is_read_with_names_groups_and_units(
    session: orm.Session, operation: Operation
) -> None:
    table = (
        "Région;Cercle;Sous-secteur;Groupe de population;Unité;Dans le besoin;Ciblés\n"
        "Gao;Menaka;Abris;PDI;Ménages;1 200;300\n"
        "Mopti;Bankass;BNA;Retournés;Personnes;12,5;\n"
        "Mopti;Bankass;BNA;Martiens;Personnes;1;1\n"
        "Mopti;Bankas;BNA;PDI;Personnes;1;1\n"
        "Gao;Bankass;BNA;PDI;Personnes;1;1\n"
        "Mopti;;Abris;Hôtes;Ménages;-4;dix\n"
        "Total;;BNA;PDI;Personnes;99;\n"
        "Niveau national;;BNA;PDI;Personnes;98;\n"
    )
    loaded = _load(session, operation, table.encode("cp1252"))
    assert loaded.figures == [
        Figure("in_need", 2, "ML0704", "shelter", "idps", "household", 1200.0),
        Figure("targeted", 2, "ML0704", "shelter", "idps", "household", 300.0),
        Figure("in_need", 2, "ML0502", "nfi", "returnees", "individual", 12.5),
        Figure("in_need", 0, "MLI", "nfi", "idps", "individual", 98.0),
    ]
    assert _findings(loaded) == [
        ("needs.unknown_group", 4, "D"),
        ("needs.unknown_name", 5, "B"),
        ("needs.unknown_name", 6, "B"),
        ("needs.negative", 7, "F"),
        ("needs.not_a_number", 7, "G"),
        ("needs.totals", None, None),
    ]
    assert loaded.findings[1].suggestion == "Bankass"
    assert loaded.rows["read"] == sum(v for k, v in loaded.rows.items() if k != "read")


def test_a_long_table_with_measure_and_value_columns_is_read(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _load(
        session,
        operation,
        "pcode,sub-sector,population group,measure,unit,value\n"
        "ML0501,NFI,IDPs,in need,individuals,7\n"
        "ML0501,NFI,IDPs,target,households,2\n"
        "ML0501,NFI,IDPs,target,households,3\n"
        "ML0501,NFI,IDPs,weather,households,3\n",
    )
    assert loaded.figures == [
        Figure("in_need", 2, "ML0501", "nfi", "idps", "individual", 7.0),
        Figure("targeted", 2, "ML0501", "nfi", "idps", "household", 2.0),
    ]
    assert _findings(loaded) == [("needs.repeated", 4, "F"), ("needs.unknown_word", 5, "D")]


def test_a_wide_workbook_has_one_column_per_group(session: orm.Session, operation: Operation) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Code", "Cercle", "PDI ciblés (ménages)", "Retournés ciblés (ménages)", "PDI BNA", "Remarque"],
        ["ML0501", "Bandiagara", 10, 20, None, "x"],
        ["ML0701", "Bandiagara", 1, 1, 1, "le nom est celui d'un autre cercle"],
        ["ML0502", "Bankass", None, 0, 4, None],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    loaded = _load(session, operation, out.getvalue(), "large.xlsx", sub_sector="shelter")
    assert loaded.figures == [
        Figure("targeted", 2, "ML0501", "shelter", "idps", "household", 10.0),
        Figure("targeted", 2, "ML0501", "shelter", "returnees", "household", 20.0),
        Figure("targeted", 2, "ML0502", "shelter", "returnees", "household", 0.0),
        Figure("in_need", 2, "ML0502", "nfi", "idps", "individual", 4.0),
    ]
    assert _findings(loaded) == [
        ("needs.code_name_disagree", 3, "A"),
        ("needs.assumed_measure", 1, "E"),
        ("needs.assumed_unit", 1, None),
    ]
    assert loaded.findings[0].suggestion == "ML0501"


def test_a_dtm_table_gives_the_displaced_in_need(session: orm.Session, operation: Operation) -> None:
    loaded = _load(
        session,
        operation,
        "admin1Pcode,admin2Pcode,admin2Name,numPresentIdpInd,numPresentIdpHh\nMLI07,MLI0701,Ansongo,100,20\n",
    )
    assert loaded.figures == [
        Figure("in_need", 2, "ML0701", None, "idps", "individual", 100.0),
        Figure("in_need", 2, "ML0701", None, "idps", "household", 20.0),
    ]


def test_codes_of_another_edition_are_translated_through_its_links(
    session: orm.Session, operation: Operation
) -> None:
    newer = (
        "level,pcode,name,parent\n1,ML07,Gao,\n1,ML10,Menaka,\n"
        "2,ML1001,Menaka,ML10\n2,ML1002,Inekar,ML10\n2,ML0704,Ansongo,ML07\n"
    )
    load_areas(session, newer.encode(), "n.csv", country="MLI", edition="2030")
    table = "pcode,in need\nML1001,5\nML1002,6\nML0704,7\n"
    loaded = _load(session, operation, table)
    assert [(f.pcode, f.value) for f in loaded.figures] == [("ML0704", 5.0)]
    assert [code for code, _, _ in _findings(loaded)] == [
        "needs.other_edition",
        "needs.assumed_unit",
        "needs.unlinked_code",
        "needs.repeated",
    ]
    theirs = _load(session, operation, table, edition="2030")
    assert [(f.pcode, f.value) for f in theirs.figures] == [("ML0704", 5.0), ("ML0701", 7.0)]
    with pytest.raises(Refusal, match="1999 of MLI is not loaded"):
        _load(session, operation, table, edition="1999")


def test_tables_stand_side_by_side_and_a_correction_replaces_its_own_date_only(
    session: orm.Session, operation: Operation
) -> None:
    before = operation.revision
    july = dt.date(2016, 7, 31)
    _load(session, operation, "pcode,in need\nML0501,5\n", source="DTM")
    _load(session, operation, "pcode,in need\nML0501,50\n", source="Plan")
    wrong = _load(session, operation, "pcode,in need\nML0501,60\n", source="DTM", dated=july).saved
    assert wrong is not None
    choose_table(session, operation, wrong.id, first_month="2016-01", actor=None)
    _load(session, operation, "pcode,in need\nML0501,6\n", source="DTM", dated=july, published=july)
    assert [(n.source, n.value) for n in current_needs(session, operation)] == [
        ("DTM", 5.0),
        ("Plan", 50.0),
        ("DTM", 6.0),
    ]
    tables = list_need_tables(session, operation)
    assert [(t.source, t.dated, t.stands, t.figures) for t in tables] == [
        ("DTM", july, True, 1),
        ("Plan", DAY, True, 1),
        ("DTM", DAY, True, 1),
        ("DTM", july, False, 1),
    ]
    # What was chosen of the wrong table is chosen of the corrected one.
    assert [c.table_id for c in need_choices(session, operation)] == [tables[0].id]
    session.refresh(operation)
    assert operation.revision == before + 5
    actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert (actions.count("needs.saved"), actions.count("needs.chosen")) == (4, 1)


def test_the_same_table_again_changes_nothing(session: orm.Session, operation: Operation) -> None:
    _load(session, operation, HNO)
    session.refresh(operation)
    before = operation.revision
    _load(session, operation, HNO)
    session.refresh(operation)
    assert operation.revision == before
    assert len(list_need_tables(session, operation)) == 1


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"a,b\n1,2\n", b"", b"pcode,comment\nML05,x\n"]
)
def test_a_file_without_areas_and_figures_is_refused(
    session: orm.Session, operation: Operation, data: bytes
) -> None:
    with pytest.raises(Refusal):
        _load(session, operation, data)
    assert current_needs(session, operation) == []


def test_the_real_hno_of_2024_gives_all_its_shelter_rows(
    session: orm.Session, operation: Operation, shared: Path
) -> None:
    move_to_mali(session, operation)
    data = (shared / "mali" / "hno_needs_2024_adm2.csv").read_bytes()
    loaded = _load(session, operation, data)
    assert (loaded.rows["read"], loaded.rows["other_sectors"]) == (1323, 1245)
    assert (loaded.rows["used"], loaded.rows["left_out"]) == (75, 3)
    assert {f.value for f in loaded.findings if f.code == "needs.unknown_code"} == {"ML1001"}
    newer = (shared / "mali" / "gazetteer_2021.csv").read_bytes()
    load_areas(session, newer, "gazetteer_2021.csv", country="MLI", edition="2021")
    loaded = _load(session, operation, data)
    assert (loaded.rows["used"], loaded.rows["left_out"], loaded.has_errors) == (78, 0, False)
    national = {f.measure: f.value for f in loaded.figures if f.level == 0 and f.population_group is None}
    assert national == {"in_need": 1981964.0, "targeted": 527127.0}
    menaka = [f for f in loaded.figures if f.pcode == "ML0704" and f.population_group is None]
    assert [(f.measure, f.value) for f in menaka] == [("in_need", 89794.0), ("targeted", 49590.0)]
    cercles = sum(f.value for f in loaded.figures if f.level == 2 and not f.population_group)
    assert cercles == pytest.approx(1981964 + 527127, abs=60)
    assert not any(f.pcode.startswith("ML08") for f in loaded.figures)
