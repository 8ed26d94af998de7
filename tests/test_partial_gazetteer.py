"""Where only some communes are known, a strange commune is kept as typed, never refused, never guessed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.check import Check, check_file
from cluster4w.models import Area, Operation
from cluster4w.record.queries.areas import load_gazetteer

HEADERS = (
    "Organisation;Sigle;Sous-secteur;Activité;Région;Cercle;Commune;Code commune;Mois;Statut;Groupe;Ménages"
)


@pytest.fixture
def partial(session: orm.Session, operation: Operation) -> Operation:
    """The small operation, its communes as shipped with the product."""
    session.execute(sa.update(Area).where(Area.level == 3).values(origin="shipped"))
    return operation


def _check(session: orm.Session, operation: Operation, commune: str, code: str = "") -> Check:
    row = f"Association Alpha;ONG-A;BNA;Kit BNA de base;Mopti;Bankass;{commune};{code};2016-05;Achevé;PDI;12"
    data = f"{HEADERS}\n{row}\n".encode()
    return check_file(session, operation, data, "alpha.csv", agency=None, month=None)


def _codes(check: Check) -> set[str]:
    return {f.code for f in check.findings}


def test_a_level_is_partial_until_a_file_is_loaded(session: orm.Session, partial: Operation) -> None:
    assert load_gazetteer(session, partial.edition_id).partial == {3}
    session.execute(sa.update(Area).where(Area.pcode == "ML050201").values(origin="file"))
    assert load_gazetteer(session, partial.edition_id).partial == frozenset()


def test_a_strange_commune_is_kept_as_typed_at_cercle_level(session: orm.Session, partial: Operation) -> None:
    check = _check(session, partial, "Ouonkoro")
    (row,) = check.rows
    assert row.state == "clean"
    assert row.values["adm2_pcode"] == "ML0502"
    assert row.values["adm3_name"] == "Ouonkoro"
    assert "adm3_pcode" not in row.values
    assert "area.level_not_loaded" in _codes(check)


def test_a_near_spelling_is_not_taken_for_a_known_commune(session: orm.Session, partial: Operation) -> None:
    (row,) = _check(session, partial, "Bayye").rows
    assert row.values["adm3_name"] == "Bayye"
    assert "adm3_pcode" not in row.values


def test_a_known_commune_is_taken(session: orm.Session, partial: Operation) -> None:
    (row,) = _check(session, partial, "baye").rows
    assert (row.values["adm3_pcode"], row.values["adm3_name"]) == ("ML050202", "Baye")


def test_a_known_code_still_has_to_agree_with_the_name(session: orm.Session, partial: Operation) -> None:
    check = _check(session, partial, "Ouonkoro", "ML050101")
    assert check.rows[0].state == "with_errors"


def test_with_every_commune_loaded_a_strange_one_is_an_error(
    session: orm.Session, operation: Operation
) -> None:
    check = _check(session, operation, "Ouonkoro")
    assert check.rows[0].state == "with_errors"
    assert "area.unknown" in _codes(check)
