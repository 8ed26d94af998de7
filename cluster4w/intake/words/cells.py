"""The words of the findings about single cells."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W = Severity.ERROR, Severity.WARNING

words(
    "cell.missing",
    _E,
    N_("Empty cell"),
    N_("“%(column)s” is empty. Fill it in."),
)
words(
    "cell.error",
    _E,
    N_("Formula error"),
    N_("The cell shows %(value)s: its formula has failed. Type the value in its place, or empty the cell."),
)
words("number.unreadable", _E, N_("Not a number"), N_("“%(value)s” is not a number. Type digits only."))
words(
    "number.not_whole",
    _E,
    N_("Not a whole number"),
    N_("“%(value)s” is not a whole number. People, households and items are counted in whole numbers."),
)
words(
    "number.with_words",
    _W,
    N_("Number with words"),
    N_("“%(value)s” was read as %(number)s. Type the number alone."),
)
words(
    "number.ambiguous",
    _W,
    N_("Ambiguous number"),
    N_("“%(value)s” was read as %(number)s (thousands). If a decimal was meant, type it with two decimals."),
)
words(
    "number.outside",
    _E,
    N_("Impossible figure"),
    N_("“%(value)s” is outside what is possible here (%(low)s to %(high)s)."),
)
words(
    "date.unreadable",
    _E,
    N_("Not a date"),
    N_("“%(value)s” is not a date. Write it as 15/05/2016."),
)
words(
    "date.month_first",
    _W,
    N_("Date with the month first"),
    N_("“%(value)s” was read as %(day)s, the month first. Write the day first."),
)
words(
    "month.unreadable",
    _E,
    N_("Not a month"),
    N_("“%(value)s” is not a month. Write it as 2016-05 or May 2016."),
)
words(
    "month.without_year",
    _E,
    N_("Month without a year"),
    N_("“%(value)s” does not say the year. Write it as 2016-05."),
)
words(
    "month.year_assumed",
    _W,
    N_("Month without a year"),
    N_("“%(value)s” was read as %(month)s. Write the year as well."),
)
words(
    "period.outside_plan",
    _W,
    N_("Month outside the plan"),
    N_("The month %(value)s lies outside the plan of this operation (%(first)s to %(last)s)."),
)
words(
    "date.incomplete",
    _E,
    N_("Incomplete date"),
    N_("“%(date)s” stands in several columns, and this row lacks a part of it: %(missing)s."),
)
words(
    "figures.total_differs",
    _W,
    N_("A total that is not the sum"),
    N_(
        "“%(column)s” says %(total)s, but the columns of the groups or months in this row add up to"
        " %(sum)s. These"
        " were recorded, not the total: correct what is wrong."
    ),
)
words("yes_no.unreadable", _E, N_("Neither yes nor no"), N_("“%(value)s” is neither yes nor no."))
words(
    "choice.unknown",
    _E,
    N_("Not in the list"),
    N_("“%(value)s” is not in the list of “%(column)s”. The list has: %(known)s."),
)
