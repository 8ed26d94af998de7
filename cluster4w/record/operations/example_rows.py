"""The invented rows of the example operation: the same seed gives the same rows."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.places import fill_places
from cluster4w.template.completion import complete
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Values

Plan = Mapping[str, Any]

#: Weight of a cercle in an agency's work where several are open to it; the others weigh 1. Some cercles
#: get more than the need asks for and some almost nothing, so that the map has something to say.
_DRAW = {
    "ML0605": 6.0, "ML0703": 6.0, "ML0506": 6.0, "ML0504": 3.0, "ML0406": 2.0, "ML0404": 3.0, "ML0601": 3.0,
    "ML0602": 2.0, "ML0603": 3.0, "ML0604": 1.0, "ML0701": 3.0, "ML0702": 0.8, "ML0704": 2.0, "ML0802": 3.0,
    "ML0803": 0.3, "ML0804": 0.0, "ML0508": 0.6, "ML0507": 0.6, "ML0901": 4.0, "ML0103": 1.5, "ML0206": 1.0,
    "ML0407": 0.0, "ML0405": 0.2, "ML0402": 0.0, "ML0401": 0.0,
}  # fmt: skip
#: Cercles of the south in which nobody of the example works, beside those with a weight of zero.
_SOUTH = ("ML01", "ML02", "ML03")
_SOUTH_OPEN = {"ML0103", "ML0204", "ML0206", "ML0207", "ML0305", "ML0304"}

_NORTH = ("ML05", "ML06", "ML07", "ML08")

_GROUPS = {
    "north": (("returnees", 0.56), ("idps", 0.30), ("host", 0.10), ("refugees", 0.04)),
    "south": (("idps", 0.55), ("returnees", 0.20), ("host", 0.20), ("refugees", 0.05)),
}
_LATE_STATUS = (("completed", 0.52), ("ongoing", 0.24), ("planned", 0.22), ("cancelled", 0.02))
_STATUS = (
    ("completed", 0.84),
    ("ongoing", 0.07),
    ("planned", 0.03),
    ("suspended", 0.03),
    ("cancelled", 0.03),
)

_SITES = {
    "town": ("Quartier Château", "Quartier Sans-Fil", "Quartier Aljanabandia", "Quartier Sossokoïra"),
    "village": ("Village de Koïra", "Village de Toya", "Village de Hondoubomo", "Village de Wani"),
    "spontaneous_site": ("Site de la Dune", "Site du Goudron", "Site du Marigot"),
    "nomadic": ("Fraction Imghad", "Campement de la Mare", "Fraction Daoussahak"),
    "collective_centre": ("Ancienne école", "Maison des jeunes"),
}
_ROOM_FOR_SITE = 0.05


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row: who reports it, its identity, its values."""

    acronym: str
    uid: str
    values: Values


def example_rows(plan: Plan, template: Template, gazetteer: Gazetteer) -> Iterator[ExampleRow]:
    """Yield the rows of the example, month by month, agency by agency."""
    random_ = random.Random(plan["seed"])  # noqa: S311 - believable figures, no secret
    agencies = [o for o in plan["organisations"] if o["role"] != "donor"]
    donors = [o["acronym"] for o in plan["organisations"] if o["role"] == "donor"]
    number = 0
    told: list[ExampleRow] = []
    for month in plan["months"]:
        for agency in agencies:
            if month in plan["silent"].get(agency["acronym"], ()):
                continue
            for _ in range(max(1, agency["weight"] + random_.randint(-2, 2))):
                number += 1
                values = _row(random_, plan, template, gazetteer, agency, month)
                if random_.random() < 0.75:
                    values["donor"] = random_.choice(donors)
                told.append(ExampleRow(agency["acronym"], f"EX16{number:06d}", values))
    yield from told
    yield from _told_twice(plan, told)


