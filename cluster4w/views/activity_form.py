"""Entering and correcting one activity."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import Form

from cluster4w.extensions import db
from cluster4w.intake.findings import Finding, message
from cluster4w.intake.one_row import OneRow, check_row
from cluster4w.record.operations.corrections import CHANGED_MEANWHILE, add_activity, change_activity
from cluster4w.record.queries.activities import Version
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import locked_months, plan_months
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.security import here, own_rows_only
from cluster4w.template.kinds import Values
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity
from cluster4w.views import formats
from cluster4w.views.activity_fields import (
    ORGANISATION,
    Surroundings,
    cells,
    communes,
    field_of,
    form_class,
    sections,
    start_values,
    suggested,
)
from cluster4w.views.history import Difference, differences, load_to_change, version_values
from cluster4w.views.months_choice import month_to_offer
from cluster4w.views.numbers import whole


@dataclass
class Entry:
    """One showing of the form: what it is about, what was typed, what there is to say."""

    form: Form
    around: Surroundings
    agencies: list[Agency]
    version: Version | None = None
    #: By field name, in words; what is beside no field is under "".
    warnings: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[str, list[str]] = field(default_factory=dict)
    #: What the record's newest version says otherwise than the one that the person began with.
    meanwhile: list[Difference] = field(default_factory=list)
    #: Stands for the warnings shown: sent back with the form, it says that they were seen.
    seen: str = ""
    #: Row id of an activity that the record holds already.
    alike: str = ""

    @property
    def values(self) -> Values:
        """What the record says now."""
        return version_values(self.version) if self.version else {}


def activity_new() -> ResponseReturnValue:
    """Show the empty form."""
    entry = _entry(None)
    locked = {m for m, _, is_locked in entry.around.months if is_locked}
    month = request.args.get("mois") or month_to_offer(db.session, here().operation)
    entry.form["period"].data = "" if month in locked else month
    return _show(entry)


def activity_add() -> ResponseReturnValue:
    """Record what was typed as a new activity, or say what is wrong."""
    entry = _entry(None)
    agency = _agency(entry)
    if agency is None:
        return _without_agency(entry)
    checked = _check(entry, agency)
    if not _accepted(entry, checked):
        return _show(entry, 422)
    uid = add_activity(
        db.session, here().operation, organisation_id=agency.id, values=checked.values, actor=here().person
    )
    db.session.commit()
    return _saved(uid, gettext("The activity is in the record."), checked)


def activity_edit(uid: str) -> ResponseReturnValue:
    """Show the form with what the record says."""
    version = load_to_change(uid)[0]
    if version.row.withdrawn:
        flash(gettext("This activity is withdrawn. Bring it back from its history first."), "warning")
        return redirect(url_for("activity", uid=uid))
    if version.row.period in locked_months(db.session, here().operation):
        flash(gettext("The month of this activity is locked: nothing can be changed."), "warning")
        return redirect(url_for("activity", uid=uid))
    return _show(_entry(version))


def activity_change(uid: str) -> ResponseReturnValue:
    """Record what was typed as the next version, or say what is wrong."""
    found = load_to_change(uid)
    entry = _entry(found[0])
    base = whole(request.form.get("version")) or 0
    if base != found[0].number:
        return _meanwhile(entry, found, base)
    agency = _agency(entry)
    if agency is None:
        return _without_agency(entry)
    checked = _check(entry, agency)
    if not _accepted(entry, checked):
        return _show(entry, 422)
    if not differences(entry.values, checked.values) and not found[0].row.withdrawn:
        flash(gettext("Nothing was changed."))
        return redirect(url_for("activity", uid=uid))
    try:
        change_activity(
            db.session,
            here().operation,
            uid,
            base=base,
            organisation_id=agency.id,
            values=checked.values,
            actor=here().person,
        )
    except Refusal as refusal:
        if refusal.code != CHANGED_MEANWHILE:
            raise
        # Somebody saved between our reading and our writing: look again.
        found = load_to_change(uid)
        return _meanwhile(_entry(found[0]), found, base)
    db.session.commit()
    return _saved(uid, gettext("The correction is in the record."), checked)


def _saved(uid: str, words: str, checked: OneRow) -> ResponseReturnValue:
    flash(words)
    for finding in checked.findings:
        if finding.code == "row.double_count":
            flash(message(finding, gettext), "warning")
    return redirect(url_for("activity", uid=uid))


def _entry(version: Version | None) -> Entry:
    operation = here().operation
    everybody = agencies(db.session, operation)
    around = Surroundings(
        here().template,
        load_gazetteer(db.session, operation.edition_id),
        here().language,
        _months(version),
        () if own_rows_only(here().role) else tuple(everybody),
        suggested(everybody),
    )
    start = start_values(version_values(version), version.agency, around) if version else {}
    form = form_class(around)(request.form if request.method == "POST" else None, data=start)
    return Entry(form, around, everybody, version)


def _months(version: Version | None) -> list[tuple[str, str, bool]]:
    """Return the months of the plan, and the activity's own where it lies outside, newest first."""
    locked = locked_months(db.session, here().operation)
    months = set(plan_months(here().operation))
    if version and version.row.period:
        months.add(version.row.period)
    return [(m, formats.month(m), m in locked) for m in sorted(months, reverse=True)]


