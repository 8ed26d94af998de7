"""Why findings matter, and the figures of an example of each: for the page of rules and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster4w.template.language import N_

_NOT_INDIVIDUALS = N_("Two figures for the same people: only one of them can be right.")
_MISSING = N_(
    "Kits and cash can reach a household several times a year: only the first time counts a new person."
)
_PARTS_ABOVE_TOTAL = N_("A part cannot be larger than the whole: one of the figures is wrong.")
_SEX_SUM = N_("Sums that do not agree leave two figures for the same people.")
_UNLIKE_HISTORY = N_("A digit too many in one row can outweigh a month of a whole region.")
_FILLED_DOWN = N_("A figure dragged down replaces the true ones without a trace.")
_OTHER_EDITION = N_("Codes were renumbered: the same code can mean another place.")

#: Why a finding matters, where its group does not say enough.
WHY: Mapping[str, str] = {
    "dates.end_before_start": N_("An activity that ends before it starts belongs to no month."),
    "dates.far_from_plan": N_("A mistyped year puts the activity outside every figure of the plan."),
    "dates.month_before_start": N_("What has not begun cannot have reached anybody in that month."),
    "dates.month_after_end": N_(
        "Help counted in a later month makes one month too small and another too large."
    ),
    "status.ongoing_past_end": N_(
        "Only completed activities count: one that stays ongoing for good is missing from the figures."
    ),
    "status.against_dates": N_(
        "The status decides whether people count as reached or as still to be reached."
    ),
    "status.completed_without_end": N_("Without an end date nobody can tell later when the help arrived."),
    "status.planned_with_reached": N_(
        "Planned activities never count as reached: the people of this row would be missing."
    ),
    "status.stopped_with_reached": N_(
        "Suspended and cancelled activities count nowhere: the people of this row would be missing."
    ),
    "status.ongoing_with_reached": N_("Only completed activities count as reached."),
    "activity.sub_sector_differs": N_(
        "People are never added across the two sub-sectors: a row in the wrong one falsifies both."
    ),
    "activity.unit_differs": N_(
        "Quantities of one activity are added up: kits and sites together make no sum."
    ),
    "activity.modality_differs": N_("Assistance in cash and in kind are reported apart."),
    "cash.needs_value": N_(
        "Without value and currency the money that households received cannot be added up."
    ),
    "cash.in_kind_with_value": N_("The amount would be counted as money that households received."),
    "cash.value_unusual": N_("Most often it is the amount of all households together, or another currency."),
    "quantity.per_household": N_(
        "A digit too many or too few shows in what each household would have received."
    ),
    "quantity.not_households": N_("Two figures for the same households: only one of them can be right."),
    "quantity.not_individuals": _NOT_INDIVIDUALS,
    "reached.missing": N_("A completed activity without a figure counts nobody; absent is not zero."),
    "targeted.missing": N_("Without a target the gap that remains after this activity cannot be told."),
    "first_time.missing": _MISSING,
    "first_time.no_column": _MISSING,
    "people.parts_above_total": _PARTS_ABOVE_TOTAL,
    "people.sex_sum": _SEX_SUM,
    "people.age_sex_sum": _SEX_SUM,
    "people.females_sum": _SEX_SUM,
    "people.males_sum": _SEX_SUM,
    "people.elderly_women_above_women": _PARTS_ABOVE_TOTAL,
    "people.elderly_men_above_men": _PARTS_ABOVE_TOTAL,
    "people.elderly_above_total": _PARTS_ABOVE_TOTAL,
    "people.disabled_above_total": _PARTS_ABOVE_TOTAL,
    "households.women_headed_above_total": _PARTS_ABOVE_TOTAL,
    "households.size": N_(
        "Households and people are often typed into each other’s column, or a digit is missing."
    ),
    "reached.above_targeted": N_(
        "It happens, but more often a target is missing a digit or the rows of two months were added."
    ),
    "where.half_coordinates": N_("With half of it there is no point on the map."),
    "figures.unlike_history": _UNLIKE_HISTORY,
    "figures.outlier": _UNLIKE_HISTORY,
    "figures.rounded": N_("Estimates that are not marked are taken for counted people."),
    "figures.filled_down": _FILLED_DOWN,
    "figures.counted_up": _FILLED_DOWN,
    "figures.total_differs": _NOT_INDIVIDUALS,
    "who.partner_is_self": N_("The column is there to see who works through whom."),
    "who.donor_is_self": N_("The column is there to see who pays for what."),
    "personal.in_text": N_(
        "People may be harmed when their number is published; contacts belong where they are protected."
    ),
    "numbers.as_text": N_("Your own totals are then too small without anybody noticing."),
    "text.blanks": N_("To Excel, a text with a blank at its end is another text."),
    "text.variants": N_("Two spellings of one site or project become two in every list."),
    "cell.missing": N_("The record needs it: without it nobody can tell what, where, when or for whom."),
    "cell.error": N_("The formula’s result is lost, so there is nothing to read."),
    "number.ambiguous": N_("In French a comma is a decimal sign, in English it parts thousands."),
    "date.month_first": N_("05/06 is in May for some and in June for others."),
    "period.outside_plan": N_("Figures outside the plan are compared with no target."),
    "choice.unknown": N_("Only what stands in the list is counted together with what others report."),
    "rows.vanished": N_("Nothing is deleted because it is missing from a file."),
    "rows.skipped": N_("Totals and examples must not be counted as activities."),
    "row.repeated": N_("The same people would count twice."),
    "row.id_not_yours": N_("The row would overwrite what another organisation reported."),
    "row.id_unknown": N_("The id lets the next upload change a row instead of adding it again."),
    "row.id_twice": N_("A copied row keeps the id of the one that it was copied from."),
    "period.locked": N_(
        "The month is published: it only changes when the information manager opens it again."
    ),
    "organisation.not_yours": N_("Each organisation answers for its own rows."),
    "area.homonym": N_("The first place of that name is most often the wrong one."),
    "area.code_name_disagree": N_(
        "Codes that were looked up by name alone often belong to a place of the same name elsewhere."
    ),
    "area.other_edition": _OTHER_EDITION,
    "area.code_of_other_edition": _OTHER_EDITION,
}

#: Parameters that fill the sentence of a finding.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "dates.end_before_start": {"a": "12/05/2016", "b": "02/05/2016"},
    "dates.far_from_plan": {"day": "02/05/2106", "first": "01/01/2016", "last": "31/12/2016"},
    "dates.month_before_start": {"month": "2016-04", "day": "02/05/2016"},
    "dates.month_after_end": {"month": "2016-06", "day": "12/05/2016"},
    "status.ongoing_past_end": {"month": "2016-06", "day": "12/05/2016"},
    "status.against_dates": {"end": "12/05/2016", "reason": "which has passed"},
    "status.planned_with_reached": {"a": 120},
    "status.stopped_with_reached": {"a": 120},
    "status.ongoing_with_reached": {"a": 120},
    "activity.sub_sector_differs": {
        "entry": {"fr": "Tentes", "en": "Tents"},
        "expected": {"fr": "Abris", "en": "Shelter"},
        "value": "BNA",
    },
    "activity.unit_differs": {
        "entry": {"fr": "Tentes", "en": "Tents"},
        "expected": {"fr": "Tente", "en": "Tent"},
        "value": "Site",
    },
    "activity.modality_differs": {
        "entry": {"fr": "Espèces pour le loyer", "en": "Cash for rent"},
        "expected": {"fr": "Espèces", "en": "Cash"},
        "value": "Service",
    },
    "cash.in_kind_with_value": {"a": 45000},
    "cash.value_unusual": {"a": 4500000, "low": 2000, "high": 1500000},
    "quantity.per_household": {"a": 1200, "b": 120, "ratio": 10, "low": 0.5, "high": 3},
    "quantity.not_households": {"a": 120, "b": 102},
    "quantity.not_individuals": {"a": 600, "b": 620},
    "first_time.missing": {"entry": {"fr": "Kit BNA de base", "en": "Core NFI kit"}},
    "people.parts_above_total": {"sum": 640, "total": 600},
    "people.sex_sum": {"sum": 590, "total": 600},
    "people.age_sex_sum": {"sum": 590, "total": 600},
    "people.females_sum": {"sum": 310, "total": 320},
    "people.males_sum": {"sum": 310, "total": 320},
    "people.elderly_women_above_women": {"a": 40, "b": 30},
    "people.elderly_men_above_men": {"a": 40, "b": 30},
    "people.elderly_above_total": {"sum": 640, "total": 600},
    "people.disabled_above_total": {"a": 640, "b": 600},
    "households.women_headed_above_total": {"a": 130, "b": 120},
    "households.size": {"a": 120, "b": 120, "ratio": 1, "low": 3, "high": 12},
    "reached.above_targeted": {"a": 130, "b": 120},
    "figures.unlike_history": {
        "a": 1200,
        "low": 78,
        "high": 164,
        "mean": 114,
        "count": 10,
        "entry": {"fr": "Kit BNA de base", "en": "Core NFI kit"},
    },
    "figures.outlier": {"a": 9000, "low": 55, "high": 856},
    "figures.rounded": {"count": 8, "ranges": "12-19"},
    "figures.filled_down": {"a": 137, "count": 9, "ranges": "12-20"},
    "figures.counted_up": {"a": 137, "b": 145, "ranges": "12-20"},
    "figures.total_differs": {
        "column": {"fr": "Personnes atteintes", "en": "Individuals reached"},
        "sum": 590,
        "total": 600,
    },
    "figures.added_up": {"column": {"fr": "Personnes atteintes", "en": "Individuals reached"}},
    "figures.not_divided": {"count": 4, "header": "Total"},
    "first_time.no_column": {
        "count": 24,
        "ranges": "5-28",
        "column": {
            "fr": "Assistés pour la première fois cette année",
            "en": "Assisted for the first time this year",
        },
    },
    "who.partner_is_self": {"count": 24, "ranges": "5-28"},
    "who.donor_is_self": {"count": 24, "ranges": "5-28"},
    "personal.in_text": {"count": 2, "ranges": "5, 9", "column": {"fr": "Commentaires", "en": "Comments"}},
    "numbers.as_text": {
        "count": 2,
        "examples": "“1 250”, “300”",
        "column": {"fr": "Ménages atteints", "en": "Households reached"},
    },
    "text.blanks": {"count": 1, "examples": "“Menaka”", "column": {"fr": "Cercle", "en": "Cercle"}},
    "text.variants": {
        "examples": "“Camp A / camp A”",
        "column": {"fr": "Site, village ou quartier", "en": "Site, village or neighbourhood"},
    },
    "cell.missing": {"column": {"fr": "Statut", "en": "Status"}},
    "cell.error": {"value": "#N/A"},
    "number.unreadable": {"value": "douze"},
    "number.not_whole": {"value": "12,5"},
    "number.with_words": {"value": "12 ménages", "number": 12},
    "number.ambiguous": {"value": "1,200", "number": 1200},
    "number.outside": {"value": "-5", "low": 0, "high": 50000000},
    "date.unreadable": {"value": "mi-mai"},
    "date.month_first": {"value": "05/25/2016", "day": "2016-05-25"},
    "date.incomplete": {
        "date": {"fr": "Date de début", "en": "Start date"},
        "missing": {"fr": "année", "en": "year"},
    },
    "month.unreadable": {"value": "T2"},
    "month.without_year": {"value": "mai"},
    "month.year_assumed": {"value": "mai", "month": "2016-05"},
    "period.outside_plan": {"value": "2015-05", "first": "2016-01", "last": "2016-12"},
    "period.not_as_said": {"month": "2016-06", "said": "2016-05"},
    "period.locked": {"value": "2016-05"},
    "yes_no.unreadable": {"value": "peut-être"},
    "choice.unknown": {
        "value": "fini hier",
        "column": {"fr": "Statut", "en": "Status"},
        "known": {
            "fr": "Planifié, En cours, Achevé, Suspendu, Annulé",
            "en": "Planned, Ongoing, Completed, Suspended, Cancelled",
        },
    },
    "sheet.hidden": {"sheet": "Listes"},
    "sheet.not_a_table": {"sheet": "Notes"},
    "sheet.stray_cell": {"sheet": "4W", "cell": "XFD1048576"},
    "sheet.hidden_rows": {"sheet": "4W", "count": 12},
    "sheet.hidden_columns": {"sheet": "4W", "columns": "F, G", "count": 2},
    "rows.skipped": {"ranges": "3, 25", "reason": "totals", "count": 2},
    "rows.other_cluster": {"count": 310, "cluster": {"fr": "Santé", "en": "Health"}, "ranges": "2-311"},
    "rows.vanished": {"count": 3},
    "rows.parted": {"rows": 12, "records": 36, "reason": "one per population group"},
    "activity_type.absent": {"count": 14},
    "area.level_not_loaded": {"count": 14},
    "organisation.not_registered": {"value": "ECHO", "count": 14},
    "organisation.like_another": {
        "value": "Wold Vision",
        "count": 1,
        "likely": "World Vision",
        "others": 40,
    },
    "cells.merged": {"header": "Région", "ranges": "5-9", "count": 5},
    "cells.merged_figure": {"header": "Ménages", "ranges": "5-9", "count": 5},
    "column.months_without_year": {"columns": "janv., févr., mars", "count": 3},
    "column.months_uncounted": {"columns": "janv. 2016, févr. 2016", "count": 2},
    "column.unmapped": {"header": "Chef de village"},
    "column.doubtful": {
        "header": "Nb. mén.",
        "guess": {"fr": "Ménages atteints", "en": "Households reached"},
    },
    "column.duplicate": {
        "header": "HH",
        "other": "Ménages",
        "guess": {"fr": "Ménages atteints", "en": "Households reached"},
    },
    "column.missing": {"column": {"fr": "Statut", "en": "Status"}},
    "organisation.unknown": {"value": "ONG Espoir"},
    "organisation.new": {"value": "AESP", "name": "Association Espoir"},
    "organisation.doubtful": {"value": "NRC Mali", "known": "NRC"},
    "organisation.ambiguous": {"value": "SAD", "names": "Soutien aux déshérités; Sahel Aide Développement"},
    "organisation.not_yours": {"value": "NRC", "own": "OIM"},
    "organisation.acronym_differs": {"value": "IOM", "taken": "OIM"},
    "organisation.name_differs": {"value": "OIM Mali", "taken": "OIM"},
    "area.code_name_disagree": {"code": "ML010401", "by_code": "Baye (Kayes)", "by_name": "Baye (Bankass)"},
    "area.code_of_other_edition": {
        "value": "ML0101",
        "ours": "Bafoulabé",
        "other": "Kayes",
        "candidate": "Kayes",
    },
    "area.other_edition": {"value": "Ménaka", "edition": "2021", "taken": "Ménaka"},
    "area.code_unknown": {"value": "MLI0599", "taken": "Bankass"},
    "area.no_such_code": {"value": "ML0599", "edition": "2016"},
    "area.homonym": {"value": "Baye", "candidates": "Baye (Bankass), Baye (Kayes)"},
    "area.not_in_parent": {"value": "Baye", "place": "Baye (Bankass)", "parent": "Gao"},
    "area.spelling_taken": {"value": "Bandiagra", "taken": "Bandiagara"},
    "area.not_this_level": {"value": "Mopti", "place": "Mopti"},
    "area.unknown": {"value": "Zanzibar", "parent": "Gao", "nearest": "Bara, Ansongo"},
    "area.only_in_other_edition": {"value": "Ménaka", "editions": "2021", "edition": "2016"},
    "area.several": {
        "value": "Baye, Bankass et Ségué",
        "parent": "Bankass",
        "known": "Baye, Bankass",
        "unknown": "Ségué",
    },
    "area.is_site": {"value": "Camp de Soumpi", "place": "Soumpi"},
    "area.settled_below": {
        "code": "ML05",
        "name": "Gao",
        "cercle": "Ansongo (Gao, ML0701)",
        "taken": "Gao (ML07)",
    },
    "coordinates.unreadable": {"value": "14 29 N"},
    "coordinates.swapped": {"point": "-3.52, 14.07", "area": "Bankass"},
    "coordinates.sign": {"point": "14.07, 3.52", "area": "Bankass", "suggestion": "-3.52"},
    "coordinates.outside_area": {
        "point": "16.27, -0.05",
        "found": "Gao",
        "km": 310,
        "area": "Bankass",
        "tolerance": 2,
    },
    "coordinates.outside_country": {"point": "14.9, 2.4", "km": 80, "area": "Gao", "tolerance": 2},
    "row.id_unknown": {"value": "a1b2c3"},
    "row.id_twice": {"value": "a1b2c3", "kept": "12"},
    "row.id_not_yours": {"value": "a1b2c3"},
    "row.repeated": {"first": "12"},
    "row.double_count": {"other": "HCR", "figure": 120},
    "row.twice_in_file": {"first": "12", "figure": 120},
    "row.twice_in_record": {"figure": 120, "uid": "a1b2c3"},
    "row.recorded_already": {"uid": "a1b2c3"},
    "row.recorded_alike": {"uid": "a1b2c3"},
}
