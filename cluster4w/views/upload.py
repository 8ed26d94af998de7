"""Sending a workbook: the form that takes it, and what became of the last ones."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import cast

from flask import abort, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import FileField, Form, SelectField
from wtforms.validators import ValidationError

from cluster4w import jobs
from cluster4w.extensions import db, limiter
from cluster4w.intake.submit import receive
from cluster4w.models import Submission, SubmissionState
from cluster4w.record.queries.operations import locked_months, plan_months
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.record.queries.submissions import file_content, list_submissions
from cluster4w.record.queries.waiting import WAITING, sent_before
from cluster4w.security import here, own_rows_only, person, wants_json
from cluster4w.template.text import printable
from cluster4w.views import formats
from cluster4w.views.months_choice import agency_of, month_to_offer
from cluster4w.views.numbers import whole
from cluster4w.views.submission import find

#: Bytes that a row takes in a usual workbook; with it, a file's size says about how many rows it has.
BYTES_PER_ROW = 60
#: Letters of a file's name that are kept.
LONGEST_NAME = 200
#: Uploads that the page shows below its form.
SHOWN = 8
#: A file that comes again within this time was most likely sent again by mistake.
AGAIN = dt.timedelta(hours=1)
#: Within this time it was sent twice by one hand: impatience, or an answer that a bad line lost.
AT_ONCE = dt.timedelta(minutes=2)


class UploadForm(Form):
    """A file, the month it reports and, for those who send for others, whose it is."""

    file = FileField(_l("Workbook"))
    month = SelectField(
        _l("Reporting month"),
        description=_l("For rows that name no month themselves."),
        validate_choice=True,
    )
    organisation = SelectField(
        _l("Organisation"),
        description=_l("Whose rows the file holds. For a file of several organisations: the whole cluster."),
        validate_choice=True,
    )

    def validate_file(self, field: FileField) -> None:
        """Refuse an empty choice of file before anything is stored."""
        upload = field.data
        if not isinstance(upload, FileStorage) or not upload.filename:
            raise ValidationError(gettext("Choose a file first."))
        if not _size(upload):
            raise ValidationError(gettext("This file is empty."))


def upload_limit() -> str:
    """Return how often one person may upload."""
    return cast(str, current_app.config["UPLOAD_LIMIT"])


def _sender() -> str:
    return f"person-{g.person.id}" if g.person else "nobody"


def _size(upload: FileStorage) -> int:
    end = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return end


@limiter.limit(upload_limit, key_func=_sender, methods=["POST"])
def upload() -> ResponseReturnValue:
    """Take a workbook and go to the page of its check; a small one is checked on the way."""
    form = _form()
    if request.method == "POST" and form.validate():
        return _take(form)
    own = here().organisation_id if own_rows_only(here().role) else None
    status = 422 if form.errors else 200
    if form.errors and wants_json():
        messages = [str(m) for errors in form.errors.values() for m in errors]
        problems = [{"code": "form", "message": m} for m in messages]
        return jsonify(ok=False, error=" ".join(messages), errors=problems, status=status), status
    page = render_template(
        "upload.html",
        form=form,
        sent=list_submissions(db.session, here().operation, organisation_id=own, limit=SHOWN),
        month=month_to_offer(db.session, here().operation),
        layouts=list(here().template.layouts.values()),
        megabytes=current_app.config["MAX_UPLOAD_MB"],
        again=_sent_again(),
    )
    return page, status


@limiter.limit(upload_limit, key_func=_sender)
def upload_again() -> ResponseReturnValue:
    """Send a file once more that is here already: nobody has to bring it over a bad line twice."""
    before = find(whole(request.form.get("envoi")) or 0)
    agency = agency_of(db.session, here().operation, str(before.organisation_id or ""))
    if agency is None and (before.organisation_id is not None or own_rows_only(here().role)):
        abort(404)
    name, month = before.file.name if before.file else "", request.form.get("month") or None
    if month is not None and month not in {choice[0] for choice in _form().month.choices or ()}:
        month = before.month
    return _went(_receive(file_content(db.session, before), name, agency, month))


def _sent_again() -> Submission | None:
    """Return the submission that the address names as the one of the same file."""
    number = whole(request.args.get("deja"))
    return find(number) if number else None


def _form() -> UploadForm:
    form = UploadForm(request.form, data={"month": month_to_offer(db.session, here().operation)})
    form.file.process_data(request.files.get("file"))
    locked = locked_months(db.session, here().operation)
    months = [m for m in reversed(plan_months(here().operation)) if m not in locked]
    form.month.choices = [*((m, formats.month(m)) for m in months), ("", gettext("As the file says"))]
    if own_rows_only(here().role):
        del form.organisation
    else:
        everyone = agencies(db.session, here().operation)
        form.organisation.choices = [
            ("", gettext("The whole cluster")),
            *((str(a.id), f"{a.acronym} · {a.name}") for a in everyone),
        ]
    return form


def _take(form: UploadForm) -> ResponseReturnValue:
    """Take the file of the form, unless the very same one came a moment ago."""
    received = cast(FileStorage, form.file.data)
    data, agency, month = received.stream.read(), _whose(form), form.month.data or None
    before = sent_before(
        db.session,
        here().operation,
        sha256(data).hexdigest(),
        organisation_id=agency.id if agency else None,
        since=dt.datetime.now(dt.UTC) - AGAIN,
    )
    if before is None:
        return _went(_receive(data, printable(received.filename or "")[:LONGEST_NAME], agency, month))
    at_once = dt.datetime.now(dt.UTC) - before.created_at < AT_ONCE
    here_still = before.state in WAITING or (before.state == SubmissionState.CHECKED and at_once)
    if here_still and before.month == month:
        moment = formats.moment(before.created_at)
        flash(
            gettext(
                "This file was sent already, on %(moment)s. It was not taken a second time.", moment=moment
            )
        )
        return _went(before.id)
    return _go(url_for("upload", deja=before.id, mois=month or ""))


def _receive(data: bytes, name: str, agency: Agency | None, month: str | None) -> int:
    """Store a file and have it checked; returns the submission's number."""
    submission = receive(
        db.session,
        here().operation,
        data,
        name,
        agency=agency,
        month=month,
        actor=person(),
    )
    number = submission.id
    db.session.commit()
    check_soon(number, len(data))
    return number


def check_soon(number: int, size: int) -> None:
    """Have a submission checked: a small file at once, a large one by the worker. Commit first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if size > current_app.config["BACKGROUND_ROWS"] * BYTES_PER_ROW:
        jobs.enqueue_check(app, number)
    else:
        jobs.run_check(app, number)


def _whose(form: UploadForm) -> Agency | None:
    number = here().organisation_id if own_rows_only(here().role) else form.organisation.data
    return agency_of(db.session, here().operation, str(number or ""))


def _went(number: int) -> ResponseReturnValue:
    return _go(url_for("submission", submission_id=number))


def _go(address: str) -> ResponseReturnValue:
    return jsonify(ok=True, address=address) if wants_json() else redirect(address, 303)
