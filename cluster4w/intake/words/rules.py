"""The words of the rules across the cells of a row.

Rules that an information manager adds have codes of their own and borrow the words of their check.
"""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

words(
    "dates.end_before_start",
    _E,
    N_("End before start"),
    N_(
        "The activity ends on %(b)s, before it starts on %(a)s. Correct the date that is wrong; day and"
        " month may have changed places."
    ),
)
words(
    "dates.far_from_plan",
    _W,
    N_("Date far from the plan"),
    N_("%(day)s lies far outside the plan (%(first)s to %(last)s). Check the year."),
)
words(
    "dates.month_before_start",
    _W,
    N_("Reported before it starts"),
    N_(
        "The row reports the month %(month)s, but the activity starts on %(day)s. Correct the month or"
        " the date; an activity that has not begun is planned."
    ),
)
words(
    "dates.month_after_end",
    _I,
    N_("Reported after it ended"),
    N_(
        "The row reports the month %(month)s, but the activity ended on %(day)s. Report what was reached"
        " in the month in which it was reached."
    ),
)
words(
    "status.ongoing_past_end",
    _W,
    N_("Ongoing past its end"),
    N_(
        "The activity is said to be ongoing in %(month)s, but it ended on %(day)s. Set the status to"
        " completed, or move the end date."
    ),
)
words(
    "status.against_dates",
    _W,
    N_("Status against dates"),
    N_("The status does not fit the end date %(end)s, %(reason)s. Correct the status or the date."),
)
words(
    "status.completed_without_end",
    _I,
    N_("Completed without an end date"),
    N_("The activity is completed, but its end date is empty. Fill in the day on which it ended."),
)
words(
    "status.planned_with_reached",
    _W,
    N_("Planned, with people reached"),
    N_(
        "The activity is planned, and yet people are said to be reached (%(a)s). Set the status to"
        " completed if it took place; otherwise write the figure under targeted."
    ),
)
words(
    "status.stopped_with_reached",
    _W,
    N_("Suspended or cancelled, with people reached"),
    N_(
        "The activity is suspended or cancelled, so what is reached (%(a)s) does not count. Give what"
        " took place a row of its own, with the status completed."
    ),
)
words(
    "status.ongoing_with_reached",
    _I,
    N_("Ongoing, with people reached"),
    N_(
        "The activity is ongoing, so what is reached (%(a)s) does not count yet. Give what is"
        " done a row of its own, with the status completed."
    ),
)
words(
    "activity.sub_sector_differs",
    _W,
    N_("Activity of another sub-sector"),
    N_(
        "“%(entry)s” belongs to the sub-sector %(expected)s, not to “%(value)s”. Correct the activity"
        " type or the sub-sector."
    ),
)
words(
    "activity.unit_differs",
    _W,
    N_("Unit that does not fit the activity"),
    N_(
        "“%(entry)s” is counted in %(expected)s, not in “%(value)s”. Correct the unit, and the quantity"
        " with it."
    ),
)
words(
    "activity.modality_differs",
    _W,
    N_("Modality that does not fit the activity"),
    N_(
        "“%(entry)s” is delivered as %(expected)s, not as “%(value)s”. Correct the activity type or the"
        " modality."
    ),
)
words(
    "cash.needs_value",
    _E,
    N_("Cash without a value"),
    N_("Cash and vouchers need the value per household and its currency. Fill in both."),
)
words(
    "cash.in_kind_with_value",
    _W,
    N_("In kind, with an amount of money"),
    N_(
        "Assistance in kind has no transfer value, but %(a)s is given. Empty the cell, or correct the"
        " modality."
    ),
)
words(
    "cash.value_unusual",
    _W,
    N_("Unusual transfer value"),
    N_(
        "%(a)s per household is outside the usual %(low)s to %(high)s. Give the amount for one household,"
        " not for all, and check the currency."
    ),
)
words(
    "quantity.per_household",
    _W,
    N_("Unusual quantity per household"),
    N_(
        "Quantity %(a)s, households %(b)s: that makes %(ratio)s for each household; usual is %(low)s to"
        " %(high)s. Correct the quantity or the households."
    ),
)
words(
    "quantity.not_households",
    _W,
    N_("Quantity is not the households"),
    N_(
        "The quantity is counted in households: it says %(a)s, but the households reached are given as"
        " %(b)s. Make both say the same."
    ),
)
words(
    "quantity.not_individuals",
    _W,
    N_("Quantity is not the people"),
    N_(
        "The quantity is counted in people: it says %(a)s, but the people reached are given as %(b)s. Make"
        " both say the same."
    ),
)
words(
    "reached.missing",
    _E,
    N_("Nobody reached"),
    N_(
        "The activity is completed, but neither households nor individuals reached are given. Fill in one"
        " of them, with 0 if nobody was reached."
    ),
)
words(
    "targeted.missing",
    _W,
    N_("No target"),
    N_(
        "The activity is planned or ongoing, but neither households nor individuals targeted are given."
        " Fill in one of them."
    ),
)
words(
    "first_time.missing",
    _W,
    N_("First time not said"),
    N_(
        "“%(entry)s” counts people only when they are assisted for the first time this year, and the row"
        " does not say. Fill in yes or no; without it these people do not count."
    ),
)
words(
    "people.parts_above_total",
    _E,
    N_("Parts above the total"),
    N_(
        "The parts add up to %(sum)s, which is more than the total of %(total)s. Correct the part or the"
        " total that is wrong."
    ),
)
words(
    "people.sex_sum",
    _W,
    N_("Females and males do not add up"),
    N_(
        "Females and males add up to %(sum)s, the total is %(total)s. Correct the part or the total that"
        " is wrong."
    ),
)
words(
    "people.age_sex_sum",
    _W,
    N_("Women, men, girls and boys do not add up"),
    N_(
        "Women, men, girls and boys add up to %(sum)s, the total is %(total)s. Correct the part or the"
        " total that is wrong."
    ),
)
words(
    "people.females_sum",
    _W,
    N_("Women and girls do not add up"),
    N_(
        "Women and girls add up to %(sum)s, females of all ages are %(total)s. Correct the part or the"
        " total that is wrong."
    ),
)
words(
    "people.males_sum",
    _W,
    N_("Men and boys do not add up"),
    N_(
        "Men and boys add up to %(sum)s, males of all ages are %(total)s. Correct the part or the total"
        " that is wrong."
    ),
)
words(
    "people.elderly_women_above_women",
    _W,
    N_("More elderly women than women"),
    N_(
        "Elderly women: %(a)s, women: %(b)s. The elderly are part of the adults and cannot be more:"
        " correct one of the two."
    ),
)
words(
    "people.elderly_men_above_men",
    _W,
    N_("More elderly men than men"),
    N_(
        "Elderly men: %(a)s, men: %(b)s. The elderly are part of the adults and cannot be more: correct"
        " one of the two."
    ),
)
words(
    "people.elderly_above_total",
    _E,
    N_("More elderly people than people"),
    N_(
        "Elderly women and men together: %(sum)s, people in all: %(total)s. A part cannot be more than the"
        " whole: correct one of the two."
    ),
)
words(
    "people.disabled_above_total",
    _E,
    N_("More people with disabilities than people"),
    N_(
        "People with disabilities: %(a)s, people in all: %(b)s. A part cannot be more than the whole: correct"
        " one of the two."
    ),
)
words(
    "households.women_headed_above_total",
    _E,
    N_("More women-headed households than households"),
    N_(
        "Women-headed households: %(a)s, households in all: %(b)s. A part cannot be more than the whole:"
        " correct one of the two."
    ),
)
words(
    "households.size",
    _W,
    N_("Unusual household size"),
    N_(
        "People %(a)s, households %(b)s: that makes a household size of %(ratio)s, outside the usual"
        " %(low)s to %(high)s. Check both figures; one may be in the place of the other."
    ),
)
words(
    "reached.above_targeted",
    _W,
    N_("More reached than targeted"),
    N_(
        "%(a)s reached is more than %(b)s targeted. Check both figures; if both are right, send the row"
        " as it is."
    ),
)
words(
    "where.half_coordinates",
    _W,
    N_("Half a pair of coordinates"),
    N_("The row gives only one of latitude and longitude. Fill in the other, or empty both."),
)
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
words("check.between", _W, N_("Unusual figure"), N_("%(a)s is outside %(low)s to %(high)s."))
words("check.needs", _E, N_("Something is missing"), N_("What “%(value)s” needs is not filled in."))
words("check.forbids", _W, N_("Something too much"), N_("“%(a)s” does not go with what the row says."))
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
    N_("The status does not fit the end date %(end)s, %(reason)s."),
)
words("check.month_from", _W, N_("Month before the date"), N_("%(month)s is before %(day)s."))
words("check.month_until", _W, N_("Month after the date"), N_("%(month)s is after %(day)s."))
words(
    "check.near_plan",
    _W,
    N_("Date far from the plan"),
    N_("%(day)s lies far outside the plan (%(first)s to %(last)s)."),
)
words("check.listed_as", _W, N_("Two lists disagree"), N_("“%(entry)s” goes with %(expected)s."))
words("check.list_needs", _W, N_("Something is missing"), N_("“%(entry)s” needs what is not filled in."))
