"""How alike two activities are: whether the same people may be counted twice, with the reasons.

Plain functions over plain rows: the record and the check of a file use the same ones. The score is the sum of
the points of every reason that applies, from 0 to 100; ``docs/double-counts.md`` prints the table below and
says why each weighs what it weighs.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from cluster4w.template.language import N_
from cluster4w.template.text import fold

#: Bands of the score: from here on a pair is likely, possible; below it is not shown.
LIKELY, POSSIBLE = 80, 50
#: How far two figures may be apart and still be called nearly the same.
NEARLY = 0.02
#: Below this figure two rows agree by chance.
SMALL = 10
#: Units of which a household gets one.
PER_HOUSEHOLD = ("household", "kit", "tent", "shelter")


class Facts(NamedTuple):
    """What finding double counts looks at in a row.

    ``households`` and ``individuals`` are what the row counts with: reached for completed rows, targeted (or,
    without a target, reached) for planned and ongoing ones. Days are dates or ISO text.
    """

    uid: str
    organisation_id: int
    period: str | None
    adm1: str | None
    adm2: str | None
    adm3: str | None
    activity_type: str
    status: str
    group: str | None
    households: int | None
    individuals: int | None
    quantity: float | None
    unit: str | None
    site_pcode: str | None
    site_name: str | None
    start: dt.date | str | None
    end: dt.date | str | None
    modality: str | None
    detail: str | None
    project: str | None
    programme: str | None
    partner: str | None
    donor: str | None

    def signals(self, household_size: float) -> set[float]:
        """Return what the row says in households, by each of its figures; empty for a row without any."""
        kits = self.quantity if self.households is None and self.unit in PER_HOUSEHOLD else None
        people = self.individuals / household_size if self.individuals else None
        return {float(v) for v in (self.households, people, kits) if v}

    def print_(self) -> str:
        """Return a fingerprint of everything that a decision about this row rests on."""
        # A quantity of 500 kits is 500 in a file and 500.0 in the record.
        plain = (int(v) if isinstance(v, float) and v.is_integer() else v for v in self[1:])
        said = "\x1f".join("" if v is None else str(v) for v in plain)
        return sha256(said.encode()).hexdigest()[:16]


class Reason(NamedTuple):
    """Why a pair is or is not the same activity: points, and words as an English source sentence."""

    points: int
    words: str


#: Every reason. Of the first six, one applies: without a figure in common there is no pair.
REASONS: Mapping[str, Reason] = {
    "both_equal": Reason(40, N_("the same households and the same individuals")),
    "households_equal": Reason(30, N_("the same number of households")),
    "individuals_equal": Reason(30, N_("the same number of individuals")),
    "kits_are_households": Reason(25, N_("the kits of one are the households of the other")),
    "multiple": Reason(20, N_("the individuals of one are the households of the other by household size")),
    "nearly_equal": Reason(15, N_("figures less than 2 per cent apart")),
    "names_other": Reason(35, N_("one row names the other’s organisation as partner or donor")),
    "same_project": Reason(20, N_("the same project code")),
    "identical": Reason(20, N_("the two rows say the same in everything that was compared")),
    "same_partner": Reason(15, N_("both name the same implementing partner")),
    "same_site": Reason(15, N_("the same site")),
    "same_place": Reason(10, N_("the same place")),
    "same_month": Reason(10, N_("the same month")),
    "same_dates": Reason(10, N_("the same dates")),
    "same_type": Reason(10, N_("the same activity type")),
    "same_group": Reason(10, N_("the same population group")),
    "wider_place": Reason(0, N_("one row names the cercle only")),
    "round_figure": Reason(-5, N_("a round figure, which many rows have")),
    "other_status": Reason(-10, N_("one is completed, the other planned or ongoing")),
    "other_detail": Reason(-10, N_("another detail of the activity")),
    "other_dates": Reason(-15, N_("dates that do not meet")),
    "other_modality": Reason(-15, N_("another modality")),
    "other_project": Reason(-20, N_("another project or donor of the same organisation")),
    "next_month": Reason(-25, N_("the months are neighbours")),
    "other_type": Reason(-25, N_("another activity type")),
    "small_figure": Reason(-25, N_("a figure below 10, which agrees by chance")),
    "other_site": Reason(-40, N_("another site")),
    "other_group": Reason(-40, N_("another population group")),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two rows are. ``reasons`` are codes, the weightiest first."""

    score: int
    reasons: tuple[str, ...]


