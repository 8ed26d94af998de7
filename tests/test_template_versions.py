"""What the product ships later reaches an operation's own template, and what people changed there stays."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.intake.judging.template_words import TemplateWords
from cluster4w.models import AuditEvent, Operation, TemplateVersion
from cluster4w.publish.workbooks.workbook import write_template
from cluster4w.record.operations.rules import set_bounds
from cluster4w.record.operations.templates import bring_back, state_of, take_over
from cluster4w.record.queries.operations import get_operation, template_of
from cluster4w.record.queries.templates import compared, shipped_before, template_versions
from cluster4w.template.declaration import parse, shipped_declaration
from cluster4w.template.language import translator
from cluster4w.template.merge import Change, keep_spellings, merge, tree
from cluster4w.template.problems import NotFound, Refusal
from tests.books import HEADERS, ROW, book, saved
from tests.checks import checked, codes
from tests.pages import parse as parse_page
from tests.pages import text_of

Declared = dict[str, Any]
PAGE = "/test-2016/modele"
OWN_COLUMN = {"key": "tents", "group": "other", "kind": "count", "label": {"fr": "Tentes", "en": "Tents"},
              "added": True}  # fmt: skip


def _column(declaration: Declared, key: str) -> Any:
    return next(c for c in declaration["columns"] if c["key"] == key)


def _choice(declaration: Declared, name: str, key: str) -> Any:
    return next(c for c in declaration["lists"][name] if c["key"] == key)


def _earlier() -> Declared:
    """Return what the product might have shipped before: another label, fewer aliases, one rule less."""
    made = shipped_declaration()
    _column(made, "households_reached")["label"]["fr"] = "Foyers servis"
    _column(made, "org_name")["aliases"].remove("Reporting National Society")
    del _column(made, "comments")["hxl"]
    made["columns"] = [c for c in made["columns"] if c["key"] != "contact_email"]
    for layout in made["layouts"]:
        layout["columns"] = [c for c in layout["columns"] if c["key"] != "contact_email"]
    _choice(made, "population_group", "idps")["label"]["fr"] = "Gens déplacés"
    made["rules"] = [r for r in made["rules"] if r["code"] != "where.half_coordinates"]
    made["rules"].append({"code": "old.rule", "check": "between", "severity": "info",
                          "a": "quantity", "low": 1, "high": 5})  # fmt: skip
    return made


def _own(declaration: Declared) -> Declared:
    """Return what an operation made of it: a column, a label, an entry of a list, a bound of its own."""
    made = copy.deepcopy(declaration)
    made["columns"].append(OWN_COLUMN)
    _column(made, "comments")["label"]["fr"] = "Ce qu’il faut savoir"
    made["lists"]["modality"].append({"key": "fair", "label": {"fr": "Foire", "en": "Fair"}})
    next(r for r in made["rules"] if r["code"] == "households.size")["high"] = 15
    _column(made, "org_acronym")["aliases"].append("Structure")
    return made


def _changes(merged: Any) -> dict[tuple[str, ...], Change]:
    return {tuple(p.partition("|")[0] for p in d.path): d.change for d in merged.differences}


def test_what_the_product_changed_is_taken_and_what_the_operation_changed_stays() -> None:
    base, shipped = _earlier(), shipped_declaration()
    own = _own(base)
    assert merge(shipped, shipped, None).differences == ()
    merged = merge(own, shipped, base)
    changes = _changes(merged)
    assert changes == {
        ("columns", "households_reached", "label", "fr"): Change.CHANGED,
        ("columns", "org_name", "aliases"): Change.NEW,
        ("columns", "comments", "hxl"): Change.NEW,
        ("columns", "contact_email"): Change.NEW,
        ("lists", "population_group", "idps", "label", "fr"): Change.CHANGED,
        ("rules", "where.half_coordinates"): Change.NEW,
        ("rules", "old.rule"): Change.REMOVED,
        ("layouts", "shelter-4w", "columns", "contact_email"): Change.NEW,
        ("columns", "tents"): Change.OWN,
        ("columns", "comments", "label", "fr"): Change.OWN,
        ("columns", "org_acronym", "aliases"): Change.OWN,
        ("lists", "modality", "fair"): Change.OWN,
        ("rules", "households.size", "high"): Change.OWN,
    }
    template = parse(merged.declaration)
    before, ours, now = parse(base), parse(own), parse(shipped)
    # Nothing else moved: the operation's columns stand where they stood, new ones where they are shipped.
    assert [k for k in template.keys if k != "tents"] == list(now.keys)
    assert template.column("comments").labels["fr"] == "Ce qu’il faut savoir"
    assert template.column("comments").hxl == now.column("comments").hxl
    assert template.column("households_reached").labels == now.column("households_reached").labels
    assert template.lists["modality"].get("fair") == ours.lists["modality"].get("fair")
    assert "Structure" in template.column("org_acronym").aliases
    assert [r.high for r in template.rules if r.code == "households.size"] == [15, 12]
    assert {r.code for r in template.rules} == {r.code for r in now.rules}
    # What was handed out before still comes in: earlier names go on as other spellings.
    assert "Foyers servis" in template.column("households_reached").aliases
    assert template.lists["population_group"].by_spelling["gens deplaces"] == "idps"
    assert before.lists["population_group"].by_spelling["gens deplaces"] == "idps"
    # Taken over once, there is nothing more; what is the operation's own is still known to be.
    again = merge(merged.declaration, shipped, shipped)
    assert {d.change for d in again.differences} == {Change.OWN}


def test_without_the_version_it_came_from_what_differs_is_asked() -> None:
    shipped = shipped_declaration()
    own = _own(_earlier())
    merged = merge(own, shipped, None, own_rules={"households.size"})
    asked = {d.path for d in merged.of(Change.ASKED)}
    assert asked == {
        ("columns", "households_reached", "label", "fr"),
        ("columns", "comments", "label", "fr"),
        ("lists", "population_group", "idps", "label", "fr"),
    }
    changes = _changes(merged)
    assert changes["rules", "households.size", "high"] == changes["rules", "old.rule"] == Change.OWN
    assert changes["columns", "contact_email"] == changes["columns", "org_name", "aliases"] == Change.NEW
    kept = parse(merged.declaration)
    assert kept.column("households_reached").labels["fr"] == "Foyers servis"
    chosen = {d.id for d in merged.of(Change.ASKED) if d.path[1] == "households_reached"}
    taken = parse(merge(own, shipped, None, chosen).declaration)
    assert taken.column("households_reached").labels == parse(shipped).column("households_reached").labels
    assert taken.column("comments").labels["fr"] == "Ce qu’il faut savoir"


def test_what_both_changed_is_asked_and_what_would_contradict_the_operation_is_left_out() -> None:
    shipped, base = shipped_declaration(), _earlier()
    own = copy.deepcopy(base)
    _column(own, "households_reached")["label"]["fr"] = "Familles"
    # The operation has dropped a column, and calls one of its own as the product now calls another.
    own["columns"] = [c for c in own["columns"] if c["key"] != "longitude"] + [OWN_COLUMN]
    own["rules"] = [r for r in own["rules"] if "longitude" not in r.get("columns", ())]
    for layout in own["layouts"]:
        layout["columns"] = [c for c in layout["columns"] if c["key"] != "longitude"]
    # "Unité" is the unit's own here and there: the product means both to go by it.
    _column(shipped, "quantity")["aliases"] += ["Tentes", "Pièces livrées", "Unité"]
    merged = merge(own, shipped, base)
    template = parse(merged.declaration)
    changes = _changes(merged)
    assert changes["columns", "households_reached", "label", "fr"] == Change.ASKED
    assert template.column("households_reached").labels["fr"] == "Familles"
    assert "longitude" not in template.by_key
    assert changes["columns", "longitude"] == Change.OWN
    assert "where.half_coordinates" not in {r.code for r in template.rules}, "both name the dropped column"
    assert ("rules", "where.half_coordinates") not in changes, "what is left out is not said to be taken"
    added = [d for d in merged.differences if d.path == ("columns", "quantity", "aliases")]
    assert [d.shipped for d in added] == [["Pièces livrées", "Unité"]]
    assert "Tentes" not in template.column("quantity").aliases
    # A column and an entry that the product no longer has stay: lines may use them.
    fewer = copy.deepcopy(base)
    fewer["columns"] = [c for c in fewer["columns"] if c["key"] != "comments"]
    fewer["lists"]["unit"] = fewer["lists"]["unit"][1:]
    for layout in fewer["layouts"]:
        layout["columns"] = [c for c in layout["columns"] if c["key"] != "comments"]
    kept = merge(base, fewer, base)
    assert {d.change for d in kept.differences} == {Change.IN_USE, Change.REMOVED}
    assert "comments" in parse(kept.declaration).by_key
    assert len(parse(kept.declaration).lists["unit"]) == len(base["lists"]["unit"])


def test_a_name_that_is_now_another_s_is_left_to_it() -> None:
    before, after = shipped_declaration(), shipped_declaration()
    one, other = _column(after, "org_name"), _column(after, "programme_org")
    one["label"], other["label"] = other["label"], one["label"]
    aliases = {k: list(_column(after, k)["aliases"]) for k in ("org_name", "programme_org")}
    keep_spellings(before, after)
    assert {k: _column(after, k)["aliases"] for k in aliases} == aliases


# --- an operation -----------------------------------------------------------------------------


def _make_earlier(session: orm.Session, operation: Operation, *, known: bool = True) -> None:
    """Put the operation back to the earlier template, with changes of its own."""
    operation.template = _own(_earlier())
    if known:
        session.add(TemplateVersion(operation_id=operation.id, version=1, declaration=operation.template,
                                    shipped=_earlier(), origin="added"))  # fmt: skip
    session.flush()


OLD_HEADERS = tuple({"Ménages": "Foyers servis"}.get(h, h) for h in HEADERS)
ROW_KEYS = (
    "org_acronym", "org_name", "org_type", "sub_sector", "activity_type", "adm1_name", "adm2_name",
    "adm3_name", "period", "status", "population_group", "households_reached", "individuals_reached",
)  # fmt: skip
OLD_ROW = tuple({"PDI": "Gens déplacés"}.get(str(cell), cell) for cell in ROW)


def _handed_out(session: orm.Session, operation: Operation) -> bytes:
    """Return our own workbook of the operation's template, filled in, without the tags that tell columns."""
    out = io.BytesIO()
    write_template(session, operation, out, layout="shelter-4w", language="fr")
    workbook = openpyxl.load_workbook(out)
    page = next(s for s in workbook if s.title == "Matrice 4W")
    keys = template_of(operation).layout("shelter-4w").keys
    assert page.cell(2, keys.index("households_reached") + 2).value.startswith("Foyers servis")
    for key, value in zip((*ROW_KEYS, "first_time_assisted"), (*OLD_ROW, "Oui"), strict=True):
        if key in keys:
            page.cell(4, keys.index(key) + 2, value)
    for cell in page[3]:
        cell.value = None
    return saved(workbook)


