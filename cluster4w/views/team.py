"""The people and organisations of an operation."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from cluster4w.extensions import db
from cluster4w.models import Role
from cluster4w.record.operations import team as operations
from cluster4w.record.queries.organisations import agencies
from cluster4w.record.queries.team import TeamMember, members, outsiders, participants
from cluster4w.security import here
from cluster4w.template.language import LANGUAGES, N_
from cluster4w.template.problems import Refusal
from cluster4w.template.text import printable
from cluster4w.views.numbers import whole
from cluster4w.views.shell import LANGUAGE_NAMES, role_words
from cluster4w.views.values import choice_words

PARTS = {"partner": N_("Reporting organisation"), "co_lead": N_("Co-lead"), "donor": N_("Donor")}


def _printable(text: str | None) -> str | None:
    return printable(text) if text else text


class PersonForm(Form):
    """Who joins, as what."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter the person’s e-mail address.")), Length(max=254)],
        filters=[_printable],
    )
    name = StringField(
        _l("Name"), [InputRequired(_l("Enter the person’s name.")), Length(max=120)], filters=[_printable]
    )
    role = SelectField(_l("Role"), description=_l("A partner sees and sends only its organisation’s rows."))
    organisation = SelectField(
        _l("Organisation"), [Optional()], description=_l("Needed for a partner; others may have one.")
    )
    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )


class OrganisationForm(Form):
    """An organisation that nobody registered yet."""

    acronym = StringField(
        _l("Acronym"), [InputRequired(_l("Enter the acronym.")), Length(max=64)], filters=[_printable]
    )
    org_name = StringField(
        _l("Full name"), [InputRequired(_l("Enter the full name.")), Length(max=300)], filters=[_printable]
    )
    type = SelectField(_l("Type"))
    part = SelectField(_l("Part in the operation"))


def _person_form() -> PersonForm:
    form = PersonForm(request.form if request.endpoint == "team_add" else None)
    form.role.choices = [SelectChoice(r.value, role_words(r)) for r in reversed(operations.ROLES)]
    form.organisation.choices = [SelectChoice("", gettext("none"))] + [
        SelectChoice(str(a.id), f"{a.acronym} · {a.name}") for a in agencies(db.session, here().operation)
    ]
    if not form.role.data:
        form.role.data = Role.PARTNER.value
    return form


def _organisation_form() -> OrganisationForm:
    form = OrganisationForm(request.form if request.endpoint == "organisation_add" else None)
    form.type.choices = [
        SelectChoice(c.key, choice_words("org_type", c.key)) for c in here().template.lists["org_type"]
    ]
    form.part.choices = [SelectChoice(key, gettext(words)) for key, words in PARTS.items()]
    return form


def team() -> ResponseReturnValue:
    """Show people and organisations."""
    return _page()


def _page(
    person_form: PersonForm | None = None,
    organisation_form: OrganisationForm | None = None,
    password: tuple[str, str] | None = None,
) -> Response:
    """Return the page; ``password`` is (address, password) to show, this once."""
    found = members(db.session, here().operation)
    failed = (person_form and person_form.errors) or (organisation_form and organisation_form.errors)
    response = make_response(
        render_template(
            "team.html",
            members=found,
            participants=participants(db.session, here().operation),
            outsiders=outsiders(db.session, here().operation),
            person_form=person_form or _person_form(),
            organisation_form=organisation_form or _organisation_form(),
            password=password,
            manageable={m.person_id for m in found if _manageable(m)},
            part=lambda role: gettext(PARTS[role]),
            org_type=lambda key: choice_words("org_type", key),
        ),
        422 if failed else 200,
    )
    if password:
        # A password is on this page: no copy of it stays in the browser.
        response.headers["Cache-Control"] = "no-store"
    return response


def _manageable(found: TeamMember) -> bool:
    return found.person_id != here().person.id and operations.holds_key(found, here().person)


def team_add() -> ResponseReturnValue:
    """Give a person a role; a new person's password is shown once."""
    form = _person_form()
    if not form.validate():
        return _page(person_form=form)
    try:
        password = operations.add_member(
            db.session,
            here().operation,
            email=form.email.data or "",
            name=form.name.data or "",
            role=form.role.data or "",
            organisation_id=int(form.organisation.data) if form.organisation.data else None,
            language=form.language.data or LANGUAGES[0],
            actor=here().person,
        )
    except Refusal as refusal:
        beside = {
            "person.email": form.email,
            "team.self": form.email,
            "person.needs_organisation": form.organisation,
        }.get(refusal.code, form.role)
        beside.errors = [refusal.words(gettext)]
        return _page(person_form=form)
    db.session.commit()
    if password is not None:
        return _page(person_form=_empty_person_form(), password=((form.email.data or "").strip(), password))
    flash(gettext("The role is given. This person keeps the password used so far."))
    return redirect(url_for("team"))


def _empty_person_form() -> PersonForm:
    form = _person_form()
    form.process(None, role=Role.PARTNER.value)
    return form


def team_password(person_id: int) -> ResponseReturnValue:
    """Give a person a new password and show it once."""
    found, password = operations.reset_member_password(
        db.session, here().operation, person_id, actor=here().person
    )
    db.session.commit()
    return _page(password=(found.email, password))


def team_disable(person_id: int) -> ResponseReturnValue:
    """Close a person's account."""
    found = operations.disable_member(db.session, here().operation, person_id, actor=here().person)
    db.session.commit()
    flash(gettext("%(name)s can no longer sign in. A new password opens the account again.", name=found.name))
    return redirect(url_for("team"))


def team_remove(person_id: int) -> ResponseReturnValue:
    """Take a person's role in the operation away."""
    found = operations.remove_member(db.session, here().operation, person_id, actor=here().person)
    db.session.commit()
    flash(
        gettext(
            "%(name)s has no role in this operation any more. Adding %(email)s again brings the role back.",
            name=found.name,
            email=found.email,
        )
    )
    return redirect(url_for("team"))


def organisation_add() -> ResponseReturnValue:
    """Register an organisation and take it into the operation."""
    form = _organisation_form()
    if not form.validate():
        return _page(organisation_form=form)
    same = [
        a
        for a in agencies(db.session, here().operation)
        if a.acronym.casefold() == (form.acronym.data or "").strip().casefold()
    ]
    try:
        agency = operations.add_organisation(
            db.session,
            here().operation,
            acronym=form.acronym.data or "",
            name=form.org_name.data or "",
            type_=form.type.data or "",
            role=form.part.data or "",
            actor=here().person,
        )
    except Refusal as refusal:
        form.org_name.errors = [refusal.words(gettext)]
        return _page(organisation_form=form)
    db.session.commit()
    flash(gettext("%(acronym)s takes part in the operation.", acronym=agency.acronym))
    if others := "; ".join(a.name for a in same if a.id != agency.id):
        flash(gettext("Another organisation has the same acronym: %(names)s.", names=others), "warning")
    return redirect(url_for("team"))


def organisation_take_in() -> ResponseReturnValue:
    """Take an organisation that is registered already into the operation."""
    agency = operations.take_in(
        db.session,
        here().operation,
        whole(request.form.get("organisation")) or 0,
        role="partner",
        actor=here().person,
    )
    db.session.commit()
    flash(gettext("%(acronym)s takes part in the operation.", acronym=agency.acronym))
    return redirect(url_for("team"))
