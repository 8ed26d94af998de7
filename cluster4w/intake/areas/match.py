"""Which area of an edition an outline belongs to: by its code and name, or by its name alone.

A boundary file is about places that the gazetteer knows. Its codes may be those of another edition (Mali's
were given to other cercles), of another body, or missing; then names decide, and nothing is guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.areas.columns import AreaRecord
from cluster4w.intake.findings import Finding
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold

#: From this likeness on, a name is only another spelling of the area that the code names.
SAME_NAME = 75
#: From this likeness on, a name is worth suggesting.
WORTH_SAYING = 80
#: Share of the outlines whose code and name disagree from which the file is taken for another edition's.
OTHER_EDITION = 0.1
#: Names that a sentence lists before it says how many more there are.
LISTED = 12

Stored = Mapping[tuple[int, str], Mapping[str, Any]]


@dataclass
class _Known:
    """The areas that an edition holds at one level."""

    spellings: dict[str, tuple[str, ...]]
    parents: dict[str, str | None]
    names: dict[str, str]
    by_spelling: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def named(self, record: AreaRecord, above: Mapping[int, _Known]) -> list[str]:
        """Return the codes of the areas that the record's names can mean."""
        spelt = dict.fromkeys(fold(n) for n in (record.name, *record.names) if n)
        codes = list(dict.fromkeys(c for s in spelt for c in self.by_spelling.get(s, ())))
        if len(codes) < 2 or not record.names_above:
            return codes
        level, name = max(record.names_above.items())
        parents = set(above[level].by_spelling.get(fold(name), ())) if level in above else set()
        return [c for c in codes if self.parents[c] in parents] or codes

    def is_called(self, code: str, name: str) -> bool:
        """Tell whether a name is a spelling of the area, give or take a letter."""
        return not name or any(fuzz.ratio(fold(name), s) >= SAME_NAME for s in self.spellings[code])


def _known(stored: Stored) -> dict[int, _Known]:
    found: dict[int, _Known] = {}
    for (level, code), row in sorted(stored.items()):
        known = found.setdefault(level, _Known({}, {}, {}))
        known.spellings[code] = tuple(dict.fromkeys(map(fold, (row["name"], *row["names"]))))
        known.parents[code], known.names[code] = row["parent_pcode"], row["name"]
        for spelling in known.spellings[code]:
            known.by_spelling[spelling].append(code)
    return found


def identify(records: Sequence[AreaRecord], stored: Stored, findings: list[Finding]) -> list[AreaRecord]:
    """Return the records of a boundary file with the codes, levels and parents of the edition.

    Outlines that belong to no area or to several are left out with an error. Parts of one area that the file
    gives as several features are joined. Areas that the edition does not hold stay as they are.
    """
    known = _known(stored)
    own = [r for r in records if not r.above]
    _find_levels(own, known)
    foreign = _foreign_levels(own, known)
    left_out: set[int] = set()
    taken: list[AreaRecord] = []
    by_name: list[AreaRecord] = []
    for record in own:
        level = record.level or 0
        if level in foreign:
            record.pcode, record.parent = "", None
        if not record.pcode and record.feature_id in (known[level].names if level in known else ()):
            record.pcode = record.feature_id
        if record.pcode or level not in known or not record.name:
            finding = _disagreement(record, known)
        else:
            finding = _by_name(record, known)
            by_name.append(record)
        if finding is None:
            taken.append(record)
        else:
            findings.append(finding)
            left_out.add(id(record))
    _say_whole(own, known, by_name, left_out, findings)
    own = _joined(taken, findings)
    return [*(r for r in records if r.above and (r.level or 0) not in foreign), *own]


def _find_levels(own: Sequence[AreaRecord], known: Mapping[int, _Known]) -> None:
    """Give the records without a level the one whose areas have their codes, else their names."""
    silent = [r for r in own if r.level is None]
    hits = {
        level: sum(r.pcode in k.names or (not r.pcode and bool(k.named(r, known))) for r in silent)
        for level, k in known.items()
    }
    # A region and its capital cercle share their name: of two levels the one that is covered best.
    best = max(hits, key=lambda n: (hits[n], hits[n] / len(known[n].names)), default=None)
    for record in silent:
        coded = next((level for level, k in known.items() if record.pcode in k.names), None)
        record.level = coded or (best if best is not None and hits[best] else None)


