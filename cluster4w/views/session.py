"""Signing in and out."""

from __future__ import annotations

import time
from typing import cast

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import login_user, logout_user
from wtforms import EmailField, Form, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from cluster4w.extensions import db, limiter
from cluster4w.models import Person
from cluster4w.record.operations.access import record_sign_in, record_sign_out
from cluster4w.record.operations.people import verify_password
from cluster4w.record.queries import people
from cluster4w.security import BEGUN, Account, local_path, person


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=1024)])
    next = HiddenField(filters=[local_path])


def sign_in_limit() -> str:
    """Return how often one address may try a password."""
    return cast(str, current_app.config["SIGN_IN_LIMIT"])


@limiter.limit(sign_in_limit, methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password, then go where the person wanted to go."""
    form = SignInForm(request.form, data={"next": request.args.get("next", "")})
    if request.method == "POST" and form.validate():
        known = people.find_by_email(db.session, (form.email.data or "").strip().lower())
        # The work is the same for an address that nobody has.
        succeeded = verify_password(known, form.password.data or "")
        record_sign_in(db.session, known, succeeded=succeeded)
        if succeeded and known is not None:
            return _begin(known, local_path(form.next.data))
        db.session.commit()
        form.form_errors.append(gettext("The address or the password is not right."))
    status = 422 if form.errors else 200
    return render_template("sign_in.html", form=form), status


def _begin(known: Person, target: str | None) -> ResponseReturnValue:
    # A new session at sign-in: nothing that was in the browser's old one is trusted.
    session.clear()
    session.permanent = True
    session[BEGUN] = int(time.time())
    login_user(Account(known))
    db.session.commit()
    return redirect(target or url_for("home"))


def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    record_sign_out(db.session, person())
    logout_user()
    session.clear()
    db.session.commit()
    flash(gettext("You are signed out."))
    return redirect(url_for("sign_in"))
