"""Figures of several population groups in one row of a file."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.headers.mapping_file import as_aliases, read_mapping, write_mapping
from cluster4w.intake.submit import record_check
from cluster4w.models import Operation
from cluster4w.publish.annotated.annotate import annotate, of_check
from cluster4w.template.declaration import shipped
from cluster4w.template.problems import Refusal
from cluster4w.template.targets import Target, parse_target, target_labels
from tests.books import HEADERS, ROW, sheet
from tests.checks import checked, codes, found, sums_hold
from tests.pages import parse, text_of
from tests.sending import own, sent, title

#: Columns of a wide table before its figures, and their cells.
BASE, CELLS = HEADERS[:10], ROW[:10]
BLANK = ("",) * 10
ELSEWHERE = ("Gao", "Ansongo", "Bara")


def targets(check: Check) -> list[str | None]:
    """Return what the columns behind the first ten were taken for."""
    return [c.target for c in check.sheets[0].columns[10:]]


def figures(check: Check) -> list[tuple[int, str | None, dict[str, Any]]]:
    """Return row number, population group and figures of every row that was read."""
    return [
        (
            r.number,
            str(r.values.get("population_group")),
            {k: v for k, v in r.values.items() if k.endswith(("_reached", "_targeted"))},
        )
        for r in check.rows
    ]


def record(session: orm.Session, operation: Operation, check: Check) -> None:
    record_check(session, operation, check, actor=None, origin="command")
    session.flush()


def outcome(check: Check) -> tuple[int, int, int, int]:
    """Return how many rows are new, changed, unchanged and no longer there."""
    c = check.counts
    return c.new, c.changed, c.unchanged, c.vanished


#: Rows of labels, merged blocks, and what the columns behind the first ten are ("" is not looked at).
LAYOUTS: dict[str, tuple[list[Any], list[str], list[str]]] = {
    "flat": (
        [(*BASE, "PDI atteints", "# of Returnees", "Communauté hôte (atteints)")],
        [],
        ["idps_reached", "returnees_reached", "host_reached"],
    ),
    "flat, with sexes": (
        [(*BASE, "PDI - Femmes (atteints)", "PDI - Hommes (atteints)", "Host: girls (<18)", "IDPs")],
        [],
        ["idps_women_reached", "idps_men_reached", "host_girls_reached", "idps_reached"],
    ),
    "two rows, a group written once": (
        [
            (*BLANK, "PDI", "", "Retournés", "", "Total", ""),
            (*BASE, *("Femmes", "Hommes") * 2, "Individus", "Ménages"),
        ],
        [],
        [
            "idps_females_reached", "idps_males_reached", "returnees_females_reached",
            "returnees_males_reached", "individuals_reached", "households_reached",
        ],
    ),
    "one group, and a total behind it": (
        [(*BLANK, "PDI", *[""] * 3, "Total individus"), (*BASE, "Femmes", "Hommes", "Filles", "Garçons", "")],
        ["O1:O2"],
        ["idps_women_reached", "", "", "", "individuals_reached"],
    ),
    "letters, ages, and what nobody knows": (
        [
            (*BLANK, "PDI", *[""] * 5, "Hôtes", ""),
            (*BASE, "F", "H", "Filles (<18 ans)", "Garçons 0-17 ans", "Total", "Taux", "18-59 ans", "Note"),
        ],
        ["K1:P1", "Q1:R1"],
        [
            "idps_women_reached", "idps_men_reached", "idps_girls_reached", "idps_boys_reached",
            "idps_reached", "-", "-", "",
        ],
    ),
    "letters below groups written once": (
        [(*BLANK, "PDI", "", "Retournés", ""), (*BASE, *("F", "H") * 2)],
        [],
        [f"{group}_{sex}_reached" for group in ("idps", "returnees") for sex in ("females", "males")],
    ),
    "a total behind the last group": (
        [(*BLANK, "PDI", "", "Retournés", "", ""), (*BASE, *("Femmes", "Hommes") * 2, "Total individus")],
        [],
        ["idps_females_reached", "", "", "returnees_males_reached", "individuals_reached"],
    ),
    "a month over all figures is no column of months": (
        [(*BLANK, "Mai 2016", ""), (*BASE, "Ménages", "Individus")],
        ["K1:L1"],
        ["households_reached", "individuals_reached"],
    ),
    "three rows, merged": (
        [
            (*BASE, "Ciblés", "", "", "", "Atteints", "", "", ""),
            (*BLANK, *("PDI", "", "Retournés", "") * 2),
            (*BLANK, *("Ménages", "Individus") * 4),
        ],
        ["K1:N1", "O1:R1", "K2:L2", "M2:N2", "O2:P2", "Q2:R2", *(f"{c}1:{c}3" for c in "ABCDEFGHIJ")],
        [
            "idps_households_targeted", "idps_targeted", "returnees_households_targeted",
            "returnees_targeted", "idps_households_reached", "idps_reached",
            "returnees_households_reached", "returnees_reached",
        ],
    ),
    "the figure above, the groups below": (
        [(*BLANK, "Ménages ciblés", "", "Ménages atteints", ""), (*BASE, *("IDPs", "Host") * 2)],
        [],
        [
            "idps_households_targeted", "host_households_targeted", "idps_households_reached",
            "host_households_reached",
        ],
    ),
    "the side below": (
        [(*BASE, "PDI", "Retournés"), (*BLANK, "ciblés", "atteints")],
        [],
        ["idps_targeted", "returnees_reached"],
    ),
}  # fmt: skip


def test_a_wide_table_is_understood_whatever_way_its_labels_are_laid_out(
    session: orm.Session, operation: Operation
) -> None:
    for name, (rows, merged, expected) in LAYOUTS.items():
        width = len(rows[0]) - 10
        check = checked(session, operation, sheet(*rows, (*CELLS, *range(1, width + 1)), merged=merged))
        told = zip(targets(check), expected, strict=True)
        assert [t or "-" for t, e in told if e] == [e for e in expected if e], name
        assert {c.month for c in check.sheets[0].columns} == {""}
        assert check.rows
        sums_hold(check)


def test_what_is_not_wholly_understood_is_never_taken_for_a_group(
    session: orm.Session, operation: Operation
) -> None:
    for headers in (
        ("PDI",),
        ("Nouveaux PDI", "Nouveaux retournés"),
        ("Garçons PDI (<5)", "Filles PDI (<5)"),
        ("PDI et retournés", "Autres"),
        ("Toits (hors PDI)", "Hors retournés", "Personnes touchées (autres que PDI)"),
    ):
        check = checked(session, operation, sheet((*HEADERS, *headers), (*ROW, *range(1, len(headers) + 1))))
        assert [c.target for c in check.sheets[0].columns[13:]] == [None] * len(headers), headers
        assert len(check.rows) == 1


def test_a_row_becomes_one_line_for_each_group_with_figures_and_stays_the_same_when_it_comes_again(
    session: orm.Session, operation: Operation
) -> None:
    header = (*BASE, "PDI atteints", "Retournés atteints", "Hôtes atteints", "Observations")
    second = (*CELLS[:5], *ELSEWHERE, *CELLS[8:], 0, "-", 30, "route coupée")
    check = checked(session, operation, sheet(header, (*CELLS, 100, 50, "", ""), second))
    sums_hold(check)
    assert figures(check) == [
        (2, "idps", {"individuals_reached": 100}),
        (2, "returnees", {"individuals_reached": 50}),
        (3, "idps", {"individuals_reached": 0}),
        (3, "host", {"individuals_reached": 30}),
    ]
    assert [r.values.get("comments") for r in check.rows] == [None, None, "route coupée", "route coupée"]
    parted = found(check, "rows.parted")
    assert (parted.params["rows"], parted.params["records"]) == (2, 4)
    assert codes(check) == []
    record(session, operation, check)
    assert outcome(checked(session, operation, check.content)) == (0, 0, 4, 0)
    edited = checked(session, operation, sheet(header, (*CELLS, 100, 51, "", ""), second))
    assert outcome(edited) == (0, 1, 3, 0)
    assert [r.before for r in edited.rows if r.comparison == "changed"] == [{"individuals_reached": 50}]
    fewer = checked(session, operation, sheet(header, (*CELLS, 100, "", "", ""), second))
    assert outcome(fewer) == (0, 0, 3, 1)


def test_totals_beside_groups_are_checked_and_never_counted_twice_nor_divided(
    session: orm.Session, operation: Operation
) -> None:
    header = (*BASE, "PDI atteints", "Retournés atteints", "Individus", "Ménages", "Femmes adultes", "ID")
    rows = [
        (*CELLS, 10, 20, 30, 6, 7, "p1"),
        (*CELLS[:5], *ELSEWHERE, *CELLS[8:], 10, 20, 31, 6, "", ""),
        (*CELLS[:5], "Mopti", "Bandiagara", "Bandiagara", *CELLS[8:], 40, "", 40, 8, 9, ""),
    ]
    check = checked(session, operation, sheet(header, *rows))
    sums_hold(check)
    assert figures(check) == [
        (2, "idps", {"individuals_reached": 10}),
        (2, "returnees", {"individuals_reached": 20}),
        (3, "idps", {"individuals_reached": 10}),
        (3, "returnees", {"individuals_reached": 20}),
        # One group only: what the row says of all, it says of that one.
        (4, "idps", {"individuals_reached": 40, "households_reached": 8, "women_reached": 9}),
    ]
    assert [r.extra for r in check.rows] == [
        {"Ménages": "6", "Femmes adultes": "7", "ID": "p1"}, {}, {"Ménages": "6", "Individus": "31"}, {}, {},
    ]  # fmt: skip
    wrong = found(check, "figures.total_differs")
    assert (wrong.row, wrong.column, wrong.params["total"], wrong.params["sum"]) == (3, "M", "31", "30")
    undivided = {f.header: f.params["count"] for f in check.findings if f.code == "figures.not_divided"}
    assert undivided == {"Ménages": 2, "Femmes adultes": 1}
    record(session, operation, check)
    assert outcome(checked(session, operation, check.content)) == (0, 0, 5, 0)


def test_individuals_that_a_table_gives_by_sex_only_are_added_up(
    session: orm.Session, operation: Operation
) -> None:
    header = (*BASE, "PDI femmes", "PDI hommes", "Hôtes femmes", "Hôtes hommes")
    check = checked(session, operation, sheet(header, (*CELLS, 10, 12, 3, "")))
    (_, _, idps), (_, _, host) = figures(check)
    assert idps == {"females_reached": 10, "males_reached": 12, "individuals_reached": 22}
    # A part is not given: nobody knows the total, and the row waits for it.
    assert host == {"females_reached": 3}
    assert codes(check) == ["reached.missing"]
    assert found(check, "figures.added_up").key == "individuals_reached"
    mended = checked(session, operation, sheet(header, (*CELLS, 10, 12, 3, 0)))
    record(session, operation, mended)
    assert outcome(checked(session, operation, mended.content)) == (0, 0, 2, 0)


def test_a_row_without_any_figure_of_a_group_stays_one_row_that_lacks_its_group(
    session: orm.Session, operation: Operation
) -> None:
    header = (*BASE, "PDI atteints", "Retournés atteints", "Ménages")
    check = checked(session, operation, sheet(header, (*CELLS, "", "", 9), (*CELLS, 1, 2, "")))
    sums_hold(check)
    assert [(r.number, r.state) for r in check.rows] == [(2, "with_errors"), (3, "clean"), (3, "clean")]
    missing = found(check, "cell.missing")
    assert (missing.row, missing.key) == (2, "population_group")


def test_what_is_wrong_with_a_row_that_became_several_is_said_once(
    session: orm.Session, operation: Operation
) -> None:
    header = (*BASE, "PDI atteints", "Retournés atteints")
    bad = (*CELLS[:5], "Mopti", "Bankass", "Nulle part", *CELLS[8:], 10, "douze")
    check = checked(session, operation, sheet(header, bad, (*CELLS, "vingt", 10)))
    sums_hold(check)
    said = [(f.row, f.column, f.code) for f in check.findings if f.severity == "error"]
    assert said.count((2, "H", "area.unknown")) == 1
    assert (2, "L", "number.unreadable") in said
    assert [(r.number, r.state) for r in check.rows] == [
        (2, "with_errors"), (2, "with_errors"), (3, "with_errors"), (3, "clean"),
    ]  # fmt: skip
    out = io.BytesIO()
    annotate(of_check(check), out, language="fr")
    page: Any = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["4W"]
    status = [page.cell(number, 13).value for number in (2, 3)]
    assert status[1] is not None
    assert all(text and text != "OK" for text in status), "a row is as good as the worst of its lines"
    assert page["K3"].comment is not None
    assert page["L3"].comment is None
    # Sent back as it is, nothing that we added is read.
    again = checked(session, operation, out.getvalue())
    assert [(r.number, r.state) for r in again.rows] == [(r.number, r.state) for r in check.rows]


def test_the_pages_show_a_wide_file_and_send_it(client_for: Any) -> None:
    client = client_for("partner")
    cells = own()[:10]
    header = (*BASE, "PDI atteints", "Retournés atteints", "Toits servis")
    address = sent(client, sheet(header, (*cells, 10, 20, 3), (*cells[:5], *ELSEWHERE, *cells[8:], 1, 2, 3)))
    assert title(client.get(address)) == "mai.xlsx: 4 lines ready"
    page = client.get(f"{address}/colonnes")
    known = {
        text_of(r.find("th")).split(" ", 1)[1]: text_of(r)
        for r in parse(page.text).iter("tr")
        if r.find("td") is not None
    }
    assert "IDPs, individuals reached" in known["PDI atteints"]
    offered = [o for o in parse(page.text).iter("option") if o.get("value") == "host_households_reached"]
    assert text_of(offered[0]) == "Host community, households reached"
    taken = {o.get("value") for o in parse(page.text).iter("option")}
    assert "idps_reached" not in taken
    select = next(s for s in parse(page.text).iter("select") if s.get("name", "").startswith("c-"))
    client.post(f"{address}/colonnes", data={str(select.get("name")): "host_households_reached"})
    assert title(client.get(address)) == "mai.xlsx: 6 lines ready"
    assert "Host community, households reached" in client.get(f"{address}/colonnes").text
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert title(client.get(address)) == "mai.xlsx: 6 lines recorded"


# --- names of targets --------------------------------------------------------------------------------


def test_every_target_has_a_name_that_leads_back_to_it_and_words_in_both_languages() -> None:
    template = shipped()
    for target in (
        Target("individuals_reached", "idps"),
        Target("households_targeted", "returnees"),
        Target("female_headed_households_reached", "host"),
        Target("start_date", part="day"),
        Target("period", part="year"),
        Target("comments"),
    ):
        assert parse_target(target.name, template) == target
        assert set(target_labels(target, template)) >= {"fr", "en"}
    assert Target("individuals_reached", "idps").name == "idps_reached"
    assert target_labels(Target("individuals_reached", "idps"), template)["fr"] == "PDI, personnes atteintes"
    for name in ("martians_reached", "idps_comments", "start_date.hour", "status.day", "", "idps_"):
        assert parse_target(name, template) is None


def test_a_refusal_names_the_groups_that_it_found(session: orm.Session, operation: Operation) -> None:
    with pytest.raises(Refusal) as refusal:
        checked(session, operation, sheet(("PDI atteints", "Retournés ciblés", "Jour début"), (1, 2, 3)))
    assert refusal.value.code == "file.no_4w"
    assert "PDI, personnes atteintes" in refusal.value.params["found"]


def test_a_proposed_mapping_of_a_wide_table_says_the_same_when_it_is_read_again(
    session: orm.Session, operation: Operation
) -> None:
    template = shipped()
    rows = [
        (*BLANK, "PDI", "", "Hôtes", "", "", "Début", "", ""),
        (*BASE, *("Femmes", "Toits") * 2, "Retournés", "Jour", "Mois", "Année"),
        (*CELLS, 1, 2, 3, 4, 5, 6, "mai", 2016),
    ]
    check = checked(session, operation, sheet(*rows, merged=["K1:L1", "M1:N1", "P1:R1"]))
    before = targets(check)
    assert before[0] == "idps_women_reached"
    assert before[1] is None
    text = write_mapping(check, template, "en")
    assert 'header = "Toits"\nunder = "idps"\nkey = ""' in text
    assert 'key = "start_date.month"' in text
    told = text.replace('under = "idps"\nkey = ""', 'under = "idps"\nkey = "households_reached"')
    answers = as_aliases(read_mapping(told.encode(), template))
    again = checked(session, operation, check.content, answers=answers)
    assert targets(again) == [before[0], "idps_households_reached", *before[2:]]
    for bad in ("martians_reached", "start_date.hour", "idps_comments"):
        with pytest.raises(Refusal):
            read_mapping(f'[[column]]\nheader = "A"\nkey = "{bad}"'.encode(), template)
