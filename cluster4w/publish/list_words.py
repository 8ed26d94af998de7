"""The words of the lists: what each one is, its columns, why it is empty. One wording for pages and files."""

from __future__ import annotations

from cluster4w.gaps.lists import Empty, Listing
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import GapTable
from cluster4w.publish import gap_words
from cluster4w.publish.figures import day, number
from cluster4w.template.language import N_, Translate

#: Every list in the order in which a meeting asks for them.
LISTS = ("uncovered", "nobody", "above", "several", "overdue", "pipeline")
TITLES = {
    "uncovered": N_("Most uncovered areas"),
    "nobody": N_("Areas in need where nobody is present"),
    "above": N_("Areas above 100 %"),
    "several": N_("Areas with three organisations or more"),
    "overdue": N_("Plans past their end date"),
    "pipeline": N_("What is planned against what is missing"),
}
ABOUT = {
    "uncovered": N_("Areas where help is missing: by number, by share or by severity."),
    "nobody": N_("Areas with a need or a target in which no organisation has reported any activity."),
    "above": N_("Areas where more was reached than asked: help that may be missing elsewhere."),
    "several": N_("Areas where organisations should agree who does what."),
    "overdue": N_(
        "Planned and ongoing activities whose end has passed and that nobody reported as completed."
    ),
    "pipeline": N_(
        "What planned and ongoing activities will still leave uncovered, and where they are more than is"
        " missing."
    ),
}
#: What a reader must know before quoting a list.
CAUTIONS = {
    "nobody": N_(
        "Present is who has a row of any kind, suspended and cancelled ones left aside. Nobody present does"
        " not mean that nobody works there: it means that nobody reported it."
    ),
    "several": N_(
        "Organisations with a row of any kind count, planned ones too; suspended and cancelled do not."
    ),
    "overdue": N_(
        "Without an end date, a planned activity is held to its start date, else to the end of its month."
        " Until their organisations report, these plans still count as planned everywhere."
    ),
    "pipeline": N_(
        "The template has no columns for stocks: goods in a warehouse are not in the record. The pipeline is"
        " what organisations report as planned or ongoing, counted by the rule of each activity type."
    ),
}
#: Headings by column, other than the one of the area itself.
HEADINGS = {
    "pcode": N_("P-code"),
    "parent_name": N_("In"),
    "severity": N_("Severity (1–5)"),
    "in_need": N_("In need"),
    "target": N_("Targeted"),
    "asked": N_("Targeted"),
    "reached": N_("Reached"),
    "planned": N_("Planned"),
    "gap": N_("Gap"),
    "share": N_("Coverage"),
    "organisations": N_("Organisations"),
    "perhaps": N_("Known for a larger area only"),
    "surplus": N_("Beyond what was asked"),
    "who": N_("Who reports"),
    "missing": N_("Missing now"),
    "left": N_("Left after plans"),
    "beyond": N_("Planned beyond what is missing"),
    "organisation": N_("Organisation"),
    "activity": N_("Activity"),
    "status": N_("Status"),
    "due": N_("Should be over by"),
    "due_by": N_("According to"),
    "days_late": N_("Days late"),
    "uid": N_("Row id"),
}

#: Columns of shares, and of figures that are not added up.
SHARES = frozenset({"share"})

_EMPTY: dict[Empty, tuple[str, str]] = {
    "no_areas": (
        N_("No area of this level is known here."),
        N_("Choose another level, or load the areas of this one."),
    ),
    "no_figures": (
        N_("This list cannot be made: no needs or targets are loaded for this question."),
        N_("Without them nobody can say what is missing. It does not mean that nothing is."),
    ),
    "figures_above": (
        N_("This list cannot be made for these areas: figures are known for larger areas only."),
        N_("They are not split over smaller areas. Ask for the level above."),
    ),
    "no_rows": (
        N_("This list cannot be made: the record holds no row of these months."),
        N_("Nothing is known of who is where and what was reached, not even that it is zero."),
    ),
}
_NONE = {
    "uncovered": N_("Nothing is missing in any area that has a figure: that is good news."),
    "nobody": N_("In every area in need somebody is present: that is good news."),
    "above": N_("In no area was more reached than asked."),
    "several": N_("No area has three organisations or more."),
    "overdue": N_("No plan is past its end: that is good news."),
    "pipeline": N_("No area has anything missing or planned."),
}


def title(name: str, translate: Translate, order: str = "") -> str:
    """Return what a list is called; ``order``: the column that it is sorted by, as a list has it."""
    # The smallest shares first are other areas than those with most people or the most severe needs.
    if name == "uncovered" and order == "share":
        return translate(N_("Least covered areas"))
    return translate(TITLES[name])


def heading(key: str, question: Question, area: str, translate: Translate) -> str:
    """Return the heading of a column; ``area`` is what the areas of the list are called."""
    if key == "name":
        return area
    if key == "asked" and question.measure == "need":
        key = "in_need"
    if key == "share" and question.measure == "projected":
        return translate(N_("Coverage, plans included"))
    return translate(HEADINGS[key])


def empty_words(listing: Listing, translate: Translate) -> tuple[str, str]:
    """Return why a list has no line, and what that means; ("", "") for one that has."""
    if listing.empty is None:
        return "", ""
    if listing.empty == "none":
        return translate(_NONE[listing.name]), ""
    words, more = _EMPTY[listing.empty]
    return translate(words), translate(more)


def left_out_lines(listing: Listing, language: str, translate: Translate) -> list[str]:
    """Return what is not in a list and why, and what a reader must know of it."""
    lines = [note.words(translate, lambda n: number(n, language)) for note in listing.left_out]
    caution = CAUTIONS.get(listing.name)
    return [*lines, *([translate(caution)] if caution else [])]


def question_lines(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return the lines below a list of areas: sources, rules and facts of the table that it is cut from."""
    return [
        *gap_words.source_lines(table, language, translate),
        *gap_words.rule_lines(table, language, translate),
        *gap_words.facts(table, language, translate),
    ]


def as_on(when: object, language: str, translate: Translate) -> str:
    """Return the day against which plans are held, in words."""
    return translate(N_("As on %(day)s")) % {"day": day(when, language)}  # type: ignore[arg-type]
