"""The record as workbooks to hand out, and the empty workbook to fill in."""

from __future__ import annotations

import datetime as dt

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cluster4w.extensions import db
from cluster4w.gaps.question import Question
from cluster4w.publish.as_of import file_part
from cluster4w.publish.workbooks.workbook import write_export, write_template
from cluster4w.record.queries.months import list_months
from cluster4w.record.queries.operations import plan_months
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.security import here, own_rows_only
from cluster4w.template.language import LANGUAGES, N_
from cluster4w.template.problems import Refusal
from cluster4w.views.as_of import Dated, when, when_or_why_not
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.months_choice import agency_of, month_of
from cluster4w.views.responses import unchanged


def exports() -> ResponseReturnValue:
    """Say which months there are, now or as of a moment, and take an order for a workbook."""
    today = dt.datetime.now(dt.UTC).date()
    if same := unchanged(here().operation.revision, today):
        return same
    moment, wrong_moment = when_or_why_not()
    every = list_months(db.session, here().operation, as_of=moment.at)
    months = [m for m in every if m.rows or m.nil_reports]
    shown = render_template(
        "exports.html",
        page=Dated(moment, "exports"),
        wrong_moment=wrong_moment,
        months=months,
        choices=sorted({*plan_months(here().operation), *(m.month for m in months)}),
        layouts=list(here().template.layouts.values()),
        agencies=agencies(db.session, here().operation),
    )
    return (shown, 400) if wrong_moment else shown


def export_workbook() -> ResponseReturnValue:
    """Send months of the record in a layout: ``?du=&au=&org=&modele=&langue=&public=&etat=&publication=``."""
    operation = here().operation
    first, last = month_of(request.args.get("du")), month_of(request.args.get("au"))
    if first and last and first > last:
        raise Refusal("export.months_reversed", N_("The first month lies after the last one."))
    agency = agency_of(db.session, operation, request.args.get("org"))
    layout, language = _form()
    public = request.args.get("public") == "1"
    moment = when()
    every = plan_months(operation)
    name = file_name(
        months_name(first or every[0], last or every[-1]),
        operation.slug,
        layout,
        agency.acronym if agency else None,
        file_part(Question(as_of=moment.at, release=moment.pair)),
        form="xlsx",
    )
    return send_written(
        lambda out: write_export(
            db.session,
            operation,
            out,
            layout=layout,
            language=language,
            agency=agency,
            first=first,
            last=last,
            as_of=moment.at,
            public=public,
        ),
        name,
    )


def template_workbook() -> ResponseReturnValue:
    """Send a workbook to fill in: ``?mois=&org=&modele=&langue=``. A partner gets its own, always."""
    operation = here().operation
    month = month_of(request.args.get("mois"))
    agency = _whose_template()
    layout, language = _form()
    name = file_name(
        months_name(month, None), operation.slug, layout, agency.acronym if agency else None, form="xlsx"
    )
    return send_written(
        lambda out: write_template(
            db.session, operation, out, layout=layout, language=language, agency=agency, month=month
        ),
        name,
    )


def _whose_template() -> Agency | None:
    number = here().organisation_id if own_rows_only(here().role) else request.args.get("org")
    return agency_of(db.session, here().operation, str(number or ""))


def _form() -> tuple[str, str]:
    """Return the layout and the language asked for; by default the first one and the page's."""
    layouts = here().template.layouts
    layout = request.args.get("modele") or next(iter(layouts))
    language = request.args.get("langue", "")
    return layout, language if language in LANGUAGES else here().language
