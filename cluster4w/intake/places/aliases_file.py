"""A list of other names of organisations, as humanitarian data sites publish them, becomes learned names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.opening.delimited import read_delimited
from cluster4w.intake.places.organisations import by_folded
from cluster4w.models import Operation, Person
from cluster4w.record.operations.aliases import Answer, learn
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.template.language import N_, Translate
from cluster4w.template.problems import Refusal
from cluster4w.template.text import clean, fold, printable

#: Rows and columns of a list.
MOST_ROWS, MOST_COLUMNS = 100_000, 64
#: Headers of the columns, folded, by what they hold.
_COLUMNS = {
    "alias": ("string pattern", "pattern", "alias", "other name", "autre nom"),
    "name": ("canonical org name", "canonical name", "name", "nom"),
    "acronym": ("acronym", "acronyme", "sigle"),
    "type": ("org type", "type"),
    "country": ("location code", "country", "pays"),
}


@dataclass
class LoadedAliases:
    """What became of the rows of a list. read = learned + known + unmatched + elsewhere + ambiguous.

    ``known``: an official name, or learned before; ``unmatched``: of no organisation of the operation;
    ``elsewhere``: the list says that they hold in another country; ``ambiguous``: several organisations.
    """

    file: str
    read: int = 0
    learned: int = 0
    known: int = 0
    unmatched: int = 0
    elsewhere: int = 0
    ambiguous: int = 0
    has_errors = False

    def as_json(self, _: Translate) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)

    def as_text(self, translate: Translate) -> str:
        """Return the counts as a sentence."""
        words = N_(
            "%(file)s, rows read: %(read)s. Learned: %(learned)s, known already: %(known)s, of no"
            " organisation of the operation: %(unmatched)s, for other countries: %(elsewhere)s, of several"
            " organisations: %(ambiguous)s."
        )
        return translate(words) % asdict(self)


def load_aliases(
    session: orm.Session, operation: Operation, data: bytes, name: str, *, actor: Person | None = None
) -> LoadedAliases:
    """Learn the other names of a list, for everybody in the operation.

    An organisation is matched by its full name, which may be any of the names that the list gives it; by its
    acronym only where the type agrees and nobody else has it. No official name is given another meaning.

    Raises:
        Refusal: the file has no column of other names and of full names.
    """
    loaded = LoadedAliases(name)
    rows = _rows(data)
    loaded.read = len(rows)
    spellings = template_of(operation).lists["org_type"].by_spelling
    everyone = agencies(session, operation)
    families: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        families.setdefault(fold(row["name"]), []).append(row)
    names = by_folded((fold(a.name), a) for a in everyone)
    acronyms = by_folded((fold(a.acronym), a) for a in everyone)
    matches = {key: _match(family, names, acronyms, spellings) for key, family in families.items()}
    meant: dict[str, set[int]] = {}
    for row in rows:
        for agency in matches[fold(row["name"])]:
            meant.setdefault(fold(row["alias"]), set()).add(agency.id)
    answers: dict[str, Answer] = {}
    for row in rows:
        folded = fold(row["alias"])
        if row["country"] and row["country"].upper() != operation.country:
            loaded.elsewhere += 1
        elif not matches[fold(row["name"])]:
            loaded.unmatched += 1
        elif len(meant[folded]) > 1:
            loaded.ambiguous += 1
        elif folded in names or folded in acronyms or folded in answers or not folded:
            loaded.known += 1
        else:
            answers[folded] = Answer("organisation", "", row["alias"], str(*meant[folded]))
    new = learn(session, operation, answers.values(), organisation_id=None, actor=actor, source=name)
    loaded.learned = len(new)
    loaded.known += len(answers) - len(new)
    return loaded


def _match(
    rows: Sequence[Mapping[str, str]],
    names: Mapping[str, Sequence[Agency]],
    acronyms: Mapping[str, Sequence[Agency]],
    types: Mapping[str, str],
) -> Sequence[Agency]:
    """Return the organisations that the rows of one full name are about: one, none, or several."""
    said = {fold(row[part]) for row in rows for part in ("name", "alias")}
    by_name = [a for text in said for a in names.get(text, ())]
    if by_name:
        return by_name
    kinds = {types.get(fold(row["type"])) for row in rows}
    by_acronym = [a for text in {fold(row["acronym"]) for row in rows} for a in acronyms.get(text, ())]
    return by_acronym if len(by_acronym) == 1 and by_acronym[0].type in kinds else []


def _rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of the file with the columns that are used, "" for one that it lacks."""
    table = [row for row in read_delimited(data, MOST_ROWS, MOST_COLUMNS)[0] if any(map(str.strip, row))]
    headers = [fold(cell) for cell in table[0]] if table else []
    at = {
        part: next((headers.index(h) for h in known if h in headers), -1) for part, known in _COLUMNS.items()
    }
    if at["alias"] < 0 or at["name"] < 0:
        raise _unusable()
    return [
        {part: printable(clean(row[i])) if 0 <= i < len(row) else "" for part, i in at.items()}
        for row in table[1:]
    ]


def _unusable() -> Refusal:
    return Refusal(
        "aliases.no_columns",
        N_("The list of other names needs a column “alias” (or “String pattern”) and a column “name”."),
    )
