"""Which column of the file is which column of the template."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.intake.headers.assign import map_columns, side
from cluster4w.intake.headers.map import Mapped, Vocabulary, detect_layout
from cluster4w.models import Alias, Operation
from cluster4w.record.queries.context import Learned
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.declaration import shipped
from tests.books import HEADERS, ROW, book
from tests.checks import checked, codes, found

TEMPLATE = shipped()
VOCABULARY = Vocabulary.of(TEMPLATE)
LAYOUTS = sorted(TEMPLATE.layouts)


def mapped(*headers: str, **options: Any) -> list[Mapped]:
    """Map these headers."""
    tags = options.get("tags", [""] * len(headers))
    above = [(group,) if group else () for group in options.get("groups", ())]
    return map_columns(headers, tags, VOCABULARY, options.get("confirmed", {}), above)


def told(header: str, tag: str = "") -> tuple[str | None, str, str | None]:
    """Return key, way and guess of a header that stands alone."""
    (column,) = mapped(header, tags=[tag])
    return column.key, column.how, column.guess


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_header_that_we_write_is_taken_as_we_wrote_it(name: str, language: str) -> None:
    layout = TEMPLATE.layout(name)
    columns = mapped(*[c.header_text(language) for c in layout.columns])
    assert [c.key for c in columns] == list(layout.keys)
    assert {c.how for c in columns} == {"label"}
    assert detect_layout(columns, VOCABULARY, None) is layout


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_told_by_nine_in_ten_of_its_headers(name: str) -> None:
    layout = TEMPLATE.layout(name)
    headers = [c.header_text("fr") for c in layout.columns]
    assert detect_layout(mapped(*headers[:-3]), VOCABULARY, None) is layout
    few = mapped(*headers[: len(headers) * 7 // 10])
    assert detect_layout(few, VOCABULARY, None) is None
    assert detect_layout(few, VOCABULARY, name) is layout, "a workbook of ours that says so needs fewer"


@pytest.mark.parametrize(
    ("header", "key", "how"),
    [
        ("Organisation Accronyme", "org_acronym", "label"),
        ("Sigle", "org_acronym", "alias"),
        ("SIGLE*", "org_acronym", "folded"),
        ("acronyme  organisation", "org_acronym", "folded"),
        ("REGION", "adm1_name", "folded"),
        ("Sous-secteur *", "sub_sector", "label"),
        ("Bailleur (choisir dans la liste)", "donor", "folded"),
        ("Cercle\nDistrict", "adm2_name", "folded"),
        ("Ménages ciblés / Households targeted", "households_targeted", "label"),
        ("Menages cibles", "households_targeted", "folded"),
        ("Groupe de population", "population_group", "label"),
        ("Types d’activites", "activity_type", "fuzzy"),
        ("Personnes attteintes", "individuals_reached", "fuzzy"),
    ],
)
def test_a_header_is_known_by_label_alias_folding_or_a_near_spelling(header: str, key: str, how: str) -> None:
    assert told(header) == (key, how, None)


@pytest.mark.parametrize("header", ["Prix du riz", "Observations du chauffeur", "Q", "12", "Colonne1"])
def test_a_header_that_nobody_knows_is_not_guessed(header: str) -> None:
    assert told(header) == (None, "none", None)


@pytest.mark.parametrize(
    ("headers", "targets"),
    [
        (
            ("Individus atteints", "dont femmes", "dont hommes", "dont filles", "dont garçons"),
            ("individuals_reached", "women_reached", "men_reached", "girls_reached", "boys_reached"),
        ),
        # Women and men alone are of any age; each run belongs to the total before it.
        (
            ("Individus ciblés", "dont femmes", "dont hommes",
             "Individus atteints", "(dont femmes)", "DONT hommes"),
            ("individuals_targeted", "females_targeted", "males_targeted",
             "individuals_reached", "females_reached", "males_reached"),
        ),
        (
            ("PDI atteints", "dont filles", "Retournés atteints", "y compris garçons"),
            ("idps_reached", "idps_girls_reached", "returnees_reached", "returnees_boys_reached"),
        ),
        (
            ("Individuals reached", "of which women (>=18)", "of whom girls",
             "including people with disabilities"),
            ("individuals_reached", "women_reached", "girls_reached", "disabled_reached"),
        ),
        (
            ("Ménages ciblés", "dont ménages dirigés par une femme"),
            ("households_targeted", "female_headed_households_targeted"),
        ),
        # Beside children, women are adults; of children the template knows girls and boys only.
        (
            ("Individus atteints", "dont femmes", "dont enfants"),
            ("individuals_reached", "women_reached", None),
        ),
        # Asked: of any age or not, women or households that they head.
        (("Individus atteints", "dont femmes"), ("individuals_reached", "females_reached?")),
        (("Ménages atteints", "dont femmes"), ("households_reached", "female_headed_households_reached?")),
        (
            ("Individus atteints", "dont femmes", "dont hommes", "Femmes atteintes"),
            ("individuals_reached", "females_reached?", "males_reached", "females_reached"),
        ),
        # Nobody can tell of which total, or it is no count.
        (
            ("Individus atteints", "Ménages atteints", "dont filles"),
            ("individuals_reached", "households_reached", None),
        ),
        (("Individus atteints", "Cercle", "dont filles"), ("individuals_reached", "adm2_name", None)),
        (("Individus atteints", "", "dont filles"), ("individuals_reached", None)),
        (("Individus atteints", "dont % filles", "dont PDI"), ("individuals_reached", None, None)),
        (("Individus atteints", "dont filles ciblées"), ("individuals_reached", "girls_targeted?")),
        (("Cercle", "dont femmes"), ("adm2_name", None)),
        (("dont femmes", "Individus atteints"), (None, "individuals_reached")),
    ],
)  # fmt: skip
def test_a_part_belongs_to_the_total_right_before_it_or_is_asked(
    headers: tuple[str, ...], targets: tuple[str | None, ...]
) -> None:
    found = [c.target or (f"{c.guess}?" if c.guess else None) for c in mapped(*headers)]
    assert tuple(found) == targets


def test_a_doubtful_header_is_asked_not_taken() -> None:
    assert told("Groupes populations") == (None, "doubtful", "population_group")


def test_age_limits_are_never_bridged_by_a_near_spelling() -> None:
    columns = mapped("Garçons (<18)", "Garçons (<5)")
    assert columns[0].key != "boys_reached" or columns[0].how != "fuzzy"
    assert columns[1].key is None
    assert columns[1].guess is None


def test_a_tag_wins_over_an_alias_and_its_attributes_stand_in_any_order() -> None:
    assert told("Organisation", "#org+funding+name") == ("donor", "hxl", None)
    assert told("Kungiyar", "#ORG +acronym+reporting") == ("org_acronym", "hxl", None)
    assert told("Sigle", "#strange+tag") == ("org_acronym", "alias", None)


def test_an_exact_label_wins_over_a_tag() -> None:
    assert told("Région", "#adm2+name") == ("adm1_name", "label", None)


def test_of_two_columns_for_one_key_the_surer_one_is_taken() -> None:
    columns = mapped("menages cibles", "Région", "Ménages ciblés", "Households targeted")
    assert [(c.key, c.how, c.guess) for c in columns] == [
        (None, "duplicate", "households_targeted"),
        ("adm1_name", "label", None),
        ("households_targeted", "label", None),
        (None, "duplicate", "households_targeted"),
    ]


def test_what_the_organisation_confirmed_wins_over_everything() -> None:
    said = {"prix du riz": "comments", "sigle": "project_code", "gone": "no_such_column"}
    confirmed = {("", header): Learned(key, 1) for header, key in said.items()}
    columns = mapped("Prix du riz", "Sigle", "Gone", confirmed=confirmed)
    assert [(c.key, c.how) for c in columns] == [
        ("comments", "confirmed"),
        ("project_code", "confirmed"),
        (None, "none"),
    ]


def test_blank_columns_between_others_shift_nothing() -> None:
    columns = mapped("Région", "", "Cercle")
    assert [(c.index, c.key) for c in columns] == [(0, "adm1_name"), (2, "adm2_name")]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Ciblés", "targeted"), ("PLANIFIÉ", "targeted"), ("Reached", "reached"),
        ("Personnes atteintes", "reached"),
        ("Ciblés et atteints", ""), ("Matrice 4W des activités planifiées en mai", ""), ("QUI", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_group_says_whether_figures_are_targeted_or_reached(label: str, said: str) -> None:
    assert side(label) == said


def test_the_same_headers_under_two_groups_are_two_pairs_of_columns() -> None:
    headers = ("Région", "Ménages", "Individus", "Ménages", "Femmes", "Ménages atteints")
    groups = ("OÙ", "Ciblés", "Ciblés", "Atteints", "Ciblées", "Ciblés")
    assert [c.key for c in mapped(*headers, groups=groups)] == [
        "adm1_name", "households_targeted", "individuals_targeted", None, "women_targeted",
        "households_reached",
    ]  # fmt: skip
    assert [c.key for c in mapped("Ménages", "Ménages", groups=("Ciblés", "Atteints"))] == [
        "households_targeted",
        "households_reached",
    ]


def test_columns_that_are_not_sure_are_said_and_their_values_kept(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Prix du riz", "Bailleurs fond", "Nb ménages")
    check = checked(session, operation, book((*ROW, 350, "ECHO", 7), headers=headers))
    assert codes(check) == ["column.doubtful", "column.duplicate"]
    unknown = found(check, "column.unmapped")
    assert (unknown.row, unknown.column, unknown.header) == (1, "N", "Prix du riz")
    twice = found(check, "column.duplicate")
    assert (twice.column, twice.params["other"]) == ("P", "Ménages")
    (row,) = check.rows
    assert row.values["households_reached"] == 120
    assert row.extra == {"Prix du riz": "350", "Bailleurs fond": "ECHO", "Nb ménages": "7"}


def test_a_doubtful_column_that_takes_the_place_of_a_needed_one_blocks_its_rows(
    session: orm.Session, operation: Operation
) -> None:
    headers = tuple("Les mois rapportés" if h == "Mois" else h for h in HEADERS)
    check = checked(session, operation, book(ROW, headers=headers))
    assert "period.not_given" in codes(check)
    assert check.counts.with_errors == 1
    assert checked(session, operation, book(ROW, headers=headers), month="2016-05").counts.with_errors == 0


def test_every_needed_column_that_is_missing_is_named_once(
    session: orm.Session, operation: Operation
) -> None:
    kept = [
        i for i, h in enumerate(HEADERS) if h not in ("Activité", "Statut", "Acronyme", "Nom Organisation")
    ]
    rows = [tuple(ROW[i] for i in kept)] * 3
    check = checked(session, operation, book(*rows, headers=tuple(HEADERS[i] for i in kept)))
    missing = {f.key for f in check.findings if f.code == "column.missing"}
    assert missing == {"activity_type", "status", "org_acronym"}
    assert len([f for f in check.findings if f.code == "column.missing"]) == 3
    assert check.counts.with_errors == 3


def test_a_confirmed_mapping_is_remembered_for_its_organisation_only(
    session: orm.Session, operation: Operation
) -> None:
    oim, hcr = (get_agency(session, operation, acronym) for acronym in ("OIM", "HCR"))
    session.add(
        Alias(
            operation_id=operation.id, kind="column", folded="coucou", typed="Coucou",
            target="households_reached", organisation_id=oim.id,
        )
    )  # fmt: skip
    session.flush()
    headers = ("Coucou" if h == "Ménages" else h for h in HEADERS)
    data = book(ROW, headers=tuple(headers))
    check = checked(session, operation, data, agency=oim)
    assert check.rows[0].values["households_reached"] == 120
    assert {c.header: c.how for c in check.sheets[0].columns}["Coucou"] == "confirmed"
    other = checked(session, operation, data, agency=hcr)
    assert "households_reached" not in other.rows[0].values
    assert "column.unmapped" in {f.code for f in other.findings}


def test_a_figure_whose_brackets_speak_of_groups_is_asked_where_they_are_not_understood() -> None:
    assert told("Ménages (hors PDI)") == (None, "doubtful", "households_reached")
    assert told("Ménages (PDI et hôtes)") == (None, "doubtful", "households_reached")
    assert told("Ménages (total)") == ("households_reached", "folded", None)
    assert told("Type de bénéficiaires (PDI, retournés, hôtes)") == ("population_group", "folded", None)
