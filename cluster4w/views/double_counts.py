"""Possible double counts: two rows side by side, why they look alike, and the decision about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.record.alike import REASONS, band
from cluster4w.record.operations.double_counts import LONGEST_NOTE, settle, take_back
from cluster4w.record.queries.activities import Scope, months_with_rows, organisations_with_rows
from cluster4w.record.queries.double_counts import STATES, Pair, Wanted, count_pairs, get_pair, list_pairs
from cluster4w.record.queries.organisations import Agency
from cluster4w.record.values import IDENTITY_KEY, ORGANISATION_KEYS, values_of
from cluster4w.security import MANAGERS, here, local_path, person
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.language import N_
from cluster4w.template.text import printable
from cluster4w.views import formats
from cluster4w.views.numbers import MONTH, whole
from cluster4w.views.responses import unchanged
from cluster4w.views.values import choice_words, column_words, in_words

#: Pairs of one page: each shows two rows in full.
PAGE = 6
EVERY = "toutes"
#: What the list may be narrowed to, in the order of the select.
STATE_WORDS = {
    "waiting": N_("To decide"),
    "same": N_("The same activity twice"),
    "supersedes": N_("One row replaces the other"),
    "different": N_("Two different activities"),
    EVERY: N_("All of them"),
    "closed": N_("A row no longer counts"),
}
VERDICT_WORDS = {
    "same": N_("the same activity, reported twice"),
    "supersedes": N_("one row replaces the other"),
    "different": N_("two different activities"),
}
BAND_WORDS = {"likely": N_("likely"), "possible": N_("possible"), "unlikely": N_("no longer alike")}
#: Columns that say nothing about whether two rows are one.
_UNSHOWN = {IDENTITY_KEY, *ORGANISATION_KEYS, "cluster", "contact_name", "contact_email", "contact_phone"}
#: Columns that are shown where the rows agree; the others only where they do not.
_ALWAYS = {
    "programme_org", "implementing_partner", "donor", "project_code", "activity_type", "activity_detail",
    "modality", "quantity", "unit", "adm2_name", "adm3_name", "site_name", "period", "start_date", "end_date",
    "status", "population_group", "first_time_assisted", "households_targeted", "individuals_targeted",
    "households_reached", "individuals_reached", "comments",
}  # fmt: skip


class Line(NamedTuple):
    """A column of which at least one row says something."""

    words: str
    first: str
    second: str
    differs: bool


class Side(NamedTuple):
    """One of the two rows."""

    uid: str
    organisation: str
    recorded_at: Any
    suggested: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair in the reader's words."""

    pair: Pair
    title: str
    band: str
    sides: tuple[Side, Side]
    reasons_for: list[str]
    reasons_against: list[str]
    lines: list[Line]
    #: Columns in which the rows agree and that are not among the lines.
    more: int
    #: What was decided, None while nothing is; and the organisation whose row counts.
    verdict: str | None
    kept: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; ``raw`` holds it as the form shows it."""

    wanted: Wanted
    raw: dict[str, str]
    page: int

    def address(self, **changes: Any) -> str:
        """Return the address of this list with something changed; "" takes a part off."""
        parts: dict[str, Any] = {k: v for k, v in {**self.raw, **changes}.items() if v != ""}
        return url_for("double_counts", **parts)


def asked() -> Asked:
    """Read the filters from the address; nonsense is left out."""
    raw = {name: request.args.get(name, "") for name in ("etat", "mois", "org", "sous_secteur", "probables")}
    if raw["etat"] not in STATE_WORDS or raw["etat"] == "waiting":
        raw["etat"] = ""
    if not MONTH.fullmatch(raw["mois"]):
        raw["mois"] = ""
    if whole(raw["org"]) is None:
        raw["org"] = ""
    if here().template.lists["sub_sector"].get(raw["sous_secteur"]) is None:
        raw["sous_secteur"] = ""
    raw["probables"] = "1" if raw["probables"] == "1" else ""
    state: str | None = raw["etat"] or "waiting"
    wanted = Wanted(
        state=state if state in STATES else None,
        month=raw["mois"] or None,
        organisation_id=int(raw["org"]) if raw["org"] else None,
        sub_sector=raw["sous_secteur"] or None,
        likely_only=bool(raw["probables"]),
    )
    return Asked(wanted, raw, whole(request.args.get("page")) or 1)


def double_counts() -> ResponseReturnValue:
    """Show the pairs, the surest first."""
    operation = here().operation
    if (same := unchanged(operation.revision)) is not None:
        return same
    question = asked()
    many = count_pairs(db.session, operation, question.wanted)
    pages = max(math.ceil(many / PAGE), 1)
    page = min(question.page, pages)
    found = list_pairs(db.session, operation, question.wanted, offset=(page - 1) * PAGE, limit=PAGE)
    done = whole(request.args.get("fait"))
    last = get_pair(db.session, operation, done) if done is not None else None
    return render_template(
        "double_counts.html",
        question=question,
        many=many,
        page=page,
        pages=pages,
        pairs=[_shown(pair) for pair in found],
        last=_shown(last) if last is not None and last.decision is not None else None,
        selects=_selects(question),
        narrowed=any(question.raw.values()),
        manages=here().role in MANAGERS,
        list_address=lambda number: question.address(page=number if number > 1 else ""),
        here_address=question.address(page=page if page > 1 else ""),
        longest_note=LONGEST_NOTE,
        waiting=question.wanted.state == "waiting",
    )


def double_count_settle(pair_id: int) -> ResponseReturnValue:
    """Decide about a pair."""
    settle(
        db.session,
        here().operation,
        pair_id,
        request.form.get("verdict", ""),
        kept_uid=request.form.get("kept") or None,
        note=printable(request.form.get("note", "")),
        actor=person(),
    )
    db.session.commit()
    return _back(fait=pair_id)


def double_count_back(pair_id: int) -> ResponseReturnValue:
    """Take a decision back."""
    take_back(db.session, here().operation, pair_id, actor=person())
    db.session.commit()
    flash(gettext("The decision is taken back: both rows count, and the pair is open again."))
    return _back()


def _back(**more: Any) -> ResponseReturnValue:
    """Return to the list that the form was in."""
    target = local_path(request.form.get("next")) or url_for("double_counts")
    if more:
        target += ("&" if "?" in target else "?") + "&".join(f"{k}={v}" for k, v in more.items())
    return redirect(target, 303)


def _selects(question: Asked) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Return the filters: name, words, (value, words), and what is chosen."""
    operation, everybody = here().operation, Scope(everybody=True)
    months = [(m, formats.month(m)) for m in reversed(months_with_rows(db.session, operation, everybody))]
    agencies = [(str(a.id), a.acronym) for a in organisations_with_rows(db.session, operation, everybody)]
    sub_sectors = [(c.key, choice_words("sub_sector", c.key)) for c in here().template.lists["sub_sector"]]
    states = [("" if key == "waiting" else key, gettext(words)) for key, words in STATE_WORDS.items()]
    raw = question.raw
    return [
        ("etat", gettext("State"), states, raw["etat"]),
        ("mois", gettext("Month"), [("", gettext("All months")), *months], raw["mois"]),
        ("org", gettext("Organisation"), [("", gettext("All organisations")), *agencies], raw["org"]),
        ("sous_secteur", gettext("Sub-sector"), [("", gettext("Both")), *sub_sectors], raw["sous_secteur"]),
        (
            "probables",
            gettext("How sure"),
            [("", gettext("Likely and possible")), ("1", gettext("Likely only"))],
            raw["probables"],
        ),
    ]


