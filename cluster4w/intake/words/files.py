"""The words of the findings about the file, its sheets and its columns."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

words(
    "file.encoding_guessed",
    _I,
    N_("Encoding of the text"),
    N_(
        "The text file does not say how its letters are written; it was read as %(encoding)s. If accents look"
        " wrong, save it as CSV UTF-8 and send it again."
    ),
)
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
    N_("The sheet “%(sheet)s” has %(count)s hidden or filtered row. It was read like all others."),
)
words(
    "sheet.hidden_columns",
    _I,
    N_("Hidden columns"),
    N_("The sheet “%(sheet)s” has hidden columns (%(columns)s). They were read like all others."),
    N_("The sheet “%(sheet)s” has a hidden column (%(columns)s). It was read like all others."),
)
words(
    "rows.skipped",
    _I,
    N_("Rows that are no data"),
    N_("Rows %(ranges)s were skipped: %(reason)s."),
    N_("Row %(ranges)s was skipped: %(reason)s."),
)
words(
    "rows.other_cluster",
    _I,
    N_("Rows of other clusters"),
    N_("%(count)s rows of the cluster “%(cluster)s” were set aside (rows %(ranges)s)."),
    N_("%(count)s row of the cluster “%(cluster)s” was set aside (row %(ranges)s)."),
)
words(
    "rows.vanished",
    _W,
    N_("Rows no longer in the file"),
    N_(
        "%(count)s recorded rows of the same organisations and months are not in this file. They stay in the"
        " record; withdraw those that are wrong."
    ),
    N_(
        "%(count)s recorded row of the same organisations and months is not in this file. It stays in the"
        " record; withdraw it if it is wrong."
    ),
)
words(
    "period.not_given",
    _E,
    N_("The month is missing"),
    N_("The file has no column for the month. Say which month it reports."),
)
words(
    "period.not_as_said",
    _W,
    N_("Another month than the file says"),
    N_(
        "The rows are taken for %(month)s, the month that was chosen for the file; above its table or as the"
        " name of its sheet stands %(said)s. If that is the month, send the file again for it."
    ),
)
words(
    "period.not_known",
    _E,
    N_("The month of a row is not known"),
    N_(
        "The file holds rows of several months and has no column for the month; this row is not as it was"
        " exported, so nobody can tell its month. To correct it, export one month at a time."
    ),
)
words(
    "activity_type.absent",
    _I,
    N_("Rows without an activity"),
    N_("%(count)s rows name no activity: they count for presence only, not for people."),
    N_("%(count)s row names no activity: it counts for presence only, not for people."),
)
words(
    "area.level_not_loaded",
    _I,
    N_("Communes that are not loaded"),
    N_(
        "Not all communes of this edition are loaded: %(count)s names are kept as they were typed. Load"
        " the others with “cluster4w areas load”."
    ),
    N_(
        "Not all communes of this edition are loaded: %(count)s name is kept as it was typed. Load"
        " the others with “cluster4w areas load”."
    ),
)
words(
    "organisation.not_registered",
    _I,
    N_("Names outside the register"),
    N_("“%(value)s” is not in the register of organisations; the name is kept as typed (%(count)s rows)."),
    N_("“%(value)s” is not in the register of organisations; the name is kept as typed (%(count)s row)."),
)

words(
    "organisation.like_another",
    _I,
    N_("Names much like each other"),
    N_(
        "“%(value)s” (rows: %(count)s) is much like “%(likely)s” (rows: %(others)s), and neither is in the"
        " register. If they are one organisation, use one spelling; if they are two, have both registered."
    ),
)

words(
    "rows.parted",
    _I,
    N_("Rows that became several"),
    N_("%(rows)s rows of the sheet became %(records)s lines, %(reason)s."),
    N_("%(rows)s row of the sheet became %(records)s lines, %(reason)s."),
    counts="rows",
)
words(
    "figures.added_up",
    _I,
    N_("Totals that were added up"),
    N_(
        "The table has no column “%(column)s”: in the rows that give all of its parts by sex and age, it was"
        " added up from them."
    ),
)
words(
    "figures.not_divided",
    _W,
    N_("Figures that cannot be divided"),
    N_(
        "“%(header)s” speaks of several population groups or months together (rows: %(count)s), and nobody"
        " can tell how it divides among them. It was not recorded; it is kept beside the first of the lines."
        " Give it per group or month as well."
    ),
)
words(
    "cells.merged",
    _I,
    N_("Merged cells"),
    N_("“%(header)s” is merged over several rows; its value was read for each of them (rows %(ranges)s)."),
    N_("“%(header)s” is merged over several rows; its value was read for this one as well (row %(ranges)s)."),
)
words(
    "cells.merged_figure",
    _W,
    N_("Merged figures"),
    N_(
        "The figures of “%(header)s” are merged over several rows (rows %(ranges)s). Each was read for"
        " the first"
        " of its rows only: nobody can tell how it divides. Write a figure into every row."
    ),
    N_(
        "A figure of “%(header)s” is merged over several rows, from row %(ranges)s on. It was read for"
        " the first of them only: nobody can tell how it divides. Write a figure into every row."
    ),
)
words(
    "column.months_without_year",
    _W,
    N_("Months without a year"),
    N_(
        "The columns of months (%(columns)s) do not say their year, and the plan covers more than one."
        " They were"
        " not read: write the year into the headers, for example “janv. 2016”."
    ),
    N_(
        "The column of a month (%(columns)s) does not say its year, and the plan covers more than one. It was"
        " not read: write the year into the header, for example “janv. 2016”."
    ),
)
words(
    "column.months_uncounted",
    _W,
    N_("Months of which nobody knows what they count"),
    N_(
        "The columns %(columns)s are months, but nothing says what their figures are. They were not"
        " read: write"
        " it above them, for example “Households reached”, or say it of the first one on the page of"
        " the columns."
    ),
    N_(
        "The column %(columns)s is a month, but nothing says what its figures are. It was not read: write it"
        " above, for example “Households reached”, or say it on the page of the columns."
    ),
)

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