def test_an_operation_takes_over_and_goes_back_and_old_workbooks_come_in(
    session: orm.Session, operation: Operation
) -> None:
    _make_earlier(session, operation)
    own, revision = copy.deepcopy(operation.template), operation.revision
    old, new = book(OLD_ROW, headers=OLD_HEADERS), book(ROW)
    said = codes(checked(session, operation, old))
    handed_out = _handed_out(session, operation)
    assert take_over(session, operation, note="  new  rules ", actor=None) == 2
    session.refresh(operation)
    assert (operation.template_version, operation.template["version"]) == (2, 2)
    assert operation.revision == revision + 1, "files that wait are checked again"
    assert shipped_before(session, operation) == shipped_declaration()
    for data in (old, new, handed_out):
        check = checked(session, operation, data)
        assert codes(check) == said
        assert not any(c.how in ("fuzzy", "doubtful", "none") for c in check.sheets[0].columns), check.sheets
        values = check.rows[0].values
        assert (values["households_reached"], values["population_group"]) == (120, "idps")
    template = template_of(operation)
    assert template.column("comments").labels["fr"] == "Ce qu’il faut savoir"
    assert "contact_email" in template.by_key
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "template")).one()
    assert (event.action, event.subject_id, event.details["note"]) == (
        "template.taken_over",
        "2",
        "new rules",
    )
    assert (event.details["taken"], event.details["before"]) == (9, 1)
    assert take_over(session, operation, actor=None) is None, "nothing more to take"
    # A bound set afterwards is a version too, and stays through the next taking over.
    place = next(i for i, r in enumerate(operation.template["rules"]) if r["code"] == "households.size")
    assert set_bounds(session, operation, "households.size", place, 2, 20, actor=None)
    assert shipped_before(session, operation) == shipped_declaration()
    assert take_over(session, operation, actor=None) is None
    # The way back: the very declaration of before, and workbooks of meanwhile come in.
    with pytest.raises(NotFound):
        bring_back(session, operation, 7, actor=None)
    with pytest.raises(NotFound):
        bring_back(session, operation, operation.template_version, actor=None)
    assert bring_back(session, operation, 1, actor=None) == 4
    session.refresh(operation)
    now = copy.deepcopy(operation.template)
    assert _column(now, "households_reached")["label"]["fr"] == "Foyers servis"
    assert "contact_email" not in template_of(operation).by_key
    assert shipped_before(session, operation) == _earlier()
    for column in now["columns"]:
        assert {**column, "aliases": _column(own, column["key"]).get("aliases", [])} == {
            "aliases": [], **_column(own, column["key"])
        }  # fmt: skip
    assert (now["rules"], now["layouts"]) == (own["rules"], own["layouts"])
    for data in (old, new):
        assert checked(session, operation, data).rows[0].values["population_group"] == "idps"
    assert [(v.number, v.origin) for v in template_versions(session, operation)] == [
        (4, "brought_back"), (3, "bounds"), (2, "taken_over"), (1, "added"),
    ]  # fmt: skip


