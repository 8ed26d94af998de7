"""What a header says word by word: whom it counts, targeted or reached, of which group, in which month.

A label counts only when every one of its words is known: "PDI - Femmes (atteints)" does, "Nouveaux PDI" does
not, for nobody here knows what is new about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from cluster4w.intake.read import MONTHS, month
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.targets import GROUPS, Target, is_figure
from cluster4w.template.text import fold

#: Words that say whom a column counts, by the stem of its key. "women" and "men" may be of any age.
_FIGURES = {
    "households": (
        "menage menages household households hh hhs famille familles family families foyer foyers hogar"
        " hogares familia familias|menages beneficiaires|familles beneficiaires|beneficiary households"
        "|beneficiary families"
    ),
    "individuals": (
        "individu individus individual individuals personne personnes person persons people pers ind indiv"
        " beneficiaire beneficiaires beneficiary beneficiaries persona personas beneficiarios"
    ),
    "women": "femme femmes woman women mujer mujeres",
    "men": "homme hommes man men hombre hombres",
    "girls": "fille filles girl girls",
    "boys": "garcon garcons boy boys",
    "females": "female females feminin",
    "males": "male males masculin",
    "disabled": (
        "pwd pwds pvh psh handicape handicapes handicapees handicap disabled|personnes handicapees"
        "|personnes vivant avec handicap|personnes vivant avec un handicap"
        "|personnes en situation de handicap|personnes avec handicap|people with disabilities"
        "|persons with disabilities|people with disability|disabled people|disabled persons"
        "|people living with disabilities"
    ),
    "female_headed_households": (
        "|menages diriges par une femme|menages diriges par des femmes|menages diriges par les femmes"
        "|femmes chefs de menage|femmes cheffes de menage|femmes cheffes de menages"
        "|femmes chefs de menages|femme chef de menage|female headed households"
        "|female headed household|female headed hh|female headed hhs|women headed households"
        "|women headed hh|female headed|women headed"
    ),
}
_SIDES = {
    "targeted": (
        "cible cibles ciblee ciblees planifie planifies planifiee planifiees prevu prevus prevue prevues"
        " target targets targeted planned"
    ),
    "reached": (
        "atteint atteints atteinte atteintes reached assiste assistes assistee assistees assisted touche"
        " touches touchee touchees servi servis servie servies realise realises realisee realisees achieved"
    ),
}
#: Spellings of the shipped groups beside those of the template's list.
_GROUPS = {
    "idps": "idp idps pdi pdis deplaces deplace|deplaces internes|personnes deplacees|populations deplacees",
    "returnees": "returnee returnees retourne retournes retournees rapatries|personnes retournees",
    "host": (
        "hote hotes host hosts|communaute hote|communautes hotes|host community|host communities"
        "|host community members|population hote|populations hotes|communaute d accueil|membres hotes"
    ),
    "refugees": "refugee refugees refugie refugies refugiees",
    "other": "autre autres other others",
}
_YEARS = r"(?: ans| years)?"
_AGES = (
    (
        "adult",
        re.compile(
            rf"\b(?:(?:gt 18 lt 60|gt 1[78]|1[78] (?:a )?(?:59|60|64)){_YEARS}|18 plus|18 (?:ans )?et plus"
            r"|adultes?|adults?)\b"
        ),
    ),
    (
        "child",
        re.compile(rf"\b(?:(?:lt 18|0 (?:a )?1[78]|moins de 18|under 18){_YEARS}|enfants?|children)\b"),
    ),
    (
        "elderly",
        re.compile(
            rf"\b(?:(?:gt (?:59|60)|60 plus){_YEARS}|60 (?:ans )?et plus|agees?|ages?|elderly|older"
            r"|personnes agees|troisieme age)\b"
        ),
    ),
)
#: Stem of a key and age to the stem that both mean. What is not here is no column of the template.
_OF_AGE = {
    ("women", "adult"): "women", ("men", "adult"): "men",
    ("females", "adult"): "women", ("males", "adult"): "men",
    ("girls", "child"): "girls", ("boys", "child"): "boys",
    ("females", "child"): "girls", ("males", "child"): "boys",
    ("women", "elderly"): "elderly_women", ("men", "elderly"): "elderly_men",
    ("females", "elderly"): "elderly_women", ("males", "elderly"): "elderly_men",
}  # fmt: skip
_PARTS = {"day": "jour jours day jj dd", "month": "mois month mm", "year": "annee year an yyyy aaaa"}
_DATES = {
    "start_date": "debut start commencement",
    "end_date": "fin end",
    "period": "report reporting rapport rapportage",
}
_FILLERS = (
    "de des du d la le les l the of in no nb nbr nbre nombre number num total totaux totale par per ce"
    " date dates members membres member|par mois|per month|by month|chaque mois"
    "|this month|ce mois|ce mois ci|du mois"
)
_TOTAL = frozenset(("total", "totaux", "totale", "ensemble"))
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_MONTH = re.compile(r"\b(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b(?: ?(20\d\d|\d\d)\b)?")


@dataclass(frozen=True, slots=True)
class Words:
    """What a label says, all of its words known; "" where it says nothing of a kind.

    ``figure`` is the stem of a key ("households"); ``bare``: "women" or "men" without an age.
    ``month``: ``YYYY-MM``, or ``MM`` where the year is not said. ``part``: of the date ``date``.
    """

    group: str = ""
    figure: str = ""
    side: str = ""
    month: str = ""
    part: str = ""
    date: str = ""
    bare: str = ""
    total: str = ""

    def __bool__(self) -> bool:
        return self != _NOTHING

    def over(self, other: Words) -> Words:
        """Return what this says, and what ``other`` says where this is silent."""
        said = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(Words)}
        return Words(**said) if not self.figure else replace(Words(**said), bare=self.bare)


_NOTHING = Words()
#: Letters that stand for women and men below the name of a group, and nowhere else.
LETTERS = {
    "f": Words(figure="women", bare="women"),
    **dict.fromkeys(("h", "m"), Words(figure="men", bare="men")),
}
_OTHER = "other"


class HeaderWords:
    """Takes labels apart, with the groups that a template knows."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        self._add("", (("", word) for word in _phrases(_FILLERS)))
        for kind, table in (("figure", _FIGURES), ("side", _SIDES), ("part", _PARTS), ("date", _DATES)):
            for value, phrases in table.items():
                self._add(kind, ((value, phrase) for phrase in _phrases(phrases)))
        groups = template.lists.get(GROUPS, ())
        for choice in groups:
            spelt = [fold(spelling) for spelling in choice.spellings() if len(spelling) > 2]
            spelt += _phrases(_GROUPS.get(choice.key, ""))
            self._add("group", ((choice.key, phrase) for phrase in spelt))
        self._longest = max(map(len, self._phrases))
        self._known: dict[str, Words | None] = {}

    def _add(self, kind: str, entries: Iterable[tuple[str, str]]) -> None:
        for value, phrase in entries:
            self._phrases.setdefault(tuple(phrase.split()), (kind, value))

    def of(self, label: str) -> Words | None:
        """Return what a label says; None where a word of it is not known, or where it says two things."""
        if label not in self._known:
            self._known[label] = self._read(label)
        return self._known[label]

    def hints_at_groups(self, label: str) -> bool:
        """Tell whether the brackets of a label speak of population groups, whatever it is that they say."""
        return "group" in self._kinds(_inside(label))

    def _kinds(self, text: str) -> set[str]:
        """Return what kinds of word a text holds."""
        return {self._phrases.get((word,), ("", ""))[0] for word in fold(text).split()}

    def key_of(self, words: Words) -> str:
        """Return the key of the figure that words name, "" for none: reached, where they do not say."""
        if not words.figure:
            return ""
        key = f"{words.figure}_{words.side or 'reached'}"
        return key if is_figure(self._template.by_key.get(key)) else ""

    def target_of(self, words: Words) -> Target | None:
        """Return what words mean as a whole; None where they do not say enough."""
        if words.part:
            column = self._template.by_key.get(words.date)
            fits = column is not None and (column.kind is Kind.DAY or words.part != "day")
            return Target(words.date, part=words.part) if fits and not words.figure else None
        if words.group and words.side and not words.figure and words.group != _OTHER:
            # "IDPs reached" are people; "IDPs" alone may be anything, and "others" as well.
            words = replace(words, figure="individuals")
        key = self.key_of(words)
        return Target(key, words.group) if key else None

    def _read(self, label: str) -> Words | None:
        if len(label) > 200 or not any(c.isalpha() or c.isdigit() for c in label):
            return None
        if whole := _month(label):
            return Words(month=whole)
        inside = _inside(label)
        words = self._plain(_spaced(f"{_BRACKETS.sub(' ', label)} {inside}"))
        if words is not None or not inside:
            return words
        # A hint that speaks of whom is counted, or of an age, is not one to pass over.
        telling = any(c.isdigit() for c in inside) or self._kinds(inside) & {"group", "figure", "side"}
        return None if telling else self._plain(_spaced(_BRACKETS.sub(" ", label)))

    def _plain(self, text: str) -> Words | None:
        ages: set[str] = set()
        for age, pattern in _AGES:
            text, times = pattern.subn(" ", text)
            ages |= {age} if times else set()
        found = {"month": ""}
        if (named := _MONTH.search(text)) and not (named[1] in ("mar", "may") and named[2] is None):
            found["month"] = _year_month(named[1], named[2] or "")
            text = text[: named.start()] + " " + text[named.end() :]
        tokens = text.split()
        for kind, value in self._spoken(tokens):
            if kind == "?" or (kind and found.get(kind, value) != value):
                return None
            if kind:
                found[kind] = value
        if _TOTAL & set(tokens):
            found["total"] = "total"
        return _aged(Words(**found), ages)

    def _spoken(self, tokens: list[str]) -> Iterator[tuple[str, str]]:
        """Yield kind and value of each phrase, the longest first; "?" for a word that nobody knows."""
        at = 0
        while at < len(tokens):
            for length in range(min(self._longest, len(tokens) - at), 0, -1):
                entry = self._phrases.get(tuple(tokens[at : at + length]))
                if entry is not None:
                    yield entry
                    at += length
                    break
            else:
                yield "?", ""
                at += 1


