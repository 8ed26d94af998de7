"""The words of what no single cell shows: figures unlike the others, runs, spellings, personal data."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_W, _I = Severity.WARNING, Severity.INFO

words(
    "figures.unlike_history",
    _W,
    N_("Unlike what was reported before"),
    N_(
        "%(a)s is far from what this organisation has reported of “%(entry)s”: %(low)s to %(high)s, on"
        " average %(mean)s (figures: %(count)s). Look for a digit too many or too few; if the figure is"
        " right, send the row as it is."
    ),
)
words(
    "figures.outlier",
    _I,
    N_("Unlike the rest of the column"),
    N_(
        "%(a)s is far from the other figures of this column, most of which lie between %(low)s and"
        " %(high)s. Look for a digit too many or too few."
    ),
)
words(
    "figures.rounded",
    _I,
    N_("Round figures"),
    N_(
        "%(count)s figures of this column are whole hundreds (rows %(ranges)s). If they are estimates,"
        " correct them when people have been counted."
    ),
)
words(
    "figures.filled_down",
    _I,
    N_("The same figure down the column"),
    N_(
        "%(a)s stands in %(count)s rows one below the other (rows %(ranges)s). Check that it was not"
        " copied down by mistake."
    ),
)
words(
    "figures.counted_up",
    _W,
    N_("Figures that rise by one"),
    N_(
        "The figures rise by one from row to row, from %(a)s to %(b)s (rows %(ranges)s), as they do when"
        " a cell is dragged down. Fill in the true figures."
    ),
)
words(
    "first_time.no_column",
    _I,
    N_("First time not said in the whole file"),
    N_(
        "%(count)s rows (rows %(ranges)s) are of activities that count people only when they are assisted"
        " for the first time this year, and the file has no column that says so. Add the column"
        " “%(column)s”; without it these people do not count."
    ),
    N_(
        "%(count)s row (row %(ranges)s) is of an activity that counts people only when they are assisted"
        " for the first time this year, and the file has no column that says so. Add the column"
        " “%(column)s”; without it these people do not count."
    ),
)
words(
    "who.partner_is_self",
    _I,
    N_("Partner is the organisation itself"),
    N_(
        "In %(count)s rows (rows %(ranges)s) the implementing partner is the reporting organisation"
        " itself. Leave the cell empty where no other organisation carries the activity out."
    ),
    N_(
        "In %(count)s row (row %(ranges)s) the implementing partner is the reporting organisation"
        " itself. Leave the cell empty where no other organisation carries the activity out."
    ),
)
words(
    "who.donor_is_self",
    _I,
    N_("Donor is the organisation itself"),
    N_(
        "In %(count)s rows (rows %(ranges)s) the donor is the reporting organisation itself. Name who"
        " pays, or leave the cell empty for own funds."
    ),
    N_(
        "In %(count)s row (row %(ranges)s) the donor is the reporting organisation itself. Name who"
        " pays, or leave the cell empty for own funds."
    ),
)
words(
    "personal.in_text",
    _I,
    N_("Telephone or e-mail in a text"),
    N_(
        "%(count)s cells of “%(column)s” (rows %(ranges)s) seem to hold a telephone number or an e-mail"
        " address. This column can be published: move them to the contact columns, which never leave the"
        " cluster."
    ),
    N_(
        "%(count)s cell of “%(column)s” (row %(ranges)s) seems to hold a telephone number or an e-mail"
        " address. This column can be published: move it to the contact columns, which never leave the"
        " cluster."
    ),
)
words(
    "numbers.as_text",
    _I,
    N_("Numbers kept as text"),
    N_(
        "“%(column)s” has %(count)s different figures that are text (%(examples)s). They were read, but"
        " Excel leaves them out of its sums: turn them into numbers."
    ),
    N_(
        "“%(column)s” has %(count)s figure that is text (%(examples)s). It was read, but Excel leaves it"
        " out of its sums: turn it into a number."
    ),
)
words(
    "text.blanks",
    _I,
    N_("Blanks too many"),
    N_(
        "“%(column)s” has %(count)s different texts with blanks before, after or twice between words"
        " (%(examples)s). They were read without them, but filters and look-ups of Excel do not find"
        " them."
    ),
    N_(
        "“%(column)s” has %(count)s text with blanks before, after or twice between words (%(examples)s)."
        " It was read without them, but filters and look-ups of Excel do not find it."
    ),
)
words(
    "text.variants",
    _I,
    N_("One thing in several spellings"),
    N_(
        "“%(column)s” writes the same in several ways: %(examples)s. Use one spelling, so that it is"
        " counted as one."
    ),
)
