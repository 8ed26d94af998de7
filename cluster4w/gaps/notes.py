"""What a reader must know before quoting a gap table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.rules import Count, rule_of
from cluster4w.gaps.targets import Targets
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_, Translate, counted
from cluster4w.template.lists import CountingRule


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence: an English source message with its parameters.

    ``one``: the message where its rows, areas, people or organisations are a single one.
    """

    message: str
    params: dict[str, Any] = field(default_factory=dict)
    one: str = ""

    def words(self, translate: Translate, figure: Callable[[int], str] = str) -> str:
        """Return the sentence in the user's language; ``figure`` writes its numbers."""
        many = next(
            (self.params[k] for k in ("rows", "areas", "people", "organisations") if k in self.params), None
        )
        text = counted(self.one or self.message, self.message, many or 0, translate)
        if not self.params:
            return text
        return text % {k: figure(v) if isinstance(v, int) else v for k, v in self.params.items()}


def notes_of(
    measure: str,
    level: int,
    rows: Sequence[GapRow],
    total: GapRow,
    counts: Iterable[Count],
    template: Template,
    targets: Targets,
    used: Set[str],
    untold: int,
) -> tuple[Note, ...]:
    """Return the notes of a table, the gravest first; ``untold``: organisations that name no sub-sector."""
    notes: list[Note] = []
    if not targets.has("in_need" if measure == "need" else "targeted"):
        notes.append(
            Note(N_("No needs are loaded for this question."))
            if measure == "need"
            else Note(N_("No targets are loaded for this question."))
        )
    if total.reached is None:
        notes.append(
            Note(N_("The record holds no figure for these months: nothing is known, not even zero."))
        )
    silent = unsaid = not_first = 0
    for count in counts:
        silent += count.silent_rows
        unsaid += count.first_unsaid
        not_first += count.not_first
    if untold:
        notes.append(
            Note(
                N_(
                    "%(organisations)s of the organisations present name neither activity type nor"
                    " sub-sector: they count as present in every sub-sector."
                ),
                {"organisations": untold},
                N_(
                    "One of the organisations present names neither activity type nor sub-sector: it counts"
                    " as present in every sub-sector."
                ),
            )
        )
    notes += _about_places(rows)
    notes += _about_targets(rows, total)
    notes += _about_doubles(total)
    if silent:
        notes.append(
            Note(
                N_("%(rows)s completed rows give no number of people; they count as presence only."),
                {"rows": silent},
                N_("One completed row gives no number of people; it counts as presence only."),
            )
        )
    if unsaid:
        notes.append(
            Note(
                N_("%(rows)s rows do not say whether people are assisted for the first time: not counted."),
                {"rows": unsaid},
                N_("One row does not say whether people are assisted for the first time: not counted."),
            )
        )
    if not_first:
        notes.append(
            Note(
                N_("%(rows)s rows repeat help to the same people: in the assistances, not in the people."),
                {"rows": not_first},
                N_("One row repeats help to the same people: in the assistances, not in the people."),
            )
        )
    largest = (CountingRule.MAX_SITE, CountingRule.MAX_AREA)
    by_largest = any(rule_of(c) in largest for c in template.activity_types if c.key in used)
    if by_largest and level == 3:
        notes.append(
            Note(
                N_(
                    "Types counted by their largest month are counted commune by commune here: communes may"
                    " add up to more than their cercle, whose months are compared as a whole."
                )
            )
        )
    if by_largest:
        notes.append(
            Note(N_("Planned people of types counted by their largest month are what they add to it."))
        )
    if total.converted:
        notes.append(Note(N_("Some figures were converted with the household size.")))
    return tuple(notes)


def _about_places(rows: Sequence[GapRow]) -> list[Note]:
    notes = []
    if part := sum(r.rows for r in rows if r.kind == "part"):
        notes.append(
            Note(
                N_(
                    "%(rows)s rows name no area of this level; they stand in lines of their own, and the"
                    " total gap counts their people."
                ),
                {"rows": part},
                N_(
                    "One row names no area of this level; it stands in a line of its own, and the total gap"
                    " counts its people."
                ),
            )
        )
    if lost := sum(r.rows for r in rows if r.kind == "unknown"):
        notes.append(
            Note(
                N_("%(rows)s rows name no known place."), {"rows": lost}, N_("One row names no known place.")
            )
        )
    return notes


def _about_doubles(total: GapRow) -> list[Note]:
    notes = []
    if total.reached is not None and total.reached_if_same is not None:
        notes.append(
            Note(
                N_(
                    "%(rows)s rows may count the same people as another row; nobody has decided yet. If they"
                    " do, the figure reached is %(fewer)s and not %(reached)s."
                ),
                {"rows": total.doubtful, "fewer": total.reached_if_same, "reached": total.reached},
                N_(
                    "One row may count the same people as another row; nobody has decided yet. If it does,"
                    " the figure reached is %(fewer)s and not %(reached)s."
                ),
            )
        )
    if total.left_out:
        notes.append(
            Note(
                N_("%(rows)s rows are left out: another row counts the same people."),
                {"rows": total.left_out},
                N_("One row is left out: another row counts the same people."),
            )
        )
    return notes


def _about_targets(rows: Sequence[GapRow], total: GapRow) -> list[Note]:
    notes = []
    used = [r.target_source for r in rows if r.target_source]
    if any(t.undivided for t in used):
        notes.append(Note(N_("The source does not tell Shelter and NFI apart: the same figure serves both.")))
    if any(f.invented for t in used for f in t.figures):
        notes.append(Note(N_("The split of the targets over areas is invented (example).")))
    surplus = -sum(r.gap for r in rows if r.gap is not None and r.gap < 0)
    if surplus:
        notes.append(
            Note(
                N_(
                    "Some areas got more than asked (%(surplus)s in all). That fills no gap elsewhere:"
                    " the total gap is the sum of what is missing."
                ),
                {"surplus": surplus},
            )
        )
    without = sum(r.reached or 0 for r in rows if r.target_source is None)
    if used and without:
        notes.append(
            Note(
                N_("%(people)s were reached in areas without such a figure; the total counts them."),
                {"people": without},
                N_("%(people)s was reached in areas without such a figure; the total counts it."),
            )
        )
    return notes