class Comparer:
    """Compares rows of one operation."""

    def __init__(self, household_size: float, names: Mapping[int, tuple[str, ...]]) -> None:
        """``names``: organisation to its acronym and name; used to see whom a row names as its partner."""
        self.household_size = household_size
        self._names = {id_: tuple(f for n in said if len(f := fold(n)) > 1) for id_, said in names.items()}
        self._named: dict[tuple[str, int], bool] = {}

    def likeness(self, a: Facts, b: Facts) -> Likeness | None:
        """Return how alike two rows of one place and sub-sector are; None where no figure agrees."""
        reasons = self._figures(a, b)
        if not reasons:
            return None
        reasons += _where(a, b)
        reasons += _when(a, b)
        reasons += _what(a, b)
        reasons += self._who(a, b)
        if a.organisation_id == b.organisation_id and a[2:] == b[2:]:
            reasons.append("identical")
        score = sum(REASONS[code].points for code in reasons)
        reasons.sort(key=lambda code: -abs(REASONS[code].points))
        return Likeness(min(max(score, 0), 100), tuple(reasons))

    def _figures(self, a: Facts, b: Facts) -> list[str]:
        households = bool(a.households) and a.households == b.households
        individuals = bool(a.individuals) and a.individuals == b.individuals
        if households and individuals and not self._derived(a):
            found, figure = "both_equal", 0
        elif households:
            found, figure = "households_equal", a.households or 0
        elif individuals:
            found, figure = "individuals_equal", a.individuals or 0
        elif kits := _kits(a, b) or _kits(b, a):
            found, figure = "kits_are_households", kits
        elif self._multiple(a, b) or self._multiple(b, a):
            found, figure = "multiple", 0
        elif _near(a.households, b.households) or _near(a.individuals, b.individuals):
            found, figure = "nearly_equal", 0
        else:
            return []
        reasons = [found]
        smallest = min(v for row in (a, b) for v in row.signals(self.household_size))
        if smallest < SMALL:
            reasons.append("small_figure")
        elif figure and figure % 50 == 0:
            reasons.append("round_figure")
        return reasons

    def _derived(self, row: Facts) -> bool:
        """Tell whether the individuals are but the households times their size: one figure, not two."""
        return row.individuals == round((row.households or 0) * self.household_size)

    def _multiple(self, a: Facts, b: Facts) -> bool:
        if not a.households or not b.individuals or a.individuals or b.households:
            return False
        return round(a.households * self.household_size) == b.individuals

    def _who(self, a: Facts, b: Facts) -> list[str]:
        if a.organisation_id == b.organisation_id:
            other = _differ(a.project, b.project) or _differ(a.donor, b.donor)
            return ["other_project"] if other else []
        found = []
        if self._names_of(a, b.organisation_id) or self._names_of(b, a.organisation_id):
            found.append("names_other")
        if a.project and b.project and fold(a.project) == fold(b.project):
            found.append("same_project")
        if a.partner and b.partner and fold(a.partner) == fold(b.partner):
            found.append("same_partner")
        return found

    def _names_of(self, row: Facts, organisation_id: int) -> bool:
        return any(
            self._says(text, organisation_id) for text in (row.partner, row.programme, row.donor) if text
        )

    def _says(self, text: str, organisation_id: int) -> bool:
        """Tell whether a text names an organisation, alone or among others ("OIM / ONG-A")."""
        key = (text, organisation_id)
        if key not in self._named:
            words = f" {fold(text)} "
            self._named[key] = any(f" {name} " in words for name in self._names.get(organisation_id, ()))
        return self._named[key]


