"""The words of every finding that intake can raise: a title for groups, what is wrong, how to mend it."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

# --- the file and its sheets ----------------------------------------------------------------------
words("sheet.hidden", _I, N_("Hidden sheet"), N_("The sheet “%(sheet)s” is hidden and was not read."))
words(
    "sheet.not_a_table",
    _I,
    N_("Sheet not read"),
    N_("The sheet “%(sheet)s” was not read: no row of headers of a 4W table was found in its first 25 rows."),
)
words(
    "sheet.stray_cell",
    _W,
    N_("Sheet with a stray cell"),
    N_(
        "The sheet “%(sheet)s” was not read: something stands far away from any table, in cell %(cell)s."
        " Delete the rows and columns after the table."
    ),
)
words(
    "sheet.hidden_rows",
    _I,
    N_("Hidden or filtered rows"),
    N_("The sheet “%(sheet)s” has %(count)s hidden or filtered rows. They were read like all others."),
)
words(
    "sheet.hidden_columns",
    _I,
    N_("Hidden columns"),
    N_("The sheet “%(sheet)s” has hidden columns (%(columns)s). They were read like all others."),
)
words(
    "rows.skipped",
    _I,
    N_("Rows that are no data"),
    N_("Rows %(ranges)s were skipped: %(reason)s."),
)
words(
    "rows.other_cluster",
    _I,
    N_("Rows of other clusters"),
    N_("%(count)s rows of the cluster “%(cluster)s” were set aside (rows %(ranges)s)."),
)
words(
    "rows.vanished",
    _W,
    N_("Rows no longer in the file"),
    N_(
        "%(count)s recorded rows of the same organisations and months are not in this file. They stay in the"
        " record; withdraw those that are wrong."
    ),
)
words(
    "period.not_given",
    _E,
    N_("The month is missing"),
    N_("The file has no column for the month. Say which month it reports."),
)
words(
    "activity_type.absent",
    _I,
    N_("Rows without an activity"),
    N_("%(count)s rows name no activity: they count for presence only, not for people."),
)
words(
    "area.level_not_loaded",
    _I,
    N_("Communes that are not loaded"),
    N_(
        "Not all communes of this edition are loaded: %(count)s names are kept as they were typed. Load"
        " the others with “cluster4w areas load”."
    ),
)
words(
    "organisation.not_registered",
    _I,
    N_("Names outside the register"),
    N_("“%(value)s” is not in the register of organisations; the name is kept as typed (%(count)s rows)."),
)

# --- columns --------------------------------------------------------------------------------------
words(
    "column.unmapped",
    _I,
    N_("Unknown column"),
    N_("The column “%(header)s” is not one of the template; its values are kept with the rows."),
)
words(
    "column.doubtful",
    _W,
    N_("Doubtful column"),
    N_("The column “%(header)s” may be “%(guess)s”. It was not taken: confirm it, or correct the header."),
)
words(
    "column.duplicate",
    _W,
    N_("Two columns for one thing"),
    N_("The columns “%(header)s” and “%(other)s” both say “%(guess)s”. Only “%(other)s” was read."),
)
words(
    "column.missing",
    _E,
    N_("Missing column"),
    N_("The table has no column “%(column)s”, which every row needs."),
)

# --- cells ----------------------------------------------------------------------------------------
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
    N_("The cell shows %(value)s: its formula has failed. Type the value in its place."),
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
words("yes_no.unreadable", _E, N_("Neither yes nor no"), N_("“%(value)s” is neither yes nor no."))
words(
    "choice.unknown",
    _E,
    N_("Not in the list"),
    N_("“%(value)s” is not in the list of “%(column)s”. The list has: %(known)s."),
)

# --- organisations --------------------------------------------------------------------------------
words(
    "organisation.unknown",
    _E,
    N_("Unknown organisation"),
    N_("“%(value)s” is not registered. Give acronym, full name and type, or choose one from the list."),
)
words(
    "organisation.new",
    _W,
    N_("New organisation"),
    N_("“%(value)s” (%(name)s) is not registered yet; it will be when the file is submitted."),
)
words(
    "organisation.doubtful",
    _E,
    N_("Doubtful organisation"),
    N_("“%(value)s” is not registered, but is much like %(known)s. Say whether it is the same."),
)
words(
    "organisation.ambiguous",
    _E,
    N_("Acronym of several organisations"),
    N_("Several organisations have the acronym “%(value)s”: %(names)s. Give the full name."),
)
words(
    "organisation.not_yours",
    _E,
    N_("Row of another organisation"),
    N_("This row is of “%(value)s”; this file may only hold rows of %(own)s."),
)
words(
    "organisation.acronym_differs",
    _W,
    N_("Other acronym"),
    N_("“%(value)s” is not the registered acronym; by its name the row was taken for %(taken)s."),
)
words(
    "organisation.name_differs",
    _W,
    N_("Other spelling of the name"),
    N_("“%(value)s” is not the registered name; by its acronym the row was taken for %(taken)s."),
)

# --- places ---------------------------------------------------------------------------------------
words(
    "area.code_name_disagree",
    _E,
    N_("Code and name disagree"),
    N_("The code %(value)s is %(by_code)s; the name says %(by_name)s. Correct one of the two."),
)
words(
    "area.code_of_other_edition",
    _E,
    N_("Code of another edition"),
    N_(
        "Here the code %(value)s is %(ours)s; in another edition it is %(other)s. By its name the place is"
        " %(candidate)s."
    ),
)
words(
    "area.other_edition",
    _W,
    N_("Place of another edition"),
    N_("“%(value)s” is of edition %(edition)s; it was taken for %(taken)s."),
)
words(
    "area.code_unknown",
    _W,
    N_("Code that does not exist"),
    N_("The code %(value)s is in no edition; by name and parent the place was taken for %(taken)s."),
)
words(
    "area.no_such_code",
    _E,
    N_("Code that does not exist"),
    N_("The code %(value)s does not exist in edition %(edition)s, and the row gives no name."),
)
words(
    "area.homonym",
    _E,
    N_("Several places with this name"),
    N_("Several places are called “%(value)s”: %(candidates)s. Fill in the level above or the code."),
)
words(
    "area.not_in_parent",
    _E,
    N_("Place outside its parent"),
    N_("“%(value)s” is %(place)s, which does not lie in %(parent)s. Correct one of the two."),
)
words(
    "area.spelling_taken",
    _W,
    N_("Spelling of a place"),
    N_("“%(value)s” was taken for %(taken)s. Correct the spelling."),
)
words(
    "area.unknown",
    _E,
    N_("Unknown place"),
    N_("There is no “%(value)s” in %(parent)s. Nearest: %(nearest)s."),
)

words(
    "area.only_in_other_edition",
    _E,
    N_("Place of another edition"),
    N_(
        "“%(value)s” is a place of edition %(editions)s; this operation uses edition %(edition)s, which has"
        " none of that name at this level. Give the place as edition %(edition)s knows it."
    ),
)

# --- rows against the record ----------------------------------------------------------------------
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
    N_("This row says exactly what an earlier row of the file says; it is not recorded twice."),
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

# --- rules across cells ---------------------------------------------------------------------------
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
