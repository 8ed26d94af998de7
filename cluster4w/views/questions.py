"""The questions of a checked file that one answer settles for good, and what may be answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import g
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.intake.sheet import ranges
from cluster4w.models import Submission
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.finding_values import Repeated, list_repeated
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.security import here
from cluster4w.template.language import label
from cluster4w.template.text import fold
from cluster4w.views.check_page import Group
from cluster4w.views.values import column_words

#: Questions of one page; kinds of findings that are looked through for them; other answers that are listed.
PAGE = 20
MOST = 2000
LISTED = 80
#: Findings whose value was taken, with a warning: confirming it ends the warning.
TAKEN = frozenset({"area.spelling_taken", "organisation.name_differs", "organisation.acronym_differs"})
#: The answer can only be the organisation itself.
OWN_ONLY = "organisation.not_yours"
_RUNS = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: what is kept, in words, with what tells it from others of its name."""

    target: str
    words: str
    detail: str = ""


@dataclass(slots=True)
class Question:
    """One spelling and what it may mean. ``under``: what it was seen under, in words, "" for nothing.

    ``allowed``: every answer, by target; ``candidates``: the likely ones, best first.
    """

    id: str
    kind: str
    context: str
    text: str
    header: str
    under: str
    taken: bool
    candidates: list[str]
    allowed: dict[str, Choice] = field(repr=False)
    count: int = 0
    numbers: list[int] = field(default_factory=list)

    @property
    def rows(self) -> str:
        """Row numbers of the file as runs."""
        return ranges(sorted(set(self.numbers)), _RUNS)

    @property
    def choices(self) -> list[Choice]:
        """The likely answers."""
        return [self.allowed[target] for target in self.candidates]

    @property
    def others(self) -> list[Choice]:
        """The other answers by name; none where they are too many to choose among."""
        rest = [c for target, c in self.allowed.items() if target not in self.candidates]
        return sorted(rest, key=lambda c: fold(c.words)) if len(rest) <= LISTED else []


def questions(found: Submission, group: Group | None) -> list[Question]:
    """Return the questions that the findings of a kind ask, those of the most rows first."""
    if group is None or group.code.partition(".")[0] not in ("area", "organisation", "choice"):
        return []
    asked: dict[tuple[str, str, str], Question] = {}
    for finding in list_repeated(db.session, found, code=group.code, severity=group.severity, limit=MOST):
        question = (finding.params or {}).get("ask")
        if not question:
            continue
        key = (question["kind"], question["context"], fold(question["text"]))
        if key not in asked:
            asked[key] = _question(key, question, finding, group.code)
        entry = asked[key]
        entry.count += max(finding.count, int(finding.params.get("count", 0)))
        entry.numbers += finding.rows
    return sorted((q for q in asked.values() if q.allowed), key=lambda q: -q.count)


def _question(key: tuple[str, str, str], asked: dict[str, Any], finding: Repeated, code: str) -> Question:
    kind, context, _ = key
    allowed = _answers(kind, context)
    if code == OWN_ONLY:
        allowed = {t: c for t, c in allowed.items() if t in asked["candidates"]}
    return Question(
        id=sha256("\n".join(key).encode()).hexdigest()[:12],
        kind=kind,
        context=context,
        text=asked["text"],
        header=finding.header or "",
        under=under_words(kind, context) if kind == "area" else "",
        taken=code in TAKEN,
        candidates=[t for t in asked["candidates"] if t in allowed],
        allowed=allowed,
    )


def _answers(kind: str, context: str) -> dict[str, Choice]:
    """Return everything that a question of this kind may be answered with, by target."""
    known: dict[tuple[str, str], dict[str, Choice]] = g.setdefault("answers", {})
    if (kind, context) not in known:
        known[(kind, context)] = {c.target: c for c in _all_answers(kind, context)}
    return known[(kind, context)]


def _all_answers(kind: str, context: str) -> Iterable[Choice]:
    match kind:
        case "area":
            return map(_place_choice, _places(context))
        case "organisation":
            return (Choice(str(a.id), a.name, a.acronym) for a in _agencies())
        case _:
            column = here().template.by_key.get(context)
            known = here().template.choices(column) if column and column.list else ()
            return (Choice(c.key, label(c.labels, here().language)) for c in known)


def _place_choice(place: Place) -> Choice:
    parent = gazetteer().get(place.parent)
    return Choice(place.pcode, place.name, ", ".join(p for p in (parent and parent.name, place.pcode) if p))


def _places(context: str) -> Iterable[Place]:
    key, _, parent = context.partition(" ")
    level = int(key[3])
    above = gazetteer().get(parent)
    for place in gazetteer().level(level):
        if above is None or gazetteer().within(place.pcode, above.level) == above.pcode:
            yield place


def gazetteer() -> Gazetteer:
    """Return the operation's gazetteer, loaded once a request."""
    if "gazetteer" not in g:
        g.gazetteer = load_gazetteer(db.session, here().operation.edition_id)
    return g.gazetteer  # type: ignore[no-any-return]


def _agencies() -> list[Agency]:
    if "agencies" not in g:
        g.agencies = agencies(db.session, here().operation)
    return g.agencies  # type: ignore[no-any-return]


def under_words(kind: str, context: str) -> str:
    """Return under what an answer holds, in words: the parent of a place, the column of a name."""
    if kind == "column":
        side, _, nth = context.rpartition(" ") if context[-1:].isdigit() else (context, "", "")
        said = {"targeted": gettext("targeted"), "reached": gettext("reached")}.get(side, side)
        return " ".join(part for part in (said, f"({nth})" if nth else "") if part)
    key, _, parent = context.partition(" ")
    column = here().template.by_key.get(key)
    words = column_words(column) if column else ""
    if kind != "area":
        return words
    place = gazetteer().get(parent)
    if place is not None:
        return str(gettext("%(column)s in %(parent)s", column=words, parent=place.name))
    if parent:
        return str(gettext("%(column)s in %(parent)s", column=words, parent=parent))
    if key.startswith("adm1_"):
        return words
    return str(gettext("%(column)s, without the level above", column=words))


def target_words(kind: str, context: str, target: str, edition_id: int | None = None) -> str:
    """Return what an answer means, in words; a place of another edition as its bare code."""
    if kind == "column":
        column = here().template.by_key.get(target)
        return column_words(column) if column else str(gettext("ignored"))
    if kind == "area":
        place = gazetteer().get(target) if edition_id in (None, here().operation.edition_id) else None
        choice = _place_choice(place) if place else None
    else:
        choice = _answers(kind, context).get(target)
    if choice is None:
        return target
    return f"{choice.words} ({choice.detail})" if choice.detail else choice.words