def _values(row: Any) -> Values:
    agency = Agency(row.organisation_id, row.acronym, row.organisation_name, row.organisation_type)
    return values_of(row, here().template, agency)


def _shown(pair: Pair) -> Shown:
    both = (_values(pair.first), _values(pair.second))
    better = _better(pair, both)
    sides = tuple(
        Side(row.uid, row.acronym, row.recorded_at, row.uid == better) for row in (pair.first, pair.second)
    )
    decision = pair.decision
    kept = next((s.organisation for s in sides if decision and s.uid == decision.kept_uid), "")
    return Shown(
        pair,
        _title(pair),
        gettext(BAND_WORDS[band(pair.score)]),
        (sides[0], sides[1]),
        [gettext(REASONS[code].words) for code in pair.reasons if _points(code) >= 0],
        [gettext(REASONS[code].words) for code in pair.reasons if _points(code) < 0],
        *_lines(*both),
        gettext(VERDICT_WORDS[decision.verdict]) if decision else None,
        kept,
    )


def _points(code: str) -> int:
    return REASONS[code].points if code in REASONS else 0


def _better(pair: Pair, both: tuple[Values, Values]) -> str:
    """Return the row that is proposed as the one that counts: completed, then saying more, then older."""
    ranks = [
        (row.status == "completed", len(values), -row.recorded_at.timestamp())
        for row, values in zip((pair.first, pair.second), both, strict=True)
    ]
    return str(pair.first.uid if ranks[0] >= ranks[1] else pair.second.uid)


def _title(pair: Pair) -> str:
    row = pair.first
    where = row.adm3_name or row.adm2_name or row.adm1_name or formats.ABSENT
    params = {
        "what": choice_words("activity_type", row.activity_type),
        "where": where,
        "month": formats.month(row.period),
        "first": pair.first.acronym,
        "second": pair.second.acronym,
    }
    if pair.first.organisation_id == pair.second.organisation_id:
        return str(gettext("%(first)s, twice: %(what)s, %(where)s, %(month)s", **params))
    return str(gettext("%(first)s and %(second)s: %(what)s, %(where)s, %(month)s", **params))


def _lines(first: Values, second: Values) -> tuple[list[Line], int]:
    """Return what the two rows say, column by column, and in how many more columns they agree."""
    found, more = [], 0
    for column in here().template.columns:
        one, other = first.get(column.key), second.get(column.key)
        if column.key in _UNSHOWN or one is other is None:
            continue
        if column.kind is Kind.PCODE and column.key.startswith("adm"):
            # The name beside it says it.
            continue
        if one == other and column.key not in _ALWAYS:
            more += 1
            continue
        words = (in_words(column, one), in_words(column, other))
        found.append(Line(column_words(column), *words, one != other))
    return found, more
