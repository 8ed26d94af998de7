"""What no single cell shows: figures unlike the others, runs of figures, spellings, personal data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.findings import WORDS, Finding, message
from cluster4w.intake.judging.outliers import Usual, judged, unlike_before, unlike_column
from cluster4w.intake.judging.patterns import odd_cells, patterns
from cluster4w.intake.judging.sheet_rows import by_sheet
from cluster4w.intake.one_row import check_row
from cluster4w.models import Operation
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.figures import Figures, reported_figures
from cluster4w.record.queries.organisations import agencies
from cluster4w.template.declaration import shipped
from cluster4w.template.language import translator
from cluster4w.template.rules import Severity
from tests.books import book, row
from tests.checks import checked, codes, found, sums_hold
from tests.record_rows import ROW as RECORDED

TEMPLATE = shipped()
#: Figures as a partner's months bring them: none round, none the same.
USUAL = (113, 87, 141, 95, 122, 78, 164, 109, 131, 102)


def a_row(number: int, comparison: str = "new", **values: Any) -> CheckedRow:
    """Return a row of a file; its month is May 2016 unless it says another."""
    return CheckedRow("4W", number, "clean", comparison, None, 1, {"period": "2016-05", **values})


def column(key: str, figures: Sequence[Any], **values: Any) -> list[CheckedRow]:
    """Return rows with these figures, one below the other."""
    return [a_row(n, **{key: figure}, **values) for n, figure in enumerate(figures, 2)]


def shown(
    rows: Sequence[CheckedRow], keys: Sequence[str] = ("first_time_assisted",)
) -> list[tuple[Any, ...]]:
    """Return code, column and rows of the patterns; every one fills its sentence."""
    found_ = []
    for pattern in patterns(by_sheet(rows), TEMPLATE, {"4W": keys}):
        params = {**pattern.params, "ranges": "2-9"}
        finding = Finding(Severity.INFO, pattern.code, key=pattern.key, value=pattern.value, params=params)
        texts = {language: message(finding, translator(language)) for language in ("fr", "en")}
        assert all("%(" not in text and text.endswith(".") for text in texts.values()), texts
        found_.append((pattern.code, pattern.key, pattern.rows))
    return found_


# --- figures that follow one another ----------------------------------------------------------


def test_a_run_of_figures_is_one_finding_and_what_is_usual_is_none() -> None:
    households, people = "households_reached", "individuals_reached"
    six = tuple(range(2, 8))
    cases: list[tuple[list[CheckedRow], list[tuple[Any, ...]]]] = [
        (column(households, USUAL), []),
        # The same figure down the column.
        (column(households, [137] * 6), [("figures.filled_down", households, six)]),
        (column(households, [137] * 5), []),
        (
            column(households, [137] * 3 + [None] + [137] * 3),
            [("figures.filled_down", households, (2, 3, 4, 6, 7, 8))],
        ),
        (column(households, [137] * 3 + [99] + [137] * 3), []),
        # Small and round figures are shared out evenly.
        (column(households, [12] * 8), []),
        (column(households, [50] * 8), []),
        # The people of the same households are said once.
        (column(households, [137] * 6, **{people: 685}), [("figures.filled_down", households, six)]),
        # The same households in every month are no copy.
        ([a_row(n, households_reached=137, period=f"2016-0{n}") for n in range(1, 9)], []),
        # What is repeated as a whole is said already.
        ([a_row(n, "repeated", households_reached=137) for n in range(2, 10)], []),
        # A dragged cell.
        (column(people, range(137, 143)), [("figures.counted_up", people, six)]),
        (column(people, [1, 2, 3, 5, 6, 7, 8]), []),
        # Round hundreds: a run, or most of the column.
        (column(households, [100, 300, 200, 500, 400, 900, 57]), [("figures.rounded", households, six)]),
        (column(households, [100, 300, 200, 500, 400, 57]), []),
        (
            column(households, [100, 57, 300, 200, 63, 500, 400, 81, 900, 700]),
            [("figures.rounded", households, (2, 4, 5, 7, 8, 10, 11))],
        ),
        (column(households, [100, 57, 300, 200, 63, 500, 77, 81, 900, 93]), []),
        # Households say it for their people.
        (
            column(households, [100, 300, 200, 500, 400, 900], **{people: 500}),
            [("figures.rounded", households, six)],
        ),
    ]
    for rows, expected in cases:
        assert shown(rows) == expected, [r.values for r in rows]


def test_long_columns_of_one_figure_are_no_work() -> None:
    rows = column("households_reached", [137] * 30_000)
    ((code, _, numbers),) = shown(rows)
    assert (code, len(numbers)) == ("figures.filled_down", 30_000)


def test_each_sheet_is_looked_at_by_itself() -> None:
    rows = column("households_reached", [137] * 3)
    other = [CheckedRow("NFI", r.number, r.state, r.comparison, None, 1, r.values) for r in rows]
    assert list(patterns(by_sheet([*rows, *other]), TEMPLATE, {"4W": (), "NFI": ()})) == []


# --- who, when first, personal data -----------------------------------------------------------


def test_what_rows_say_of_their_organisation_and_of_persons_is_one_finding_a_column() -> None:
    own = {"org_acronym": "ONG-A", "org_name": "Association Alpha"}
    cases: list[tuple[dict[str, Any], str]] = [
        (own | {"implementing_partner": "ong a"}, "who.partner_is_self"),
        (own | {"implementing_partner": "Association ALPHA"}, "who.partner_is_self"),
        (own | {"implementing_partner": "ONG-B"}, ""),
        (own | {"donor": "Association Alpha"}, "who.donor_is_self"),
        (own | {"donor": "ECHO"}, ""),
        ({"implementing_partner": "ONG-A"}, ""),
        ({"comments": "Appeler Awa au 76 12 34 56"}, "personal.in_text"),
        ({"comments": "contact : +223 76123456"}, "personal.in_text"),
        ({"comments": "awa.t@ong-a.example"}, "personal.in_text"),
        ({"site_name": "Camp du chef, tél 76123456"}, "personal.in_text"),
        ({"comments": "Distribution du 05-06-2016 au 07-06-2016, 12 345 678 FCFA"}, ""),
        ({"comments": "ML05020112, 2016-05-12, 120/600, lot 20160512"}, ""),
        # Contacts have columns of their own, which never leave the cluster.
        ({"contact_phone": "76 12 34 56", "contact_email": "a@b.example"}, ""),
    ]
    for values, code in cases:
        said = shown([a_row(2, **values), a_row(3), a_row(5, **values)])
        assert [(c, n) for c, _, n in said] == ([(code, (2, 5))] if code else []), values


def test_a_file_without_a_column_for_the_first_time_is_told_once_whom_it_leaves_out() -> None:
    done: dict[str, Any] = {"activity_type": "tent", "status": "completed", "households_reached": 5}
    cases = [
        (done, True),
        (done | {"activity_type": "training"}, False),
        (done | {"status": "planned"}, False),
        (done | {"households_reached": 0}, False),
    ]
    for values, expected in cases:
        rows = [a_row(2, **values), a_row(3, **values)]
        assert shown(rows, keys=()) == (
            [("first_time.no_column", "first_time_assisted", (2, 3))] if expected else []
        ), values
        assert shown(rows, keys=("first_time_assisted",)) == []


# --- the cells of a column --------------------------------------------------------------------


def test_the_cells_of_a_column_are_looked_at_together() -> None:
    cases: list[tuple[str, dict[Any, Any], list[tuple[str, int]]]] = [
        ("households_reached", {120.0: 120, "130": 130, "1 200": 1200}, [("numbers.as_text", 2)]),
        ("households_reached", {120.0: 120, "douze": None, "-": None}, []),
        # A file of text only: csv has no other.
        ("households_reached", {"130": 130, "140": 140}, []),
        ("site_name", {"Camp A": "Camp A", "camp  a": "camp a"}, [("text.blanks", 1), ("text.variants", 1)]),
        ("site_name", {"Sévaré": "Sévaré", "SEVARE": "SEVARE", "Mopti": "Mopti"}, [("text.variants", 1)]),
        ("site_name", {"Sévaré": "Sévaré", "Mopti": "Mopti"}, []),
        ("adm3_name", {"Bankass ": "Bankass", "BANKASS": "BANKASS"}, [("text.blanks", 1)]),
        ("contact_name", {"Awa": "Awa", "AWA": "AWA"}, []),
    ]  # fmt: skip
    for key, cells, expected in cases:
        said = list(odd_cells("4W", TEMPLATE.column(key), cells))
        assert [(p.code, p.params["count"]) for p in said] == expected, cells
        for pattern in said:
            text = message(Finding(Severity.INFO, pattern.code, params=pattern.params), translator("fr"))
            assert "%(" not in text, text
            assert WORDS[pattern.code].severity is Severity.INFO


# --- unlike the others ------------------------------------------------------------------------


def test_what_is_usual_is_known_from_eight_figures_and_not_moved_by_one_big_month() -> None:
    assert Usual.of(USUAL[:7], 8) is None
    usual = Usual.of(USUAL, 8)
    assert usual is not None
    assert (usual.count, usual.low, usual.high) == (10, 78, 164)
    assert math.isclose(usual.mean, sum(USUAL) / 10)
    with_big = Usual.of([*USUAL, 5000], 8)
    assert with_big is not None
    assert with_big.spread <= usual.spread * 1.5, "one big month does not hide the next"
    same = Usual.of([100] * 8, 8)
    assert same is not None
    assert same.deviations(150) < 3 < same.deviations(1000)


def test_a_figure_far_from_the_organisation_s_own_is_said_with_mean_and_range() -> None:
    def history(figures: Sequence[int], organisation: int = 1, kind: str = "tent") -> list[Figures]:
        return [Figures(organisation, kind, None, figure, None, None) for figure in figures]

    def unlike(figure: Any, before: list[Figures], **values: Any) -> list[tuple[str, dict[str, Any]]]:
        rows = judged([a_row(2, activity_type="tent", households_reached=figure, **values)])
        return [(key, params) for _, key, params in unlike_before(rows, before, TEMPLATE)]

    ((key, params),) = unlike(1200, history(USUAL))
    assert key == "households_reached"
    assert {k: params[k] for k in ("a", "count", "low", "high", "mean")} == {
        "a": 1200, "count": 10, "low": 78, "high": 164, "mean": 114,
    }  # fmt: skip
    assert unlike(11, history(USUAL)), "a digit too few is as far"
    for figure in (0, None, 60, 120, 250):
        assert unlike(figure, history(USUAL)) == [], figure
    assert unlike(1200, history(USUAL[:7])) == [], "too few to say"
    assert unlike(1200, history(USUAL, organisation=2)) == [], "another organisation's"
    assert unlike(1200, history(USUAL, kind="training")) == [], "another activity"
    assert unlike(1200, history([*USUAL, 1300])) == [], "it has happened before"
    unchanged = a_row(2, "unchanged", activity_type="tent", households_reached=1200)
    assert judged([unchanged]) == [], "what is recorded already was accepted"


def test_quantities_are_compared_within_their_unit_and_a_row_is_named_once() -> None:
    before = [Figures(1, "tent", "piece", f, f * 5, f * 3.0) for f in USUAL]
    pieces = a_row(2, activity_type="tent", unit="piece", quantity=9000.0)
    kits = a_row(3, activity_type="tent", unit="kit", quantity=9000.0)
    both = a_row(4, activity_type="tent", households_reached=9000, individuals_reached=45000)
    said = [(r.number, key) for r, key, _ in unlike_before([pieces, kits, both], before, TEMPLATE)]
    assert said == [(2, "quantity"), (4, "households_reached")]


def test_a_figure_far_from_the_rest_of_its_column_is_said_unless_it_is_in_doubt_already() -> None:
    rows = column("households_reached", [*USUAL * 3, 9000, 1], individuals_reached=600)
    said = [(r.number, key, params["a"]) for r, key, params in unlike_column(by_sheet(rows), {})]
    assert said == [(33, "households_reached", 1), (32, "households_reached", 9000)]
    assert [r.number for r, _, _ in unlike_column(by_sheet(rows), {("4W", 32): None})] == [33]
    assert list(unlike_column(by_sheet(rows[-29:]), {})) == [], "too few to say"
    below_zero = column("households_reached", [-5] * 40)
    assert list(unlike_column(by_sheet(below_zero), {})) == [], "no figure that could be usual or not"
    many = column("households_reached", [*USUAL * 6, *range(9000, 9015)])
    assert len(list(unlike_column(by_sheet(many), {}))) == 10, "the most extreme are enough"


def test_the_whole_check_says_them_at_their_cells(session: orm.Session, operation: Operation) -> None:
    agency = next(a for a in agencies(session, operation) if a.acronym == "OIM")
    past = [Change(agency.id, RECORDED | {"period": "2016-04", "households_reached": f}) for f in USUAL]
    record_versions(session, operation, past, actor=None)
    assert len(list(reported_figures(session, operation, {agency.id}, {"core_nfi_kit"}))) == len(USUAL)
    assert list(reported_figures(session, operation, {agency.id}, {"tent"})) == []
    check = checked(session, operation, book(row(Ménages=1200, Individus=6000), row(Commune="Bankass")))
    finding = found(check, "figures.unlike_history")
    assert (finding.row, finding.column, finding.value, finding.severity) == (2, "L", "1200", "warning")
    assert codes(check) == ["figures.unlike_history"]
    assert [r.state for r in check.rows] == ["with_warnings", "clean"]
    first = found(check, "first_time.no_column")
    assert (first.row, first.severity, first.params["count"], first.params["ranges"]) == (2, "info", 2, "2-3")
    sums_hold(check)


def test_a_severity_of_error_blocks_the_row_of_an_unusual_figure(
    session: orm.Session, operation: Operation
) -> None:
    operation.severities = {"figures.counted_up": "error", "figures.outlier": "error"}
    months = ("mars 2016", "avril 2016", "mai 2016")
    rows = [row(Mois=m, Ménages=f, Individus=f * 5) for m in months for f in USUAL]
    check = checked(session, operation, book(*rows, row(Ménages=9000, Individus=45000)))
    assert found(check, "figures.outlier").row == 32
    assert [r.number for r in check.rows if r.state == "with_errors"] == [32]
    sums_hold(check)


def test_the_form_asks_about_an_unusual_figure_as_a_file_does(
    session: orm.Session, operation: Operation
) -> None:
    agency = next(a for a in agencies(session, operation) if a.acronym == "OIM")
    past = [Change(agency.id, RECORDED | {"period": "2016-04", "households_reached": f}) for f in USUAL]
    record_versions(session, operation, past, actor=None)
    typed = RECORDED | {"first_time_assisted": "oui", "households_targeted": 1300, "individuals_reached": ""}
    cells: dict[str, Any] = {k: v for k, v in typed.items() if k not in ("cluster", "sub_sector")}
    for households, expected in ((1200, ["figures.unlike_history"]), (120, [])):
        said = check_row(
            session, operation, agency, cells | {"households_reached": households}, language="fr"
        )
        assert [f.code for f in said.warnings] == expected
        assert said.errors == ()
