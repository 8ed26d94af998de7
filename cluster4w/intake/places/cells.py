"""What the place cells of a row say, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cluster4w.intake.read import Issue
from cluster4w.record.gazetteer import Place
from cluster4w.template.kinds import Values

#: Name and code of the three levels, as the row says them; "" where it says nothing.
Said = tuple[str, str, str, str, str, str]
#: Sites that the record knows: folded name to the codes of the areas in which they lie.
Sites = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Placed:
    """What a row's place cells came to: values to set, issues by column key, the aliases that applied.

    ``kept``: (column key, text) of a name that is recorded for the area around it; the text stays with the
    row.
    """

    values: Values
    issues: tuple[tuple[str, Issue], ...]
    learned: tuple[int, ...] = ()
    kept: tuple[str, str] | None = None


@dataclass
class Level:
    """The work on one level of one row."""

    level: int
    name: str
    code: str
    parent: Place | None
    issues: list[tuple[str, Issue]]
    #: The alias by which the name is known.
    learned: int | None = None

    def say(self, part: str, code: str, suggestion: str | None = None, /, **params: object) -> None:
        self.issues.append((f"adm{self.level}_{part}", Issue(code, params, suggestion)))
