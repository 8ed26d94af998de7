"""The whole path on the command line: a workbook to the record, to a gap table, to an export and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import orm

from cluster4w.cli import main
from cluster4w.models import Activity, Base, Submission
from cluster4w.models.engine import make_engine
from tests.small import make_operation, move_to_mali

HEADERS = [
    "Sigle de l'organisation", "Nom de l'organisation", "Sous-secteur", "Type d'activité", "Région", "Cercle",
    "Mois rapporté", "Statut", "Groupe de population", "Ménages atteints", "Personnes atteintes",
]  # fmt: skip
_A = ["ONG-A", "Association Alpha"]
ROWS = [
    [*_A, "BNA", "Kit BNA de base", "Mopti", "Bankass", "2016-05", "Achevé", "PDI", 120, 600],
    [*_A, "BNA", "Kit BNA de base", "Gao", "Ménaka", "2016-05", "Achevé", "PDI", "1 250", 6000],
    [*_A, "Abris", "Tentes", "Gao", "Ansongo", "mai 2016", "Terminé", "Retournés", 40, 200],
    [*_A, "Abris", "Tentes", "Gao", "Bankass", "2016-05", "Achevé", "PDI", 10, 50],
]


@pytest.fixture
def partner_file(tmp_path: Path) -> Path:
    """A partner's csv file as French Excel saves it: semicolons, cp1252; its last row has a wrong cercle."""
    lines = [";".join(str(c) for c in row) for row in (HEADERS, *ROWS)]
    path = tmp_path / "alpha.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def _json(result: Result) -> dict[str, Any]:
    return dict(json.loads(result.stdout))


def _sums_hold(rows: dict[str, int]) -> None:
    assert rows["read"] == rows["clean"] + rows["with_warnings"] + rows["with_errors"]
    compared = rows["new"] + rows["changed"] + rows["unchanged"] + rows["repeated"]
    assert compared == rows["clean"] + rows["with_warnings"]


def _count(session: orm.Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Activity)) or 0


def test_checking_writes_nothing(cli: Any, partner_file: Path, session: orm.Session) -> None:
    result = cli("check", partner_file, "--operation", "test-2016", "--json")
    assert result.exit_code == 1, result.output
    report = _json(result)
    _sums_hold(report["rows"])
    assert report["rows"]["read"] == 4
    assert report["rows"]["with_errors"] == 1
    assert report["rows"]["new"] == 3
    (wrong,) = [f for f in report["findings"] if f["severity"] == "error"]
    assert (wrong["row"], wrong["header"], wrong["value"]) == (5, "Cercle", "Bankass")
    assert _count(session) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_importing_twice_changes_nothing_the_second_time(
    cli: Any, partner_file: Path, session: orm.Session
) -> None:
    first = _json(cli("import", partner_file, "--operation", "test-2016", "--json"))
    assert first["rows"]["new"] == 3
    assert _count(session) == 3
    session.rollback()
    second = _json(cli("import", partner_file, "--operation", "test-2016", "--json"))
    assert (second["rows"]["new"], second["rows"]["changed"], second["rows"]["unchanged"]) == (0, 0, 3)
    assert _count(session) == 3


def test_a_corrected_file_changes_only_what_changed(
    cli: Any, partner_file: Path, session: orm.Session
) -> None:
    cli("import", partner_file, "--operation", "test-2016", "--json")
    partner_file.write_bytes(partner_file.read_bytes().replace(b";120;600", b";100;500"))
    report = _json(cli("import", partner_file, "--operation", "test-2016", "--json"))
    assert (report["rows"]["new"], report["rows"]["changed"], report["rows"]["unchanged"]) == (0, 1, 2)
    versions = session.scalars(
        sa.select(Activity).where(Activity.adm2_pcode == "ML0502").order_by(Activity.version)
    ).all()
    assert [(v.version, v.households_reached, v.superseded_at is None) for v in versions] == [
        (1, 120, False),
        (2, 100, True),
    ]


def test_the_gap_table_counts_what_was_imported(cli: Any, partner_file: Path) -> None:
    cli("import", partner_file, "--operation", "test-2016", "--json")
    result = cli(
        "gaps", "--operation", "test-2016", "--sub-sector", "shelter", "--level", "2", "--format", "json"
    )
    assert result.exit_code == 0, result.output
    table = _json(result)
    reached = {row["pcode"]: row["reached"] for row in table["rows"] if row["reached"]}
    assert reached == {}, (
        "tents are counted for people assisted for the first time only, and the file says no"
    )


