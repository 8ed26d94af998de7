"""Taking a table of needs in: it is kept, looked at, and loaded only then. Three requests."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import NamedTuple, cast

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from werkzeug.datastructures import FileStorage

from cluster4w.extensions import db
from cluster4w.intake.findings import Finding, message, title
from cluster4w.intake.needs.file import About, load_needs, read_needs
from cluster4w.intake.needs.report import Kind, LoadedNeeds, RegionTotal
from cluster4w.models import NeedUpload, StoredFile
from cluster4w.publish.workbooks.needs import write_needs_template
from cluster4w.record.operations.needs import keep_upload, mark_loaded, upload_with_edition
from cluster4w.record.queries.needs import get_upload, list_need_tables
from cluster4w.security import here, person
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity
from cluster4w.template.text import printable
from cluster4w.views import formats
from cluster4w.views.downloads import as_it_came, file_name, send_written
from cluster4w.views.needs import page
from cluster4w.views.needs_form import blank_form, edition_choices
from cluster4w.views.needs_words import UNITS, kind_words
from cluster4w.views.values import choice_words

#: Findings of one kind that are shown before the page says how many more there are.
SHOWN = 12
LONGEST_NAME = 200
SEVERITIES = {
    Severity.ERROR: N_("Left out"),
    Severity.WARNING: N_("To look at"),
    Severity.INFO: N_("Good to know"),
}


def needs_send() -> ResponseReturnValue:
    """Keep a file and go to the look at it; nothing is loaded yet."""
    form = blank_form()
    if not form.validate():
        return page(form)
    received = cast(FileStorage, form.file.data)
    settings = {
        "source": printable(form.source.data or ""),
        "dated": f"{form.dated.data}",
        "published": f"{form.published.data}" if form.published.data else None,
        "validated_by": printable(form.validated_by.data or ""),
        "sub_sector": form.sub_sector.data or None,
        "edition": form.edition.data or None,
    }
    upload = keep_upload(
        db.session,
        here().operation,
        received.stream.read(),
        printable(received.filename or "")[:LONGEST_NAME],
        settings,
        actor=person(),
    )
    number = upload.id
    db.session.commit()
    return redirect(url_for("needs_look", upload_id=number), 303)


def _upload(upload_id: int) -> tuple[NeedUpload, StoredFile]:
    found = get_upload(db.session, here().operation, upload_id)
    if found is None:
        abort(404)
    return found


def _said_of(upload: NeedUpload) -> About:
    said = upload.settings
    published = said.get("published")
    return About(
        said["source"],
        dt.date.fromisoformat(said["dated"]),
        dt.date.fromisoformat(published) if published else None,
        said.get("validated_by") or "",
        said.get("sub_sector"),
        said.get("edition"),
    )


def needs_look(upload_id: int) -> ResponseReturnValue:
    """Show what a file would bring: totals by region and everything there is to say. Nothing is written."""
    upload, stored = _upload(upload_id)
    if upload.source_id is not None:
        return redirect(url_for("needs"), 303)
    about, loaded, refusal = _said_of(upload), None, None
    try:
        loaded = read_needs(db.session, here().operation, stored.content, stored.name, about)
    except Refusal as refused:
        refusal = refused.words(gettext)
    corrected = [
        t
        for t in list_need_tables(db.session, here().operation)
        if t.stands and t.source == about.source and t.dated == about.dated
    ]
    return render_template(
        "needs_look.html",
        upload=upload,
        file=stored.name,
        about=about,
        refusal=refusal,
        loaded=loaded,
        groups=_groups(loaded.findings) if loaded else [],
        kinds=[_whole_words(kind) for kind in loaded.kinds()] if loaded else [],
        totals=_totals(loaded) if loaded else [],
        corrected=corrected,
        editions=edition_choices(),
        proposed=_proposed_edition(loaded),
    )


class Group(NamedTuple):
    """Findings of one kind: severity, words, title, sentences with their places, and how many more."""

    severity: Severity
    severity_words: str
    title: str
    lines: list[tuple[str, str]]
    more: int


def _groups(findings: list[Finding]) -> list[Group]:
    order = list(Severity)
    by_code: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        by_code.setdefault((order.index(finding.severity), finding.code), []).append(finding)
    return [
        Group(
            order[rank],
            gettext(SEVERITIES[order[rank]]),
            title(code, gettext),
            [(_place(f), message(f, gettext)) for f in found[:SHOWN]],
            max(len(found) - SHOWN, 0),
        )
        for (rank, code), found in sorted(by_code.items(), key=lambda item: item[0])
    ]


def _place(finding: Finding) -> str:
    """Return where a finding stands: "Feuil1, row 12, column C"."""
    parts = [finding.sheet] if finding.sheet else []
    if finding.row:
        parts.append(gettext("row %(number)s", number=finding.row))
    if finding.column:
        parts.append(gettext("column %(letter)s", letter=finding.column))
    return ", ".join(parts)


class Line(NamedTuple):
    """A region, or the whole country (no name), with what each kind of figures says of it."""

    name: str
    cells: list[RegionTotal | None]


def _totals(loaded: LoadedNeeds) -> list[Line]:
    """Return a line per region and, where the table gives it, one for the whole country at the end."""
    columns = [{r.pcode: r for r in loaded.by_region(kind)} for kind in loaded.kinds()]
    names = {r.pcode: r.name for column in columns for r in column.values()}
    order = sorted(names, key=lambda code: (not names[code], code))
    return [Line(names[code], [column.get(code) for column in columns]) for code in order]


def _whole_words(kind: Kind) -> str:
    measure, sub_sector, group, unit = kind
    parts = [kind_words(measure, sub_sector)]
    parts.append(choice_words("population_group", group) if group else gettext("all groups"))
    return f"{', '.join(parts)} ({gettext(UNITS[unit])})"


def _proposed_edition(loaded: LoadedNeeds | None) -> str:
    findings = loaded.findings if loaded else []
    return next((str(f.params["edition"]) for f in findings if f.code == "needs.looks_like_edition"), "")


def needs_edition(upload_id: int) -> ResponseReturnValue:
    """Read a file with the codes of another edition."""
    upload, _ = _upload(upload_id)
    edition = request.form.get("edition", "")
    if edition not in dict(edition_choices()):
        abort(400)
    upload_with_edition(db.session, upload, edition or None)
    db.session.commit()
    return redirect(url_for("needs_look", upload_id=upload_id), 303)


def needs_load(upload_id: int) -> ResponseReturnValue:
    """Load a file that was looked at; a second click loads nothing twice."""
    upload, stored = _upload(upload_id)
    if upload.source_id is None:
        loaded = load_needs(
            db.session, here().operation, stored.content, stored.name, _said_of(upload), actor=person()
        )
        if loaded.saved is None:
            raise Refusal(
                "needs.nothing", N_("The file “%(name)s” holds no figure to load."), name=stored.name
            )
        mark_loaded(db.session, upload, loaded.saved)
        db.session.commit()
        count = len(loaded.figures)
        flash(
            ngettext(
                "%(figures)s figure of “%(source)s” is loaded.",
                "%(figures)s figures of “%(source)s” are loaded.",
                count,
                figures=formats.number(count),
                source=loaded.source,
            )
        )
    return redirect(url_for("needs"), 303)


def needs_file(upload_id: int) -> Response:
    """Send a file of figures as it came."""
    _, stored = _upload(upload_id)
    return send_file(
        BytesIO(stored.content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=as_it_came(stored.name),
    )


def needs_template() -> Response:
    """Send the workbook for needs of one's own."""
    operation, language = here().operation, here().language
    return send_written(
        lambda out: write_needs_template(db.session, operation, out, language=language),
        file_name(operation.slug, gettext("needs"), form="xlsx"),
    )