def _told_twice(plan: Plan, told: Sequence[ExampleRow]) -> Iterator[ExampleRow]:
    """Yield rows that tell again what a row tells: double counts for the information manager to settle.

    A row of ``by`` that the same month of ``lead`` tells already, which names ``by`` as its partner; where
    the two are one organisation, it sent a row twice.
    """
    agencies = {o["acronym"]: o for o in plan["organisations"]}
    for number, entry in enumerate(plan["twice"], 1):
        teller = agencies[entry["by"]]
        row = next(
            r
            for r in told
            if (r.acronym, r.values["period"], r.values["status"])
            == (entry["lead"], entry["month"], "completed")
            and r.values["activity_type"] in teller["work"]
            and {r.values["adm1_pcode"], r.values.get("adm2_pcode")} & {*teller["areas"]}
        )
        values = dict(row.values)
        if entry["by"] != entry["lead"]:
            row.values["implementing_partner"] = teller["name"]
            # The partner tells less, in its own words, and under its own project.
            for key in ("project_code", "activity_detail", "longitude", "latitude", "site_type", "site_name"):
                values.pop(key, None)
            values["comments"] = entry["comments"]
        yield ExampleRow(entry["by"], f"EX16T{number:05d}", values)


def _pick(random_: random.Random, shares: Sequence[tuple[str, float]]) -> str:
    return random_.choices([k for k, _ in shares], [w for _, w in shares])[0]


def _row(
    random_: random.Random,
    plan: Plan,
    template: Template,
    gazetteer: Gazetteer,
    agency: Mapping[str, Any],
    month: str,
) -> Values:
    kind = random_.choice(agency["work"])
    activity = plan["activities"][kind]
    attributes = template.activity_types.get(kind)
    unit = attributes.attributes["unit"] if attributes else "household"
    values: Values = {
        "activity_type": kind,
        "activity_detail": activity["detail"],
        "in_plan": random_.random() < 0.9,
        "project_code": f"MLI-16/{agency['acronym'][:3]}-{1 + agency['work'].index(kind) % 3}",
        "unit": unit,
        "period": month,
    }
    place = _place(random_, gazetteer, agency)
    _put(random_, values, place, kind)
    region = gazetteer.within(place.pcode, 1) or ""
    north = region in _NORTH
    values["population_group"] = _pick(random_, _GROUPS["north" if north else "south"])
    values["status"] = _pick(random_, _LATE_STATUS if month == plan["months"][-1] else _STATUS)
    _when(random_, values, month)
    if "value" in activity:
        _cash(random_, values, activity, kind)
    else:
        values["modality"] = "service" if unit in ("site", "individual") else "in_kind"
    _people(random_, values, activity, unit, north)
    return fill_places(complete(values, template), gazetteer)


def _place(random_: random.Random, gazetteer: Gazetteer, agency: Mapping[str, Any]) -> Place:
    """Return the commune of the row, or its cercle where the shipped gazetteer has no commune of it."""
    cercles = [c for c in gazetteer.level(2) if c.pcode in agency["areas"] or c.parent in agency["areas"]]
    weights = [
        0.0 if c.parent in _SOUTH and c.pcode not in _SOUTH_OPEN else _DRAW.get(c.pcode, 1.0) for c in cercles
    ]
    cercle = random_.choices(cercles, weights)[0]
    communes = gazetteer.children.get(cercle.pcode, ())
    return random_.choice(communes) if communes and random_.random() < 0.92 else cercle


def _put(random_: random.Random, values: Values, place: Place, kind: str) -> None:
    values[f"adm{place.level}_pcode"] = place.pcode
    if place.level != 3 or random_.random() < 0.15:
        return
    site_type = _site_type(random_, kind)
    site = random_.choice(_SITES[site_type])
    values["site_type"] = site_type
    values["site_name"] = f"{site} ({place.name})"
    if place.longitude is not None and place.latitude is not None and random_.random() < 0.8:
        # The same site has the same place in every row: it is drawn from its name alone.
        own = random.Random(f"{site} {place.pcode}")  # noqa: S311 - believable figures, no secret
        values["longitude"] = round(place.longitude + own.uniform(-_ROOM_FOR_SITE, _ROOM_FOR_SITE), 4)
        values["latitude"] = round(place.latitude + own.uniform(-_ROOM_FOR_SITE, _ROOM_FOR_SITE), 4)


