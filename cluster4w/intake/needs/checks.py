"""What figures say of each other: parts and wholes, households and people, areas without a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cluster4w.intake.areas.match import listed
from cluster4w.intake.findings import Finding
from cluster4w.intake.needs.columns import SEVERITY
from cluster4w.intake.needs.places import Places
from cluster4w.intake.needs.reader import About, Collected, Read
from cluster4w.intake.opening.scan import column_letter
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.template.language import Labels
from cluster4w.template.rules import Severity

#: People of a household: fewer or more are taken for a slip.
LEAST_SIZE, MOST_SIZE = 3.0, 9.0
#: Share by which a total may differ from its parts: sources round each figure by itself.
ROUNDED = 0.0005
COUNTRY: Labels = {"fr": "Pays entier", "en": "Whole country"}
#: Rows from which on a file is said to look like another edition's.
LEAST_ROWS = 3


def checked(collected: Collected, places: Places, level_names: Mapping[str, Labels]) -> Iterator[Finding]:
    """Yield what there is to say about the figures of a file as a whole."""
    # Ranks of severity are no people: they neither add up nor make a household.
    people = {about: read for about, read in collected.figures.items() if about[0] != SEVERITY}
    collected = replace(collected, figures=people)
    yield from _wholes(collected, places.gazetteer)
    yield from _totals_rows(collected, places.gazetteer)
    yield from _household_sizes(collected)
    yield from _missing(collected, places.gazetteer, level_names)
    yield from _editions(collected, places, level_names)


def _at(read: Read, code: str, severity: Severity = Severity.WARNING, **params: object) -> Finding:
    return Finding(
        severity,
        code,
        sheet=read.sheet or None,
        row=read.row,
        column=column_letter(read.column + 1),
        header=read.header,
        value=f"{read.value:.10g}",
        params={"value": _whole(read.value), **params},
    )


def _whole(value: float) -> int | str:
    """Return a figure as the sentence writes it: people and households are whole, sources give fractions."""
    return int(value) if value == int(value) else f"{value:.10g}"


def _known(gazetteer: Gazetteer, figures: Mapping[About, Read], about: About) -> float | None:
    """Return the figure of an area, else the sum of those of its parts, else None."""
    if about in figures:
        return figures[about].value
    parts = _parts(gazetteer, figures, about)
    return sum(parts) if parts else None


def _parts(gazetteer: Gazetteer, figures: Mapping[About, Read], about: About) -> list[float]:
    """Return what the file says of the areas one level below."""
    measure, level, pcode, sub_sector, group, unit = about
    return [
        value
        for child in gazetteer.children.get(pcode if level else None, ())
        if (value := _known(gazetteer, figures, (measure, child.level, child.pcode, sub_sector, group, unit)))
        is not None
    ]


def _wholes(collected: Collected, gazetteer: Gazetteer) -> Iterator[Finding]:
    """Compare the figure of a region or the country with those of its parts."""
    for about, read in collected.figures.items():
        parts = _parts(gazetteer, collected.figures, about)
        if not parts or _agree(read.value, sum(parts), len(parts)):
            continue
        pcode = about[2]
        place = gazetteer.get(pcode)
        yield _at(
            read,
            "needs.parent_sum",
            area=f"{place.name} ({pcode})" if place else COUNTRY,
            total=_whole(sum(parts)),
            parts=len(parts),
            every=len(gazetteer.children.get(pcode if about[1] else None, ())),
            difference=_whole(read.value - sum(parts)),
        )


def _agree(whole: float, total: float, parts: int) -> bool:
    return abs(whole - total) <= max(1 + parts / 2, ROUNDED * max(whole, total))


def _totals_rows(collected: Collected, gazetteer: Gazetteer) -> Iterator[Finding]:
    """Compare the rows of totals with the sums of the figures that were read."""
    for row in collected.totals:
        measure, sub_sector, group, unit = row.about
        mine = {
            about: read.value
            for about, read in collected.figures.items()
            if (about[0], about[3], about[4], about[5]) == (measure, sub_sector, group, unit)
            and about[1] > 0
            and (not row.scope or row.scope in {p.pcode for p in gazetteer.lineage(about[2])})
        }
        deepest = max((about[1] for about in mine), default=0)
        values = [value for about, value in mine.items() if about[1] == deepest]
        if values and not _agree(row.read.value, sum(values), len(values)):
            difference = _whole(row.read.value - sum(values))
            yield _at(row.read, "needs.totals_differ", total=_whole(sum(values)), difference=difference)


def _household_sizes(collected: Collected) -> Iterator[Finding]:
    for about, read in collected.figures.items():
        if about[5] != "household" or not read.value:
            continue
        people = collected.figures.get((*about[:5], "individual"))
        if people is not None and not LEAST_SIZE <= people.value / read.value <= MOST_SIZE:
            size = f"{people.value / read.value:.1f}"
            yield _at(read, "needs.household_size", people=_whole(people.value), size=size, area=about[2])


def _missing(
    collected: Collected, gazetteer: Gazetteer, level_names: Mapping[str, Labels]
) -> Iterator[Finding]:
    """List the areas of the deepest level that has figures and that have none themselves."""
    level = max((about[1] for about in collected.figures), default=0)
    if not level or level in gazetteer.partial:
        return
    known = {about[2] for about in collected.figures if about[1] == level}
    every = gazetteer.level(level)
    missing = [p for p in every if p.pcode not in known]
    if missing:
        yield Finding(
            Severity.INFO,
            "needs.missing_areas",
            params={
                "level": level_names.get(str(level), {}),
                "count": len(known),
                "total": len(every),
                "names": listed(f"{p.name} ({p.pcode})" for p in missing),
            },
        )


def _editions(collected: Collected, places: Places, level_names: Mapping[str, Labels]) -> Iterator[Finding]:
    """Say that the file looks like another edition's, and what a translated figure may hide."""
    own = places.gazetteer.edition
    if not places.edition and places.agreeing[""] >= LEAST_ROWS:
        best = max(
            (g.edition for g in places.gazetteer.others), key=lambda e: places.agreeing[e], default=own
        )
        if places.agreeing[best] > places.agreeing[own]:
            yield Finding(
                Severity.WARNING,
                "needs.looks_like_edition",
                params={
                    "edition": best,
                    "own": own,
                    "count": places.agreeing[best],
                    "own_count": places.agreeing[own],
                    "total": places.agreeing[""],
                },
            )
    for about, read in collected.figures.items():
        if len(read.parts) > 1:
            yield _at(
                read, "needs.merged_areas", Severity.INFO, area=about[2], codes=listed(sorted(read.parts))
            )
        elif read.parts:
            yield _at(read, "needs.merged_in_part", area=about[2], codes=listed(sorted(read.parts)))
    yield from _divided(_translated(collected.findings), places, level_names)


def _translated(findings: Iterable[Finding]) -> set[str]:
    return {str(f.params["edition"]) for f in findings if f.code == "needs.other_edition"}


def _divided(editions: Iterable[str], places: Places, level_names: Mapping[str, Labels]) -> Iterator[Finding]:
    """Warn of editions that have more areas than this one: a linked area may be a part of ours today."""
    for other in places.gazetteer.others:
        for level in (1, 2, 3):
            theirs, ours = len(other.level(level)), len(places.gazetteer.level(level))
            named = other.edition in editions or other.edition == places.edition
            if named and 0 < ours < theirs:
                yield Finding(
                    Severity.WARNING,
                    "needs.more_areas_there",
                    params={
                        "edition": other.edition,
                        "level": level_names.get(str(level), {}),
                        "theirs": theirs,
                        "ours": ours,
                    },
                )
