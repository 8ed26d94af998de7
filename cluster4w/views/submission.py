"""A submission's own page: its check, sending it, its receipt, putting it away."""

from __future__ import annotations

import math
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w import jobs
from cluster4w.extensions import db
from cluster4w.intake.headers.choose import NO_TABLE
from cluster4w.intake.headers.unknown import LARGEST
from cluster4w.intake.submit import agreed, run_check, submit
from cluster4w.models import Submission, SubmissionState
from cluster4w.publish.annotated.annotate import annotate, form_of, of_submission
from cluster4w.publish.annotated.words import FILLABLE
from cluster4w.record.operations.submissions import NOT_RECORDED, ask_to_record, discard
from cluster4w.record.queries import submissions as stored
from cluster4w.record.queries.finding_values import count_repeated, list_repeated
from cluster4w.record.queries.fixes import count_fixes, list_fixes
from cluster4w.record.queries.people import get_person
from cluster4w.record.queries.receipts import brought_by
from cluster4w.security import allowed, can_see_all_rows, here, own_rows_only, person
from cluster4w.template.problems import Refusal
from cluster4w.views import check_page, fix_forms, vanished
from cluster4w.views.check_page import PAGE
from cluster4w.views.downloads import as_it_came, file_name, send_written
from cluster4w.views.numbers import whole
from cluster4w.views.progress import is_over, progress_page, standing
from cluster4w.views.question_maps import drawing, map_ground
from cluster4w.views.questions import PAGE as QUESTIONS
from cluster4w.views.questions import count_elsewhere, questions
from cluster4w.views.since import since_words
from cluster4w.views.values import choice_words

#: Submissions of the list.
LISTED = 200


def find(submission_id: int, *, lock: bool = False) -> Submission:
    """Return a submission that the person here may see; every other one does not exist."""
    found = stored.get_submission(db.session, submission_id, lock=lock)
    mine = can_see_all_rows(here().role) or (
        own_rows_only(here().role)
        and here().organisation_id is not None
        and found.organisation_id == here().organisation_id
    )
    if found.operation_id != here().operation.id or not mine:
        abort(404)
    return found


def submissions() -> ResponseReturnValue:
    """List the uploads: a partner's own organisation's, everybody's for the others."""
    own = here().organisation_id if own_rows_only(here().role) else None
    sent = stored.list_submissions(db.session, here().operation, organisation_id=own, limit=LISTED)
    return render_template("submissions.html", sent=sent, most=LISTED)


def submission(submission_id: int) -> ResponseReturnValue:
    """Show where a submission stands; can be left and found again."""
    return _page(find(submission_id))


def show_wrong(found: Submission, wrong: dict[str, Any]) -> ResponseReturnValue:
    """Show the page of a check with what was typed into one of its forms and cannot be taken."""
    return _page(found, wrong=wrong)


def _page(
    found: Submission, *, unseen: bool = False, wrong: dict[str, Any] | None = None
) -> ResponseReturnValue:
    match SubmissionState(found.state):
        case SubmissionState.RECEIVED | SubmissionState.CHECKING | SubmissionState.RECORDING:
            page = progress_page(found)
        case SubmissionState.REFUSED:
            page = render_template(
                "refused.html",
                submission=found,
                why=_refusal(found),
                may_map=may_map(found) and allowed("submission_columns_save"),
            )
        case SubmissionState.SUBMITTED:
            page = _receipt(found)
        case SubmissionState.DISCARDED:
            page = render_template("submission_discarded.html", submission=found)
        case SubmissionState.CHECKED:
            page = _check(found, unseen=unseen, wrong=wrong)
    response = current_app.make_response((page, 422 if unseen or wrong else 200))
    # Where it stands changes without the person's doing: no copy of the page is shown instead of it.
    response.headers["Cache-Control"] = "no-store"
    return response


def may_map(found: Submission) -> bool:
    """Tell whether a person can say where the table of a refused file is."""
    small = found.file is not None and found.file.size <= LARGEST
    return small and found.state == SubmissionState.REFUSED and found.refusal.get("code") == NO_TABLE


def _refusal(found: Submission) -> str:
    return _words(found.refusal) or str(gettext("The file cannot be used."))


def _words(refusal: dict[str, Any] | None) -> str:
    """Return a refusal that was kept, in words."""
    if not refusal:
        return ""
    kept = Refusal(str(refusal["code"]), str(refusal["message"]), **refusal.get("params", {}))
    return kept.words(gettext)


def _author(found: Submission) -> str | None:
    author = get_person(db.session, found.author_id) if found.author_id else None
    return str(author.name) if author else None