def _site_type(random_: random.Random, kind: str) -> str:
    if kind == "collective_centre_rehabilitation":
        return "collective_centre"
    if kind == "site_improvement":
        return "spontaneous_site"
    if kind.startswith("nomadic") or (kind == "tent" and random_.random() < 0.5):
        return "nomadic"
    return _pick(random_, (("village", 0.5), ("town", 0.35), ("spontaneous_site", 0.15)))


def _when(random_: random.Random, values: Values, month: str) -> None:
    """Set dates that fit the status: planned rows begin after the month, only completed ones have ended."""
    year, number = int(month[:4]), int(month[5:])
    last = calendar.monthrange(year, number)[1]
    first_day = random_.randint(1, last - 12)
    status = values["status"]
    if status == "planned":
        start = dt.date(year, number, last) + dt.timedelta(days=random_.randint(5, 60))
        values["start_date"] = start
        return
    values["start_date"] = dt.date(year, number, first_day)
    if status == "completed":
        values["end_date"] = dt.date(year, number, random_.randint(first_day + 2, last))
    elif status in ("suspended", "cancelled"):
        values["comments"] = random_.choice(
            (
                "Accès impossible : insécurité sur l’axe.",
                "Retard de livraison des kits.",
                "Site inondé par les premières pluies.",
            )
        )


def _cash(random_: random.Random, values: Values, activity: Mapping[str, Any], kind: str) -> None:
    voucher = kind == "nfi_cash" and random_.random() < 0.6
    values["modality"] = "voucher" if voucher else "cash"
    values["conditionality"] = "conditional" if kind in ("cash_shelter", "nomadic_cash") else "unconditional"
    values["delivery_mechanism"] = (
        "paper_voucher" if voucher else random_.choice(("mobile_money", "direct_cash", "agent", "bank"))
    )
    values["transfer_value"] = float(random_.choice(activity["value"]))
    values["currency"] = "XOF"


def _people(
    random_: random.Random, values: Values, activity: Mapping[str, Any], unit: str, north: bool
) -> None:
    least, most = activity["households"]
    if not north:
        # Fewer people fled to the south, and each distribution there is small.
        least, most = max(1, least // 4), max(2, most // 3)
    households = random_.randint(least, most)
    individuals = round(households * random_.uniform(4.7, 5.6))
    values["households_targeted"] = households
    values["individuals_targeted"] = individuals
    values["first_time_assisted"] = random_.random() < 0.88
    if random_.random() < 0.8:
        _breakdown(random_, values, "targeted", households, individuals)
    if values["status"] != "completed":
        return
    reached = households if random_.random() < 0.55 else round(households * random_.uniform(0.7, 0.98))
    reached = max(1, reached)
    people = individuals if reached == households else round(reached * individuals / households)
    values["households_reached"] = reached
    values["individuals_reached"] = people
    values["quantity"] = float({"site": 1, "individual": people}.get(unit, reached))
    if random_.random() < 0.9:
        _breakdown(random_, values, "reached", reached, people)


def _breakdown(random_: random.Random, values: Values, what: str, households: int, individuals: int) -> None:
    """Split people by sex and age so that every part sums to its total."""
    children = round(individuals * random_.uniform(0.52, 0.6))
    girls = round(children * random_.uniform(0.48, 0.53))
    women = round((individuals - children) * random_.uniform(0.5, 0.58))
    men = individuals - children - women
    parts = {
        "women": women,
        "men": men,
        "girls": girls,
        "boys": children - girls,
        "females": women + girls,
        "males": men + children - girls,
        "elderly_women": round(women * random_.uniform(0.04, 0.12)),
        "elderly_men": round(men * random_.uniform(0.04, 0.12)),
        "disabled": round(individuals * random_.uniform(0.01, 0.05)),
        "female_headed_households": round(households * random_.uniform(0.14, 0.32)),
    }
    for key, value in parts.items():
        values[f"{key}_{what}"] = value
