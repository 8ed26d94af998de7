"""The questions of a checked file that one answer settles for good, and what may be answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import g
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.intake.sheet import ranges
from cluster4w.models import Submission
from cluster4w.record.gazetteer import Place
from cluster4w.record.queries.aliases import waiting_elsewhere
from cluster4w.record.queries.finding_values import Repeated, list_repeated
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.security import here, own_rows_only
from cluster4w.template.language import label
from cluster4w.template.targets import GROUPS
from cluster4w.template.text import fold
from cluster4w.views.check_page import Group
from cluster4w.views.places import gazetteer
from cluster4w.views.values import column_words, target_name

#: Questions of one page; kinds of findings that are looked through for them; other answers that are listed.
PAGE = 20
MOST = 2000
LISTED = 80
#: Findings whose value was taken, with a warning: confirming it ends the warning.
TAKEN = frozenset(
    {
        "area.spelling_taken",
        "organisation.name_differs",
        "organisation.acronym_differs",
        "organisation.branch",
    }
)
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
    #: The area above as a whole, where that may be meant.
    whole: Choice | None = None
    count: int = 0
    numbers: list[int] = field(default_factory=list)
    #: Rows and files of others, or of earlier uploads, in which the same spelling waits.
    more_rows: int = 0
    more_files: int = 0

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
        known = {*self.candidates, *([self.whole.target] if self.whole else [])}
        rest = [c for target, c in self.allowed.items() if target not in known]
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
    candidates = [str(c) for c in asked["candidates"]]
    allowed = _answers(kind, context)
    whole = None
    if kind == "area":
        # A place outside the area above is among the answers where the check found it.
        allowed = {**allowed, **{t: _place_choice(p) for t in candidates if (p := gazetteer().get(t))}}
        whole = None if code in TAKEN else _whole(context)
    if code == OWN_ONLY or asked.get("closed"):
        allowed = {t: c for t, c in allowed.items() if t in candidates}
    if whole is not None:
        allowed = {**allowed, whole.target: whole}
    return Question(
        id=sha256("\n".join(key).encode()).hexdigest()[:12],
        kind=kind,
        context=context,
        text=asked["text"],
        header=finding.header or "",
        under=under_words(kind, context) if kind == "area" else "",
        taken=code in TAKEN,
        candidates=[t for t in candidates if t in allowed and (whole is None or t != whole.target)],
        allowed=allowed,
        whole=whole,
    )


def _whole(context: str) -> Choice | None:
    """Return the area under which a name was seen, as the answer that all of it is meant."""
    place = gazetteer().get(context.partition(" ")[2])
    return _place_choice(place) if place else None


def count_elsewhere(found: Submission, group: Group, asked: Sequence[Question]) -> None:
    """Add to each question how many rows of other files wait for the same answer.

    A partner's files are counted for a partner, everybody's for those who see all rows.
    """
    own = here().organisation_id if own_rows_only(here().role) else None
    keys = {(q.kind, q.context, fold(q.text)): q for q in asked}
    elsewhere = waiting_elsewhere(db.session, found, group.code, {q.context for q in asked}, own)
    for key, counts in elsewhere.items():
        if key in keys:
            keys[key].more_rows, keys[key].more_files = counts


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


def _agencies() -> list[Agency]:
    if "agencies" not in g:
        g.agencies = agencies(db.session, here().operation)
    return g.agencies  # type: ignore[no-any-return]


def under_words(kind: str, context: str) -> str:
    """Return under what an answer holds, in words: the parent of a place, the column of a name."""
    if kind == "column":
        return " ".join(_under_label(part) for part in context.split())
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


def _under_label(part: str) -> str:
    """Return a part of what tells columns with one header apart: a side, a population group, a number."""
    sides = {"targeted": gettext("targeted"), "reached": gettext("reached")}
    if part in sides:
        return str(sides[part])
    choice = here().template.lists[GROUPS].get(part)
    return label(choice.labels, here().language) if choice else f"({part})" if part.isdigit() else part


def target_words(kind: str, context: str, target: str, edition_id: int | None = None) -> str:
    """Return what an answer means, in words; a place of another edition as its bare code."""
    if kind == "column":
        return target_name(target) or str(gettext("ignored"))
    if kind == "area":
        place = gazetteer().get(target) if edition_id in (None, here().operation.edition_id) else None
        choice = _place_choice(place) if place else None
        if choice and place and context[:4] in ("adm2", "adm3") and place.level < int(context[3]):
            words = f"{choice.words} ({choice.detail})"
            return str(gettext("all of %(place)s", place=words))
    else:
        choice = _answers(kind, context).get(target)
    if choice is None:
        return target
    return f"{choice.words} ({choice.detail})" if choice.detail else choice.words