def _receipt(found: Submission) -> str:
    waits = check_page.groups(stored.finding_groups(db.session, found))
    waits = [g for g in waits if g.severity == "error"]
    return render_template(
        "submission_receipt.html",
        submission=found,
        counts=found.report["rows"],
        brought=brought_by(db.session, found),
        author=_author(found),
        choice=choice_words,
        lines=vanished.receipt(found),
        outcomes=vanished.OUTCOMES,
        column_name=check_page.column_name,
        **_fixed(found),
        waits=waits,
        **_chosen(found, waits),
    )


def _check(found: Submission, *, unseen: bool, wrong: dict[str, Any] | None = None) -> str:
    groups = check_page.groups(stored.finding_groups(db.session, found))
    to_do = [g for g in groups if g.severity != "info"]
    return render_template(
        "submission.html",
        submission=found,
        counts=found.report["rows"],
        bar=check_page.Bar.of(found.report["rows"]),
        to_do=to_do,
        infos=[g for g in groups if g.severity == "info"],
        warnings=sum(g.count for g in groups if g.severity == "warning"),
        changed=_changed(found),
        vanished=vanished.section(found),
        since=since_words(found),
        column_name=check_page.column_name,
        how=check_page.how_words,
        unseen=unseen,
        not_recorded=_words(found.report.get(NOT_RECORDED)),
        may_send=allowed("submission_submit"),
        fillable=any(g.code in FILLABLE for g in to_do),
        **_fixed(found),
        **_chosen(found, groups, to_do, ask=True, wrong=wrong),
    )