@pytest.mark.parametrize("layout", ["shelter-4w", "ocha-mali-5w"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_export_goes_back_in_with_zero_changes(
    cli: Any, partner_file: Path, tmp_path: Path, layout: str, language: str
) -> None:
    cli("import", partner_file, "--operation", "test-2016", "--json")
    out = tmp_path / "export.xlsx"
    result = cli(
        "export",
        out,
        "--operation",
        "test-2016",
        "--period",
        "2016-05",
        "--layout",
        layout,
        "--lang",
        language,
    )
    assert result.exit_code == 0, result.output
    again = cli("import", out, "--operation", "test-2016", "--json")
    assert again.exit_code == 0, again.output
    rows = _json(again)["rows"]
    assert (rows["read"], rows["unchanged"], rows["new"], rows["changed"], rows["vanished"]) == (
        3,
        3,
        0,
        0,
        0,
    )


def test_a_template_workbook_opens_and_names_every_column(cli: Any, tmp_path: Path) -> None:
    out = tmp_path / "blank.xlsx"
    result = cli("template", out, "--operation", "test-2016", "--org", "ONG-A", "--period", "2016-05")
    assert result.exit_code == 0, result.output
    book = load_workbook(out)
    assert "Matrice 4W" in book.sheetnames


def test_an_unknown_operation_is_one_line_and_status_two(cli: Any, partner_file: Path) -> None:
    result = cli("check", partner_file, "--operation", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert "test-2016" in result.stderr
    assert "Traceback" not in result.output


def test_an_unreadable_file_is_one_line_and_status_two(cli: Any, tmp_path: Path) -> None:
    picture = tmp_path / "picture.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    result = cli("check", picture, "--operation", "test-2016")
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_month_that_is_none_is_refused(cli: Any, partner_file: Path) -> None:
    result = cli("check", partner_file, "--operation", "test-2016", "--period", "2016-13")
    assert result.exit_code == 2
    assert "2016-05" in result.stderr


def test_every_command_explains_itself() -> None:
    def walk(command: Any, path: list[str]) -> None:
        result = CliRunner().invoke(main, [*path, "--help"])
        assert result.exit_code == 0
        assert command.help or path == [], path
        for name, child in getattr(command, "commands", {}).items():
            walk(child, [*path, name])

    walk(main, [])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_real_workbook_goes_from_file_to_record_to_gap_table_to_export(
    kind: str,
    shared: Path,
    real_workbook: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'real.sqlite3'}"
        engine = make_engine(url)
    else:
        url = request.getfixturevalue("empty_postgres")
        engine = make_engine(url)
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        move_to_mali(session, make_operation(session))
        session.commit()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CLUSTER4W_INSTANCE", str(tmp_path))

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)

    communes = shared / "mali" / "gazetteer_2016_adm3.csv"
    assert run("areas", "load", communes, "--country", "MLI", "--edition", "2016").exit_code in (0, 1)
    later = shared / "mali" / "gazetteer_2021.csv"
    assert run("areas", "load", later, "--country", "MLI", "--edition", "2021").exit_code in (0, 1)
    needs = run(
        "needs", "load", shared / "mali" / "hno_needs_2024_adm2.csv", "--operation", "test-2016",
        "--source", "HNO 2024", "--date", "2024-01-31", "--edition", "2021",
    )  # fmt: skip
    assert needs.exit_code in (0, 1), needs.output
    first = _json(run("import", real_workbook, "--operation", "test-2016", "--period", "2016-05", "--json"))
    _sums_hold(first["rows"])
    assert first["rows"]["read"] + first["rows"]["skipped"] == 24_088
    assert first["sheets"][0]["name"] == "ML_5W"
    assert len(first["sheets"][0]["columns"]) == 40
    assert all(c["key"] for c in first["sheets"][0]["columns"])
    assert first["rows"]["new"] > 50
    second = _json(run("import", real_workbook, "--operation", "test-2016", "--period", "2016-05", "--json"))
    assert (second["rows"]["new"], second["rows"]["changed"]) == (0, 0)
    table = _json(
        run(
            "gaps",
            "--operation",
            "test-2016",
            "--measure",
            "need",
            "--unit",
            "individual",
            "--format",
            "json",
        )
    )
    # The file has figures for 39 cercles and none for Kidal; they sum to its national figure.
    assert sum(1 for row in table["rows"] if row["in_need"] is not None) == 39
    assert table["total"]["in_need"] == 1_981_964
    assert sum(1 for row in table["rows"] if row["organisations"]) > 10
    out = tmp_path / "ocha.xlsx"
    exported = run(
        "export", out, "--operation", "test-2016", "--layout", "ocha-mali-5w", "--period", "2016-05"
    )
    assert exported.exit_code == 0, exported.output
    back = _json(run("check", out, "--operation", "test-2016", "--json"))
    assert back["rows"]["unchanged"] == back["rows"]["read"] == first["rows"]["new"]
    engine.dispose()
