"""Changing one's own password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import login_user
from wtforms import Form, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from cluster4w.extensions import db, limiter
from cluster4w.record.operations.people import LONGEST, SHORTEST, set_password, verify_password
from cluster4w.security import Account, person
from cluster4w.template.problems import Refusal
from cluster4w.views.session import sign_in_limit


class PasswordForm(Form):
    """The old password, and the new one twice."""

    current = PasswordField(_l("Current password"), [InputRequired(_l("Enter your current password."))])
    new = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Enter a new password.")),
            Length(min=SHORTEST, message=_l("Use at least %(min)d characters.")),
            Length(max=LONGEST),
        ],
        description=_l("At least 12 characters. A short sentence is easy to remember and hard to guess."),
    )
    again = PasswordField(
        _l("New password again"), [EqualTo("new", _l("The two new passwords are not the same."))]
    )


@limiter.limit(sign_in_limit, methods=["POST"])
def own_password() -> ResponseReturnValue:
    """Give oneself a new password; every other session of the person ends."""
    form = PasswordForm(request.form)
    if request.method == "POST" and form.validate():
        if not verify_password(person(), form.current.data or ""):
            form.current.errors = [gettext("This is not your current password.")]
        elif _changed(form):
            flash(gettext("Your password is changed. Other browsers are signed out."))
            return redirect(url_for("home"))
    return render_template("own_password.html", form=form), 422 if form.errors else 200


def _changed(form: PasswordForm) -> bool:
    """Set the new password and stay signed in here; a password that is refused becomes the field's error."""
    try:
        set_password(db.session, person(), form.new.data or "")
    except Refusal as refusal:
        form.new.errors = [refusal.words(gettext)]
        return False
    db.session.commit()
    login_user(Account(person()))
    return True