def _kits(a: Facts, b: Facts) -> int:
    """Return the kits of ``a`` where they are the households of ``b``, else 0."""
    if a.households or not a.quantity or a.unit not in PER_HOUSEHOLD or a.quantity != b.households:
        return 0
    return int(a.quantity)


def _near(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= NEARLY * max(one, other) and one != 0


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold(one or "") != fold(other or "")


def _where(a: Facts, b: Facts) -> list[str]:
    known = (a.adm3 or a.adm2, b.adm3 or b.adm2)
    if a.adm3 == b.adm3:
        # A region alone is too wide to be the same place.
        found = ["same_place"] if any(known) else []
    else:
        found = ["wider_place"]
    if a.site_pcode and b.site_pcode:
        return [*found, "same_site" if a.site_pcode == b.site_pcode else "other_site"]
    if a.site_name and b.site_name:
        one, other = set(fold(a.site_name).split()), set(fold(b.site_name).split())
        # "Site de Bara" and "Bara".
        return [*found, "same_site" if one <= other or other <= one else "other_site"]
    return found


def _when(a: Facts, b: Facts) -> list[str]:
    found = ["same_month" if a.period == b.period else "next_month"]
    if a.start and a.end and b.start and b.end:
        first, last = (str(a.start), str(a.end)), (str(b.start), str(b.end))
        if first == last:
            # The whole month is what many rows say.
            if not _whole_month(*first):
                found.append("same_dates")
        elif first[1] < last[0] or last[1] < first[0]:
            found.append("other_dates")
    return found


def _whole_month(start: str, end: str) -> bool:
    if start[:7] != end[:7] or not start.endswith("-01"):
        return False
    return int(end[8:10]) == calendar.monthrange(int(start[:4]), int(start[5:7]))[1]


def _what(a: Facts, b: Facts) -> list[str]:
    found = ["same_type" if a.activity_type == b.activity_type else "other_type"]
    if a.group and b.group:
        found.append("same_group" if a.group == b.group else "other_group")
    if (a.status == "completed") != (b.status == "completed"):
        found.append("other_status")
    if a.modality and b.modality and a.modality != b.modality:
        found.append("other_modality")
    if _differ(a.detail, b.detail):
        found.append("other_detail")
    return found


def band(score: int) -> str:
    """Return ``likely``, ``possible`` or ``unlikely``."""
    return "likely" if score >= LIKELY else "possible" if score >= POSSIBLE else "unlikely"


#: Columns whose values are facts as they are, in their order.
_WHEN_AND_WHERE = ("period", "adm1_pcode", "adm2_pcode", "adm3_pcode")
_BESIDE = (
    "quantity", "unit", "site_pcode", "site_name", "start_date", "end_date", "modality", "activity_detail",
    "project_code", "programme_org", "implementing_partner", "donor",
)  # fmt: skip


def facts_from(values: Mapping[str, Any], uid: str, organisation_id: int) -> Facts | None:
    """Return the facts of a row's values by column key; None for a row that does not count anybody."""
    get = values.get
    status = get("status")
    if status == "completed":
        households, individuals = get("households_reached"), get("individuals_reached")
    elif status in ("planned", "ongoing"):
        households, individuals = get("households_targeted"), get("individuals_targeted")
        if households is None and individuals is None:
            households, individuals = get("households_reached"), get("individuals_reached")
    else:
        return None
    if not get("activity_type"):
        return None
    counted = (str(get("activity_type")), str(status), get("population_group"), households, individuals)
    return Facts._make((uid, organisation_id, *map(get, _WHEN_AND_WHERE), *counted, *map(get, _BESIDE)))
