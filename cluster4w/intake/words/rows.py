"""The words of the findings about rows: against the record, and the rules across their cells."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

words(
    "row.id_unknown",
    _W,
    N_("Unknown row id"),
    N_("The row id “%(value)s” is not in the record; the row was compared by its content."),
)
words(
    "row.id_twice",
    _W,
    N_("Row id twice"),
    N_("The row id “%(value)s” stands twice in the file; this row was compared by its content."),
)
words(
    "row.id_not_yours",
    _E,
    N_("Row id of another organisation"),
    N_("The row id “%(value)s” belongs to a row of another organisation. Empty the cell for a new row."),
)
words(
    "row.repeated",
    _W,
    N_("Repeated row"),
    N_("This row says exactly what row %(first)s of the file says; it is not recorded twice."),
)
words(
    "row.double_count",
    _I,
    N_("Possible double count"),
    N_(
        "%(other)s reports the same activity in the same place and month for the same group with the same"
        " figure (%(figure)s). Check that the people are not counted twice."
    ),
)

words(
    "dates.end_before_start",
    _E,
    N_("End before start"),
    N_("The activity ends (%(b)s) before it starts (%(a)s)."),
)
words(
    "status.against_dates",
    _W,
    N_("Status against dates"),
    N_("The status does not fit the end date (%(end)s)."),
)
words(
    "cash.needs_value",
    _E,
    N_("Cash without a value"),
    N_("Cash and vouchers need the value per household and its currency."),
)
words(
    "reached.missing",
    _E,
    N_("Nobody reached"),
    N_("The activity is completed, but neither households nor individuals reached are given."),
)
words(
    "targeted.missing",
    _W,
    N_("No target"),
    N_("The activity is planned or ongoing, but neither households nor individuals targeted are given."),
)
words(
    "people.sex_sum",
    _W,
    N_("Parts do not add up"),
    N_("Females and males add up to %(sum)s, the total is %(total)s."),
)
words(
    "people.age_sex_sum",
    _W,
    N_("Parts do not add up"),
    N_("Women, men, girls and boys add up to %(sum)s, the total is %(total)s."),
)
words(
    "people.parts_above_total",
    _E,
    N_("Parts above the total"),
    N_("The parts add up to %(sum)s, which is more than the total of %(total)s."),
)
words(
    "people.elderly_women_above_women",
    _W,
    N_("More elderly women than women"),
    N_("%(a)s elderly women are more than %(b)s women."),
)
words(
    "people.elderly_men_above_men",
    _W,
    N_("More elderly men than men"),
    N_("%(a)s elderly men are more than %(b)s men."),
)
words(
    "people.disabled_above_total",
    _E,
    N_("More people with disabilities than people"),
    N_("%(a)s people with disabilities are more than %(b)s people."),
)
words(
    "households.women_headed_above_total",
    _E,
    N_("More women-headed households than households"),
    N_("%(a)s women-headed households are more than %(b)s households."),
)
words(
    "households.size",
    _W,
    N_("Unusual household size"),
    N_("%(ratio)s people per household is outside the usual %(low)s to %(high)s. Check both figures."),
)
words(
    "reached.above_targeted",
    _W,
    N_("More reached than targeted"),
    N_("%(a)s reached is more than %(b)s targeted."),
)
# Rules that an information manager adds have codes of their own and borrow the words of their check.
words("check.not_before", _E, N_("Dates in the wrong order"), N_("%(b)s is before %(a)s."))
words(
    "check.parts_sum",
    _W,
    N_("Parts do not add up"),
    N_("The parts add up to %(sum)s, the total is %(total)s."),
)
words(
    "check.parts_within",
    _E,
    N_("Parts above the total"),
    N_("The parts add up to %(sum)s, which is more than the total of %(total)s."),
)
words("check.not_above", _W, N_("Figure too large"), N_("%(a)s is more than %(b)s."))
words("check.ratio_between", _W, N_("Unusual ratio"), N_("%(ratio)s is outside %(low)s to %(high)s."))
words("check.needs", _E, N_("Something is missing"), N_("What “%(value)s” needs is not filled in."))
words(
    "check.any_of",
    _E,
    N_("Something is missing"),
    N_("None of the columns of which one is needed is filled in."),
)
words(
    "check.status_dates",
    _W,
    N_("Status against dates"),
    N_("The status does not fit the end date (%(end)s)."),
)