def _phrases(table: str) -> list[str]:
    """Return the single words, parted by blanks, and the phrases behind them, each after a bar."""
    words, *phrases = table.split("|")
    return [*words.split(), *phrases]


def _inside(label: str) -> str:
    """Return what stands in the brackets of a label."""
    return " ".join(first or second for first, second in _BRACKETS.findall(label))


def _spaced(text: str) -> str:
    kept = text.replace("#", " no ").replace("<", " lt ").replace(">", " gt ").replace("≥", " gt ")
    return fold(kept.replace("+", " plus ").replace("=", " "))


def _aged(words: Words, ages: set[str]) -> Words | None:
    """Return words with the age that they name; None where the template has no such column."""
    if not ages:
        return replace(words, bare=words.figure) if words.figure in ("women", "men") else words
    stem = _OF_AGE.get((words.figure, ages.pop())) if len(ages) == 1 else None
    return replace(words, figure=stem) if stem else None


def _month(label: str) -> str:
    """Return the month that a label is, as ``YYYY-MM`` or ``MM``; "" for anything else."""
    text = label.strip()
    if not text or text.isdigit():
        return ""
    value, issue = month(text, text, None)
    if isinstance(value, str):
        return value
    if issue is not None and issue.code == "month.without_year":
        value, _ = month(text, text, 2000)
        return str(value)[5:]
    return ""


def _year_month(name: str, year: str) -> str:
    number = f"{MONTHS[name]:02d}"
    return f"{2000 + int(year) if len(year) == 2 else int(year)}-{number}" if year else number
