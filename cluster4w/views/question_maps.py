"""The small maps beside the questions about places: where each candidate lies."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g
from flask_babel import gettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.publish.maps.candidates import Candidate, Ground, ground, point_of
from cluster4w.publish.maps.projection import Rings
from cluster4w.record.queries.areas import boundaries
from cluster4w.security import here
from cluster4w.views.places import gazetteer
from cluster4w.views.questions import Choice, Question


def map_ground(questions: Sequence[Question]) -> Markup:
    """Return what the maps of a page share, once; nothing where no map will be drawn."""
    # The drawings escape what they show.
    return Markup(_ground().svg) if any(drawing(q) for q in questions) else Markup()  # noqa: S704


def drawing(question: Question) -> Markup:
    """Return the map of a question's choices, with their numbers; nothing where their places are unknown."""
    known: dict[str, Markup] = g.setdefault("question_maps", {})
    if question.id not in known:
        drawn = _draw(question) if question.kind == "area" else ""
        known[question.id] = Markup(drawn)  # noqa: S704
    return known[question.id]


def _draw(question: Question) -> str:
    if not question.choices:
        return ""
    label = gettext("Where the places that “%(text)s” may mean lie", text=question.text)
    candidates = [_candidate(number, choice) for number, choice in enumerate(question.choices, 1)]
    return _ground().draw(candidates, label)


def _candidate(number: int, choice: Choice) -> Candidate:
    place = gazetteer().by_pcode[choice.target]
    point = point_of(None, place.longitude, place.latitude)
    if point is None:
        point = point_of(_outlines(place.level).get(place.pcode), None, None)
    title = f"{number}. {choice.words}" + (f" ({choice.detail})" if choice.detail else "")
    return Candidate(number, title, point, place.grid)


def _outlines(level: int) -> dict[str, Rings]:
    known: dict[int, dict[str, Rings]] = g.setdefault("outlines", {})
    if level not in known:
        known[level] = dict(boundaries(db.session, here().operation.edition_id, level))
    return known[level]


def _ground() -> Ground:
    if "map_ground" not in g:
        places = gazetteer().level(2)
        points = [
            (p.longitude, p.latitude) for p in places if p.longitude is not None and p.latitude is not None
        ]
        tiles = [p.grid for p in places if p.grid is not None]
        regions = {
            p.pcode: (p.name, _outlines(1)[p.pcode]) for p in gazetteer().level(1) if p.pcode in _outlines(1)
        }
        g.map_ground = ground(regions, points, tiles)
    return g.map_ground  # type: ignore[no-any-return]
