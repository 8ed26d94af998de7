"""The question of the gap page as its address asks it: what is counted, what the map shows, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import quote

from flask import request, url_for

from cluster4w.extensions import db
from cluster4w.gaps.question import Question
from cluster4w.publish.maps.classes import Cut, Shows, own_bounds
from cluster4w.publish.maps.svg import View
from cluster4w.record.queries.organisations import agencies
from cluster4w.security import here, own_rows_only
from cluster4w.template.counting import types_of
from cluster4w.views.as_of import When, kept, when
from cluster4w.views.numbers import MONTH, whole
from cluster4w.views.places import gazetteer

MEASURES = ("current", "projected", "need")
UNITS = ("household", "individual")
#: The deepest level that is mapped.
DEEPEST = 3
#: Drawings: the name in an address, and the drawing.
VIEWS: dict[str, View] = {"carte": "map", "grille": "grid", "symboles": "symbols"}
#: What a map shows, and how its classes are cut: the name in an address, and what it stands for.
SHOWN: dict[str, Shows] = {
    "part": "share",
    "manque": "missing",
    "presence": "presence",
    "recouvrements": "overlap",
}
CUTS: dict[str, Cut] = {"cluster": "usual", "quantiles": "quantiles", "egales": "equal", "bornes": "own"}

_QUESTION = Question()
#: Stands for a p-code in an address.
_MARK = "-p-code-"
#: The way a choice is written in an address, by field of :class:`Question`.
_ASKED = {
    "sub_sector": "sous_secteur",
    "measure": "mesure",
    "level": "niveau",
    "group": "groupe",
    "unit": "unite",
    "month": "mois",
    "first": "depuis",
    "organisation": "org",
    "activity_type": "type",
}
#: The same by field of :class:`Asked`, in the order of an address.
_SEEN = {
    "within": "dans",
    "view": "vue",
    "shows": "montre",
    "cut": "classes",
    "bounds": "bornes",
    "only": "classe",
    "beside": "cote",
    "chosen": "zone",
    "whole": "tout",
    "state": "etat",
    "release": "publication",
}
#: What else falls away when a field changes, because it speaks of what was there before.
_LEAVES = {
    "sub_sector": ("activity_type",),
    "level": ("chosen", "whole"),
    "within": ("chosen", "whole"),
    "state": ("release",),
    "release": ("state",),
}
#: What matters to the page of the map only.
_HERE_ONLY = ("chosen", "whole")


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, and how its answer is looked at. Names are those of an address; "" is the usual.

    ``within``: p-code of the area above, whose areas alone are shown. ``only``: keys of classes.
    ``beside``: a sub-sector or a month for a second map. ``chosen``: p-code of the area that is opened.
    ``whole``: the whole table rather than its largest gaps. ``state``: a day
    (``YYYY-MM-DD``) or ``release``: a release (``2016-06.1``) at which the record is asked, with the moment
    in the question's ``as_of``. ``at``: the page that asks, an endpoint, and ``parts``: what its addresses
    have besides.
    """

    question: Question = _QUESTION
    within: str = ""
    view: str = ""
    shows: str = ""
    cut: str = ""
    bounds: tuple[int, ...] = ()
    only: tuple[str, ...] = ()
    beside: str = ""
    chosen: str = ""
    whole: bool = False
    state: str = ""
    release: str = ""
    at: str = "gaps"
    parts: tuple[tuple[str, str], ...] = ()
    #: A release is counted up to its own month, unless another one is asked for.
    own_month: ClassVar[bool] = True

    @property
    def kept(self) -> dict[str, Any]:
        """What links to pages about something else carry: the moment."""
        return kept(self.state, self.release)

    def changed(self, **changes: Any) -> Asked:
        """Return the same with fields of :class:`Question` or of this class changed."""
        left = {field for key in changes for field in _LEAVES.get(key, ())}
        usual = {field: getattr(self._usual_of(field), field) for field in left}
        made = usual | {k: v for k, v in changes.items() if k in _ASKED or k in _SEEN}
        question = replace(self.question, **{k: v for k, v in made.items() if k in _ASKED})
        return replace(self, question=question, **{k: v for k, v in made.items() if k in _SEEN})

    @staticmethod
    def _usual_of(field: str) -> Any:
        return _USUAL.question if field in _ASKED else _USUAL

    def parameters(self) -> dict[str, Any]:
        """Return the address's parameters that differ from the usual, in a fixed order."""
        parts: dict[str, Any] = {}
        for owner, usual, names in ((self.question, _USUAL.question, _ASKED), (self, _USUAL, _SEEN)):
            for field, name in names.items():
                value = getattr(owner, field)
                if value is not None and value != getattr(usual, field):
                    parts[name] = _written(value)
        return parts

    def address(self, endpoint: str = "", **changes: Any) -> str:
        """Return the address of this page, or of another one on the same question, with something changed.

        Changes are fields of :class:`Question`, of this class, or parts of the endpoint's rule.
        """
        rest = {k: v for k, v in changes.items() if k not in _ASKED and k not in _SEEN}
        seen = self.changed(**{k: v for k, v in changes.items() if k not in rest})
        parts = seen.parameters()
        if endpoint in ("", self.at):
            rest = {**dict(self.parts), **rest}
        else:
            for field in _HERE_ONLY:
                parts.pop(_SEEN[field], None)
        return url_for(endpoint or self.at, **parts, **{k: v for k, v in rest.items() if v != ""})

    def addresses(self, name: str, endpoint: str = "", **changes: Any) -> Callable[[str], str]:
        """Return what makes the address of many areas: like :meth:`address` with the p-code as ``name``.

        A map has hundreds of them, and their addresses differ in nothing else.
        """
        before, after = self.address(endpoint, **{name: _MARK}, **changes).split(_MARK)
        return lambda pcode: f"{before}{quote(pcode, safe='')}{after}"

    def hidden(self, *without: str) -> list[tuple[str, Any]]:
        """Return what a form must carry along, some names of an address excepted, as (name, value)."""
        return [(name, value) for name, value in self.parameters().items() if name not in without]

    def toggled(self, key: str) -> tuple[str, ...]:
        """Return the classes asked for with one more, or one less where it is among them."""
        if key in self.only:
            return tuple(k for k in self.only if k != key)
        return (*self.only, key)

    @property
    def other(self) -> Question | None:
        """The question of the second map, or None."""
        return self.question.beside(self.beside) if self.beside else None