def _foreign_levels(own: Sequence[AreaRecord], known: Mapping[int, _Known]) -> set[int]:
    """Return the levels at which the file's codes are of another making, while its names are known."""
    found = set()
    for level, k in known.items():
        coded = [r for r in own if r.level == level and r.pcode]
        with_code = sum(r.pcode in k.names for r in coded)
        with_name = sum(bool(k.named(r, known)) for r in coded)
        if coded and with_code * 2 < len(coded) and with_name > with_code and with_name * 2 > len(coded):
            found.add(level)
    return found


def _by_name(record: AreaRecord, known: Mapping[int, _Known]) -> Finding | None:
    """Give the record the code of the area that it names; returns what prevents it."""
    k = known[record.level or 0]
    codes = k.named(record, known)
    if len(codes) == 1:
        record.pcode, record.parent = codes[0], k.parents[codes[0]]
        return None
    if codes:
        return _finding(record, "areas.ambiguous_name", codes=", ".join(codes))
    near = process.extractOne(
        fold(record.name), list(k.by_spelling), scorer=fuzz.ratio, score_cutoff=WORTH_SAYING
    )
    suggestion = k.names[k.by_spelling[near[0]][0]] if near else None
    return _finding(record, "areas.unknown_name", suggestion=suggestion)


def _disagreement(record: AreaRecord, known: Mapping[int, _Known]) -> Finding | None:
    """Return the error of a code whose area has another name, when that name is another area's."""
    k = known.get(record.level or 0)
    if k is None or record.pcode not in k.names:
        return None
    called = k.is_called(record.pcode, record.name)
    others = [] if called else [c for c in k.named(record, known) if c != record.pcode]
    if len(others) != 1:
        return None
    return _finding(
        record,
        "areas.code_name_disagree",
        suggestion=others[0],
        name=record.name,
        place=k.names[record.pcode],
        other=others[0],
    )


def _say_whole(
    own: Sequence[AreaRecord],
    known: Mapping[int, _Known],
    by_name: Sequence[AreaRecord],
    left_out: set[int],
    findings: list[Finding],
) -> None:
    """Add what there is to say of the file as a whole."""
    matched = [r for r in by_name if id(r) not in left_out]
    if matched:
        findings.append(Finding(Severity.INFO, "areas.by_name", params={"count": len(matched)}))
    disagreeing = sum(f.code == "areas.code_name_disagree" for f in findings)
    if disagreeing > 2 and disagreeing >= OTHER_EDITION * len(own):
        findings.append(
            Finding(
                Severity.WARNING,
                "areas.looks_like_other_edition",
                params={"count": disagreeing, "total": len(own)},
            )
        )
    for record in own:
        k = known.get(record.level or 0)
        if k is None or record.pcode not in k.names or id(record) in left_out or not record.parent:
            continue
        if (parent := k.parents[record.pcode]) is not None and parent != record.parent:
            findings.append(_finding(record, "areas.parent_differs", parent=record.parent, kept=parent))
            record.parent = parent


def _joined(own: Sequence[AreaRecord], findings: list[Finding]) -> list[AreaRecord]:
    """Return the records with the parts of one area together; a code with two names stays an error."""
    first: dict[tuple[int | None, str], AreaRecord] = {}
    parts: Counter[str] = Counter()
    kept = []
    for record in own:
        key = (record.level, record.pcode)
        before = first.get(key) if record.pcode else None
        if before is None:
            first[key] = record
        elif fold(before.name) == fold(record.name) or not record.name:
            polygons = (*(before.polygons or ()), *(record.polygons or ()))
            before.polygons = tuple(dict.fromkeys(polygons))
            parts[record.pcode] += 1
            continue
        kept.append(record)
    if parts:
        findings.append(
            Finding(Severity.INFO, "areas.parts_joined", params={"count": len(parts), "codes": listed(parts)})
        )
    return kept


def listed(names: Iterable[str]) -> str:
    """Return the first names, joined by commas, and dots where there are more."""
    every = list(names)
    return ", ".join(every[:LISTED]) + (", …" if len(every) > LISTED else "")


def _finding(record: AreaRecord, code: str, suggestion: str | None = None, **params: Any) -> Finding:
    severity = Severity.WARNING if code == "areas.parent_differs" else Severity.ERROR
    return Finding(
        severity,
        code,
        row=record.number,
        value=record.pcode or record.name,
        params=params,
        suggestion=suggestion,
    )