def _chosen(
    found: Submission,
    groups: list[check_page.Group],
    to_do: list[check_page.Group] | None = None,
    *,
    ask: bool = False,
    wrong: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the list of findings shows: the kind that was asked for, else the first to be done.

    ``ask``: what one answer settles is shown as questions above the findings.
    """
    first = next(iter(groups if to_do is None else to_do), None)
    chosen = next((g for g in groups if g.id == request.values.get("constat")), first)
    pages = _pages(found, chosen)
    page = min(_number("page"), pages)
    return {
        **(_asked(found, chosen) if ask and chosen and allowed("submission_names") else {}),
        "sheets": check_page.sheets(found),
        "chosen": chosen,
        **_findings(found, chosen, page, wrong),
        "page": page,
        "pages": pages,
        "address": _addresses(found),
    }


def _asked(found: Submission, group: check_page.Group) -> dict[str, Any]:
    """Return a page of the questions of a kind of findings."""
    asked = questions(found, group)
    pages = max(math.ceil(len(asked) / QUESTIONS), 1)
    page = min(_number("question"), pages)
    address = url_for("submission", submission_id=found.id, constat=group.id)
    shown = asked[(page - 1) * QUESTIONS : page * QUESTIONS]
    count_elsewhere(found, group, shown)
    return {
        "questions": shown,
        "map_ground": map_ground(shown),
        "drawing": drawing,
        "all_questions": len(asked),
        "question_page": page,
        "question_pages": pages,
        "question_address": lambda number: f"{address}&question={number}#constats",
        "may_choose_scope": can_see_all_rows(here().role) and found.organisation_id is not None,
        "about_columns": group.code.startswith("column."),
    }


def _number(name: str) -> int:
    return min(whole(request.values.get(name)) or 1, 100_000)


def _findings(
    found: Submission, chosen: check_page.Group | None, page: int, wrong: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the findings of a page in words, with the form that corrects each where there is a cell."""
    if chosen is None:
        return {"found": []}
    kind = {"code": chosen.code, "severity": chosen.severity}
    entries = list_repeated(db.session, found, **kind, offset=(page - 1) * PAGE, limit=PAGE)
    shown = check_page.wrong(entries, chosen)
    if found.state != SubmissionState.CHECKED or not allowed("submission_fix"):
        return {"found": shown}
    made = fix_forms.forms(found, chosen, entries, wrong)
    for number, form in made.items():
        shown[number].fix = form
    return {
        "found": shown,
        "fix_lists": fix_forms.lists(made.values()),
        "safe": fix_forms.count_safe(found, chosen),
    }


def _fixed(found: Submission) -> dict[str, Any]:
    """Return the first of the cells that were corrected in the page, and how many there are."""
    return {
        "fixes": list_fixes(db.session, found, limit=2 * PAGE),
        "all_fixes": count_fixes(db.session, found),
    }


def _pages(found: Submission, chosen: check_page.Group | None) -> int:
    if chosen is None:
        return 1
    many = count_repeated(db.session, found, code=chosen.code, severity=chosen.severity)
    return max(math.ceil(many / PAGE), 1)


def _addresses(found: Submission) -> Any:
    """Return what makes the address of a page of a kind of findings."""

    def address(group: check_page.Group, page: int = 1) -> str:
        number = page if page > 1 else None
        return url_for("submission", submission_id=found.id, constat=group.id, page=number) + "#constats"

    return address


def _changed(found: Submission) -> dict[str, Any]:
    pages = max(math.ceil(found.report["rows"]["changed"] / PAGE), 1)
    page = min(_number("modif"), pages)
    rows = stored.rows(db.session, found, comparison="changed", offset=(page - 1) * PAGE, limit=PAGE)
    return {
        "rows": check_page.changed(rows),
        "page": page,
        "pages": pages,
        "asked": "modif" in request.args,
        "address": lambda n: url_for("submission", submission_id=found.id, modif=n) + "#modifiees",
    }


def submission_state(submission_id: int) -> ResponseReturnValue:
    """Say how far a check is, for the page that waits for it.

    ``{"state", "progress", "step", "waits", "done"}``: the step in words; whether it waits for another file.
    """
    found = find(submission_id)
    if is_over(found):
        response = jsonify(state=found.state, progress=100, step="", waits=False, done=True)
    else:
        now = standing(found)
        response = jsonify(
            state=found.state,
            progress=now.share,
            step=now.words,
            waits=now.ahead is not None,
            done=False,
        )
    response.headers["Cache-Control"] = "no-store"
    return response


def submission_submit(submission_id: int) -> ResponseReturnValue:
    """Record the rows that have no errors. Warnings must have been seen."""
    found = find(submission_id, lock=True)
    address = url_for("submission", submission_id=submission_id)
    # A form that is sent twice finds the receipt, or the page that says how far it is.
    if found.state in (SubmissionState.SUBMITTED, SubmissionState.RECORDING):
        return redirect(address, 303)
    seen = request.form.get("vu") == "1"
    if found.state == SubmissionState.CHECKED and _has_warnings(found) and not seen:
        return _page(found, unseen=True)
    if found.state == SubmissionState.CHECKED and _is_large(found):
        ask_to_record(db.session, found, actor=person())
        db.session.commit()
        jobs.enqueue_check(current_app._get_current_object(), submission_id)  # type: ignore[attr-defined]
        return redirect(address, 303)
    if _differs_now(found):
        db.session.commit()
        flash(
            gettext(
                "The record or the places have changed since this file was checked. It was checked again:"
                " look at the result, then send it. Nothing was recorded."
            ),
            "warning",
        )
        return redirect(address, 303)
    submit(db.session, found, actor=person())
    db.session.commit()
    return redirect(address, 303)


def _is_large(found: Submission) -> bool:
    """Tell whether recording a file takes too long for a request, whose answer a bad line may lose."""
    rows = found.report["rows"]
    return bool(rows["new"] + rows["changed"] > current_app.config["BACKGROUND_ROWS"])


def _differs_now(found: Submission) -> bool:
    """Check a file again where the record has moved on; tell whether that says anything new.

    What a person agreed to is what is recorded.
    """
    if found.state != SubmissionState.CHECKED or found.revision == here().operation.revision:
        return False
    seen = agreed(found)
    run_check(db.session, found.id)
    return found.state != SubmissionState.CHECKED or agreed(found) != seen


def _has_warnings(found: Submission) -> bool:
    return any(entry["severity"] == "warning" for entry in found.report.get("summary", []))


def submission_discard(submission_id: int) -> ResponseReturnValue:
    """Put a submission away: nothing of it is recorded."""
    found = find(submission_id, lock=True)
    discard(db.session, found, actor=person())
    db.session.commit()
    flash(gettext("The file is put away. Nothing of it was recorded."))
    return redirect(url_for("upload"), 303)


def submission_check(submission_id: int) -> ResponseReturnValue:
    """Have the worker take up a file again whose check or recording never came to its end."""
    found = find(submission_id)
    if not is_over(found):
        db.session.commit()
        jobs.enqueue_check(current_app._get_current_object(), submission_id)  # type: ignore[attr-defined]
    return redirect(url_for("submission", submission_id=submission_id), 303)


def submission_file(submission_id: int) -> ResponseReturnValue:
    """Send the file back as it came."""
    found = find(submission_id)
    content = stored.file_content(db.session, found)
    name = as_it_came(found.file.name if found.file else "")
    response = Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def submission_workbook(submission_id: int) -> ResponseReturnValue:
    """Send the file back with the findings in it; ``suggestions=1``: the safe suggestions are filled in."""
    checked = of_submission(db.session, find(submission_id))
    accept = request.args.get("suggestions") == "1"
    stem, dot, _ = checked.name.rpartition(".")
    name = file_name(
        (stem if dot else checked.name) or "file",
        gettext("suggestions") if accept else gettext("findings"),
        form=form_of(checked.content),
    )
    language = here().language
    return send_written(
        lambda out: annotate(checked, out, language=language, accept_suggestions=accept), name
    )