def _agency(entry: Entry) -> Agency | None:
    """Return the reporting organisation: a partner's own, else the chosen one."""
    if own_rows_only(here().role):
        return next((a for a in entry.agencies if a.id == here().organisation_id), None)
    chosen = str(entry.form[ORGANISATION].data or "")
    return next((a for a in entry.agencies if str(a.id) == chosen), None)


def _without_agency(entry: Entry) -> ResponseReturnValue:
    said = gettext("Choose the organisation that reports.")
    if ORGANISATION in entry.form:
        entry.form[ORGANISATION].errors = [said]
    else:
        entry.form.form_errors.append(
            gettext("Your organisation does not take part in this operation any more.")
        )
    return _show(entry, 422)


def _check(entry: Entry, agency: Agency) -> OneRow:
    """Check what was typed as the check of a file would, and put what it says beside the fields."""
    checked = check_row(
        db.session,
        here().operation,
        agency,
        cells(entry.form, entry.around, entry.values),
        language=here().language,
        uid=entry.version.row.uid if entry.version else None,
    )
    errors = _by_field(entry, (f for f in checked.findings if f.severity is Severity.ERROR))
    for name, said in errors.items():
        if name:
            entry.form[name].errors = said
        else:
            entry.form.form_errors.extend(said)
    entry.warnings = _by_field(entry, checked.warnings)
    entry.hints = _by_field(entry, (f for f in checked.findings if f.severity is Severity.INFO))
    entry.seen = _digest(checked.warnings)
    entry.alike = next((f.params["uid"] for f in checked.warnings if "uid" in f.params), "")
    return checked


def _by_field(entry: Entry, findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        said = message(finding, gettext)
        name = field_of(finding.key, entry.form) or ""
        if said not in found[name]:
            found[name].append(said)
    return dict(found)


def _digest(warnings: Iterable[Finding]) -> str:
    said = sorted(repr((f.code, f.key, f.value)) for f in warnings)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16] if said else ""


def _accepted(entry: Entry, checked: OneRow) -> bool:
    """Return whether the row can be recorded: no error, and warnings that were seen."""
    if checked.errors:
        return False
    return not checked.warnings or request.form.get("seen") == entry.seen


def _meanwhile(entry: Entry, found: list[Version], base: int) -> ResponseReturnValue:
    """Refuse to write over a version that the person has not seen; show what it says otherwise."""
    began = next((v for v in found if v.number == base), None)
    entry.meanwhile = differences(version_values(began), entry.values) if began else []
    entry.form.form_errors.append(
        gettext(
            "%(who)s changed this activity while you were working on it. Your entries are kept below: compare"
            " them with what it says now, then save again.",
            who=(entry.version.author if entry.version else None) or gettext("Somebody"),
        )
    )
    return _show(entry, 409)


def _show(entry: Entry, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "activity_form.html",
        entry=entry,
        form=entry.form,
        version=entry.version,
        sections=sections(entry.form, entry.around),
        agency=next((a for a in entry.agencies if a.id == here().organisation_id), None),
        communes=communes(entry.around.gazetteer),
    )
    return page, status
