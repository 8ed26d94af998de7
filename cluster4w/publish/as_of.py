"""The words for a record asked as it once was: on pages, on sheets, in files and in the names of files."""

from __future__ import annotations

import datetime as dt

from cluster4w.gaps.question import Question
from cluster4w.publish.figures import day, month
from cluster4w.template.language import N_, Translate


def as_of_words(question: Question, language: str, translate: Translate) -> str:
    """Return what stands in large letters above figures that are not today's; "" for today's."""
    moment = question.as_of
    if moment is None:
        return ""
    if question.release is not None:
        name, number = question.release
        said = {"month": month(name, language), "number": number, "date": day(moment.date(), language)}
        return translate(N_("Release of %(month)s, no. %(number)s, of %(date)s")) % said
    if _is_end_of_day(moment):
        return translate(N_("State of %(date)s")) % {"date": day(moment.date(), language)}
    said = {"date": day(moment.date(), language), "time": f"{moment:%H:%M}"}
    return translate(N_("State of %(date)s at %(time)s UTC")) % said


def file_part(question: Question) -> str:
    """Return what the name of a file says of it: ``publication-2016-06-1``, ``etat-2016-06-30``; "" now."""
    if question.as_of is None:
        return ""
    if question.release is not None:
        name, number = question.release
        return f"publication-{name}-{number}"
    moment = question.as_of
    return f"etat-{moment:%Y-%m-%d}" if _is_end_of_day(moment) else f"etat-{moment:%Y-%m-%d-%H%M}"


def _is_end_of_day(moment: dt.datetime) -> bool:
    return moment.time() == dt.time.max
