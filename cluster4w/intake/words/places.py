"""The words of the findings about organisations and places."""

from __future__ import annotations

from cluster4w.intake.findings import words
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity

_E, _W = Severity.ERROR, Severity.WARNING

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

words(
    "organisation.branch",
    _W,
    N_("Branch of an organisation"),
    N_(
        "“%(value)s” was taken for %(taken)s, whose branch in the country it is. Write it as it is"
        " registered."
    ),
)
words(
    "organisation.several",
    _E,
    N_("Several organisations in one cell"),
    N_(
        "“%(value)s” names several organisations: %(names)s. Give the one that reports here; the others go"
        " into the columns of partners and donors."
    ),
)

words(
    "area.code_name_disagree",
    _E,
    N_("Code and name disagree"),
    N_("The code %(code)s is %(by_code)s; the name says %(by_name)s. Correct one of the two."),
)
words(
    "area.settled_below",
    _W,
    N_("Region settled by the cercle"),
    N_(
        "The code %(code)s and the name “%(name)s” are of two regions. The cercle %(cercle)s decided: the row"
        " was taken for %(taken)s. Correct the other."
    ),
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
    N_("The code %(value)s is in no loaded edition; by name and parent the place was taken for %(taken)s."),
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
    "area.not_this_level",
    _E,
    N_("Place in the column of another level"),
    N_("“%(value)s” is %(place)s, of another level than this column. Put it into the column of its level."),
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

words(
    "area.several",
    _E,
    N_("Several places in one cell"),
    N_(
        "“%(value)s” names several places of %(parent)s. Recognised: %(known)s; not recognised: %(unknown)s."
        " Give each place a row of its own with its own figures, or say that the area above is meant as a"
        " whole."
    ),
)
words(
    "area.is_site",
    _E,
    N_("Site in the place of an area"),
    N_(
        "“%(value)s” is no area of this level: the record knows it as a site in %(place)s. Give the area"
        " here, and the site in the column of sites."
    ),
)

words(
    "coordinates.unreadable",
    _E,
    N_("Coordinate that cannot be read"),
    N_("“%(value)s” is no coordinate. Give decimal degrees, for example 14.4843."),
)
words(
    "coordinates.zero",
    _W,
    N_("Coordinates 0, 0"),
    N_(
        "Latitude 0 and longitude 0 are a point in the sea off Africa. Leave both empty where they are not"
        " known."
    ),
)
words(
    "coordinates.swapped",
    _W,
    N_("Latitude and longitude swapped?"),
    N_(
        "The point %(point)s does not lie in %(area)s, but with latitude and longitude exchanged it does."
        " Exchange them."
    ),
)
words(
    "coordinates.sign",
    _W,
    N_("Minus sign of a coordinate?"),
    N_(
        "The point %(point)s does not lie in %(area)s, but with %(suggestion)s here it does. West and south"
        " have a minus sign."
    ),
)
words(
    "coordinates.outside_area",
    _W,
    N_("Point outside its area"),
    N_(
        "The point %(point)s lies in %(found)s, %(km)s km outside %(area)s. Correct the coordinates or the"
        " area. Less than %(tolerance)s km outside is not said, since outlines are simplified."
    ),
)
words(
    "coordinates.outside_country",
    _W,
    N_("Point outside the country"),
    N_(
        "The point %(point)s lies in no known area: it is %(km)s km from %(area)s. Correct the coordinates."
        " Less than %(tolerance)s km outside is not said, since outlines are simplified."
    ),
)