_USUAL = Asked()


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join(str(v) for v in value)
    return 1 if value is True else value


def asked(moment: When | None = None) -> Asked:
    """Read the question from the address; what makes no sense there is left at its usual value.

    ``moment``: the moment that is asked for, where the caller has read it.

    Raises:
        Refusal: there is no such release, or the record cannot be asked as of that day.
    """
    moment = when() if moment is None else moment
    lists = here().template.lists

    def one_of(name: str, choices: Any, usual: Any) -> Any:
        value = request.args.get(name, "")
        return value if value in choices else usual

    sub_sectors = {c.key for c in lists["sub_sector"]}
    level = int(one_of("niveau", ("1", "2", "3"), "2"))
    month = request.args.get("mois", "")
    within = _area("dans", below=DEEPEST)
    if within:
        level = max(level, gazetteer().by_pcode[within].level + 1)
    usual = _USUAL.question
    sub_sector = one_of("sous_secteur", sub_sectors, usual.sub_sector)
    types = {c.key for c in types_of(here().template, sub_sector, counting=False)}
    last = month if MONTH.fullmatch(month) else moment.month
    question = Question(
        level=level,
        month=last,
        sub_sector=sub_sector,
        group=one_of("groupe", {c.key for c in lists["population_group"]}, None),
        measure=one_of("mesure", MEASURES, usual.measure),
        unit=one_of("unite", UNITS, usual.unit),
        as_of=moment.at,
        release=moment.pair,
        organisation=_organisation(),
        activity_type=one_of("type", types, None),
        first=_first(request.args.get("depuis", ""), last),
    )
    beside = request.args.get("cote", "")
    others = sub_sectors - {question.sub_sector}
    return Asked(
        question,
        within=within,
        view=one_of("vue", VIEWS, ""),
        shows=one_of("montre", [k for k in SHOWN if k != "part"], ""),
        cut=one_of("classes", [k for k in CUTS if k != "cluster"], ""),
        bounds=own_bounds(request.args.get("bornes", "")),
        only=tuple(dict.fromkeys(k for k in request.args.get("classe", "").split() if k.isalnum()))[:12],
        beside=beside if beside in others or (MONTH.fullmatch(beside) and beside != month) else "",
        chosen=_area("zone", below=DEEPEST + 1),
        whole=request.args.get("tout") == "1",
        state=moment.state,
        release=moment.release,
    )


def _first(month: str, last: str | None) -> str | None:
    """Return the first month asked for, None for the plan's or one after the last."""
    if not MONTH.fullmatch(month) or month <= f"{here().operation.plan_start:%Y-%m}":
        return None
    return month if last is None or month <= last else None


def _organisation() -> int | None:
    """Return the organisation asked for, None for one that takes no part.

    Who reads the rows of one organisation only does not ask for others: their names are not theirs to see.
    """
    number = whole(request.args.get("org"))
    if number is None or (own_rows_only(here().role) and number != here().organisation_id):
        return None
    return number if number in {a.id for a in agencies(db.session, here().operation)} else None


def _area(name: str, below: int) -> str:
    """Return the p-code in the address if it is of an area above a level, else ""."""
    code = request.args.get(name, "")
    place = gazetteer().get(code) if code else None
    return code if place is not None and place.level < below else ""
