"""The words of the findings that come from comparing rows: with the record and with each other."""

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
    N_(
        "The row id “%(value)s” stands twice in the file: row %(kept)s keeps it, and this one was compared by"
        " its content. Empty the cell if this is another activity."
    ),
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
    "row.twice_in_file",
    _I,
    N_("Perhaps the same activity twice"),
    N_(
        "Row %(first)s of the file tells of the same activity in the same place and month with the same"
        " figure (%(figure)s). If it is one distribution, delete one of the two rows."
    ),
)
words(
    "row.twice_in_record",
    _I,
    N_("Perhaps the same activity twice"),
    N_(
        "The record already holds an activity of yours in the same place and month with the same figure"
        " (%(figure)s, row id %(uid)s). If it is the same one, correct that one and leave this row out."
    ),
)
