"""The template is declared once, complete in both languages, and contradicts itself nowhere."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import python_calamine

from cluster4w.models import Activity
from cluster4w.record.values import IDENTITY_KEY, ORGANISATION_KEYS, stored_keys
from cluster4w.template.completion import complete
from cluster4w.template.declaration import DeclarationError, parse, shipped, shipped_declaration
from cluster4w.template.fingerprint import Printer
from cluster4w.template.kinds import Kind, Value, from_json, to_json
from cluster4w.template.language import LANGUAGES
from cluster4w.template.lists import CountingRule
from cluster4w.template.text import clean, fold, fold_header

TEMPLATE = shipped()


def test_an_operation_can_keep_the_declaration_as_json() -> None:
    raw = json.loads(json.dumps(shipped_declaration()))
    assert parse(raw) == TEMPLATE


def test_every_label_is_there_in_every_language() -> None:
    for column in TEMPLATE.columns:
        assert set(column.labels) == set(LANGUAGES), column.key
        assert not column.help or set(column.help) == set(LANGUAGES), column.key
    for choices in TEMPLATE.lists.values():
        for choice in choices:
            assert set(choice.labels) == set(LANGUAGES), (choices.name, choice.key)


def test_no_header_text_names_two_columns() -> None:
    owners: dict[str, str] = {}
    for column in TEMPLATE.columns:
        for text in (*column.labels.values(), *column.aliases):
            assert owners.setdefault(fold_header(text), column.key) == column.key, text


def test_no_spelling_names_two_choices_of_a_list() -> None:
    for choices in TEMPLATE.lists.values():
        owners: dict[str, str] = {}
        for choice in choices:
            for spelling in choice.spellings():
                assert owners.setdefault(fold(spelling), choice.key) == choice.key, (choices.name, spelling)


def test_every_activity_type_says_sub_sector_unit_and_counting_rule() -> None:
    assert len(TEMPLATE.activity_types) >= 15
    for choice in TEMPLATE.activity_types:
        assert choice.attributes["sub_sector"] in {c.key for c in TEMPLATE.lists["sub_sector"]}
        assert choice.attributes["unit"] in {c.key for c in TEMPLATE.lists["unit"]}
        assert CountingRule(choice.attributes["counting_rule"])
        assert choice.attributes["towards_target"] in {"yes", "no"}


def test_every_known_column_is_a_typed_column_of_the_record() -> None:
    table = {c.key for c in Activity.__table__.columns}
    known = {c.key for c in TEMPLATE.columns} - {IDENTITY_KEY, *ORGANISATION_KEYS}
    assert known == set(stored_keys(TEMPLATE))
    assert known <= table
    bookkeeping = {
        "id", "operation_id", "uid", "version", "recorded_at", "superseded_at", "withdrawn",
        "submission_id", "source_row", "author_id", "organisation_id", "extra", "fixed",
    }  # fmt: skip
    assert table - known == bookkeeping


def test_the_ocha_layout_has_the_headers_of_the_real_workbook(real_workbook: Path) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(str(real_workbook)).get_sheet_by_name("ML_5W")
    rows = sheet.iter_rows()
    labels, tags = next(iter(rows)), next(iter(rows))
    layout = TEMPLATE.layout("ocha-mali-5w")
    assert [c.header_text("fr") for c in layout.columns] == labels
    assert [c.hxl for c in layout.columns] == tags


def test_the_ocha_layout_has_forty_columns_and_our_own_the_row_id() -> None:
    assert len(TEMPLATE.layout("ocha-mali-5w").keys) == len(set(TEMPLATE.layout("ocha-mali-5w").keys)) == 40
    assert TEMPLATE.layout("shelter-4w").keys[0] == "row_id"
    assert TEMPLATE.layout("shelter-4w").first_data_row == 4


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.DAY, dt.date(2016, 5, 15)),
        (Kind.CHOICES, ("cash", "voucher")),
        (Kind.COUNT, 0),
        (Kind.MONEY, 25000.5),
        (Kind.YES_NO, False),
        (Kind.MONTH, "2016-05"),
        (Kind.TEXT, "=1+1"),
        (Kind.LATITUDE, -12.5),
        (Kind.TEXT, None),
    ],
)
def test_a_value_survives_json(kind: Kind, value: Value) -> None:
    assert from_json(kind, json.loads(json.dumps(to_json(kind, value)))) == value


def test_an_unknown_list_is_refused() -> None:
    raw = shipped_declaration()
    raw["columns"][12]["list"] = "nowhere"
    raw["columns"][12]["kind"] = "choice"
    with pytest.raises(DeclarationError, match="nowhere"):
        parse(raw)


def test_folding_ignores_case_accents_hyphens_and_invisible_characters() -> None:
    assert fold("  Gourma–Rharous ") == fold("GOURMA_RHAROUS") == "gourma rharous"
    assert fold("Ségou\u200b") == fold("Se\u0301gou") == "segou"
    assert fold("mise en œuvre") == "mise en oeuvre"


def test_header_folding_keeps_age_limits_and_drops_hints() -> None:
    assert fold_header("ACCRONYME (Choisir dans la liste déroulante) *") == "accronyme"
    assert fold_header("Total Filles ciblées (<18)") != fold_header("Total Filles ciblées (> =18)")


def test_cleaning_keeps_one_space_between_words() -> None:
    assert clean("  Kit\u00a0BNA\r\n complet ") == "Kit BNA complet"


def test_the_fingerprint_ignores_the_row_id_and_absent_values() -> None:
    keys = ("row_id", "org_acronym", "period", "households_reached")
    one = Printer(keys, TEMPLATE).of({"row_id": "A", "org_acronym": "OIM", "period": "2016-05"})
    two = Printer(keys, TEMPLATE).of({"org_acronym": "OIM", "period": "2016-05", "households_reached": None})
    three = Printer(keys, TEMPLATE).of({"org_acronym": "OIM", "period": "2016-05", "households_reached": 0})
    assert one == two
    assert one != three


def test_the_sub_sector_follows_from_the_activity_type_and_overrules_nothing() -> None:
    assert complete({"activity_type": "core_nfi_kit"}, TEMPLATE)["sub_sector"] == "nfi"
    assert (
        complete({"activity_type": "core_nfi_kit", "sub_sector": "shelter"}, TEMPLATE)["sub_sector"]
        == "shelter"
    )
    assert complete({}, TEMPLATE) == {"cluster": "shelter_nfi"}


def test_a_rule_that_would_add_up_what_is_no_figure_is_refused() -> None:
    raw = json.loads(json.dumps(shipped_declaration()))
    rule = next(r for r in raw["rules"] if r["check"] == "not_above")
    rule["b"] = "site_name"
    with pytest.raises(DeclarationError, match="site_name holds no figures"):
        parse(raw)