def test_an_operation_of_before_versions_were_kept_keeps_what_differs_until_told(
    session: orm.Session, operation: Operation
) -> None:
    _make_earlier(session, operation, known=False)
    place = next(i for i, r in enumerate(operation.template["rules"]) if r["code"] == "households.size")
    assert set_bounds(session, operation, "households.size", place, 2, 20, actor=None)
    assert [(v.number, v.origin) for v in template_versions(session, operation)] == [
        (2, "bounds"),
        (1, "earlier"),
    ]
    asked = compared(session, operation, shipped_declaration()).of(Change.ASKED)
    assert len(asked) == 3
    seen = state_of(operation, shipped_declaration())
    assert take_over(session, operation, everything=True, seen=seen, actor=None) == 3
    session.refresh(operation)
    template = template_of(operation)
    assert template.column("comments").labels == parse(shipped_declaration()).column("comments").labels
    assert {(r.low, r.high) for r in template.rules if r.code == "households.size"} == {(2, 20)}
    assert "tents" in template.by_key
    with pytest.raises(Refusal) as refused:
        take_over(session, operation, seen=seen, actor=None)
    assert refused.value.code == "template.changed"


def test_every_difference_is_said_in_words() -> None:
    own, shipped = _own(_earlier()), shipped_declaration()
    merged = merge(own, shipped, None)
    for language in ("fr", "en"):
        lines = TemplateWords(own, shipped, translator(language)).lines(merged.differences)
        assert len(lines) == len(merged.differences)
        for line in lines:
            assert line.subject, line
            assert not {"|", "{", "_"} & set(line.subject + line.field), line
            assert "{" not in line.ours + line.shipped, line
    words = {(x.subject, x.field): (x.ours, x.shipped) for x in lines}
    assert words["Column “Households reached”", "label (French)"][0] == "Foyers servis"
    assert words["Column “Organisation name”", "other spellings"] == ("", "Reporting National Society")
    assert words["Column “Tents”", ""] == ("Tents", "")
    assert len(tree(own)["rules"]) == len(own["rules"]), "no two rules are taken for one"


