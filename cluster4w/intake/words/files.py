"""The words of the findings about the file, its sheets and its columns."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

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