def test_the_page_shows_takes_over_and_goes_back(app: Flask, client_for: Any) -> None:
    with app.app_context():
        _make_earlier(db.session, get_operation(db.session, "test-2016"))
        db.session.commit()
    manager = client_for("information_manager")
    assert PAGE in manager.get("/test-2016/regles").text
    assert PAGE not in client_for("partner").get("/test-2016/regles").text
    waiting = "9 pieces of the template differ from what the product ships now"
    assert waiting in manager.get("/test-2016/").text
    assert PAGE not in client_for("coordinator").get("/test-2016/").text
    page = manager.get(PAGE)
    assert "9 pieces of the template can be taken over" in text_of(parse_page(page.text))
    assert "5 pieces are the operation’s own and stay" in text_of(parse_page(page.text))
    assert "Bring back" not in text_of(parse_page(page.text))
    seen = parse_page(page.text).find(".//input[@name='seen']").get("value")
    stale = manager.post(f"{PAGE}/reprendre", data={"seen": "1-x"})
    assert (stale.status_code, "changed meanwhile" in text_of(parse_page(stale.text))) == (422, True)
    done = manager.post(f"{PAGE}/reprendre", data={"seen": seen, "note": "why"}, follow_redirects=True)
    assert "The template has all that the product ships" in text_of(parse_page(done.text))
    assert "now version 2" in text_of(parse_page(done.text))
    seen = parse_page(done.text).find(".//input[@name='seen']").get("value")
    assert manager.post(f"{PAGE}/revenir", data={"seen": seen, "version": "x"}).status_code == 422
    back = manager.post(f"{PAGE}/revenir", data={"seen": seen, "version": 1}, follow_redirects=True)
    assert "pieces of the template can be taken over" in text_of(parse_page(back.text))
    assert "now version 3" in text_of(parse_page(back.text))


def test_the_command_line_shows_takes_over_and_goes_back(
    cli: Any, session: orm.Session, operation: Operation
) -> None:
    _make_earlier(session, operation)
    session.commit()
    command = ("operations", "template", "--operation", "test-2016")
    pieces = json.loads(cli(*command, "--json", "--lang", "en").stdout)
    assert {p["change"] for p in pieces} == {"new", "changed", "no longer there", "yours, stays"}
    assert cli(*command, "--everything").exit_code == 2
    assert cli(*command, "--take").stdout.strip() == "2"
    assert cli(*command, "--take").stdout.strip() == "2"
    assert cli(*command, "--back", "1", "--note", "too early").stdout.strip() == "3"
    assert cli(*command, "--back", "9").exit_code == 2
    versions = json.loads(cli(*command, "--versions", "--json").stdout)
    assert [v["number"] for v in versions] == [3, 2, 1]
