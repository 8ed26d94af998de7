"""Places of the real Mali workbook, judged by hand: how many are taken right, asked, taken wrong.

Every distinct set of place cells of the workbook is measured. Most say the same thing three times (the code
is that of the commune of this name in the cercle of this name): those are right by themselves. The other
sets, and every cercle, are in ``places_labelled.csv``, each with the right p-code of the edition 2016, judged
by eye against the official list without looking at the product's answer; an empty ``right`` means that nobody
can tell from the row, so that it must be asked (``unclear``). Communes are measured once more with every code
left out.

Source of the names: OCHA Mali, operational presence, December 2023 (HDX, CC BY-IGO). Codes: OCHA COD-AB Mali.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.databases import fresh_database

LABELLED = Path(__file__).with_name("places_labelled.csv")
CELLS = ("region", "region_code", "cercle", "cercle_code", "commune", "commune_code")
#: Columns of the workbook, from 0, in the order of :data:`CELLS`.
COLUMNS = (6, 5, 8, 7, 10, 9)
#: Labels and HXL tags above the data.
HEADS = 2

#: Place cells of a row, in the order of :data:`CELLS`.
Cells = tuple[str, ...]


@dataclass
class Tally:
    """Pairs (and rows) by what became of them."""

    pairs: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[Cells, str, str]] = field(default_factory=list)

    def add(self, cells: Cells, rows: int, right: str, taken: str) -> None:
        """Count one pair."""
        if taken and taken != right:
            self.wrong.append((cells, right, taken))
        what = "wrong" if taken and taken != right else "right" if taken else "asked" if right else "unclear"
        self.pairs[what] += 1
        self.rows[what] += rows

    def line(self, name: str) -> dict[str, object]:
        """Return the table's line; ``asked %``: of those that a careful reader could place."""
        shown: dict[str, object] = {"places": name, "pairs": self.pairs.total()}
        shown |= {k: self.pairs[k] for k in ("right", "asked", "wrong", "unclear")}
        for title, counts in (("asked %", self.pairs), ("of rows %", self.rows)):
            known = counts.total() - counts["unclear"]
            shown[title] = round(100 * counts["asked"] / known, 1) if known else 0.0
        shown["all asked %"] = round(
            100 * (self.pairs["asked"] + self.pairs["unclear"]) / self.pairs.total(), 1
        )
        return shown


def labels() -> dict[Cells, str]:
    """Return the judgements: place cells to the right p-code, "" for what must be asked."""
    with LABELLED.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return {tuple(r[c] for c in CELLS): r["right"] for r in csv.DictReader(lines)}


def typed(real: Path) -> tuple[Counter[Cells], Counter[Cells]]:
    """Return how often each set of place cells stands in the workbook: down to cercles, down to communes."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(real)).get_sheet_by_name("ML_5W").to_python()[HEADS:]
    cells = Counter(tuple(str(row[i]).replace("\xa0", " ").strip() for i in COLUMNS) for row in rows)
    cercles: Counter[Cells] = Counter()
    for said, count in cells.items():
        if said[2]:
            cercles[(*said[:4], "", "")] += count
    return cercles, Counter({said: n for said, n in cells.items() if said[4] or said[5]})


def finder(real: Path, session: Any) -> Any:
    """Return the product's finder over the edition 2016, the later editions beside it."""
    from cluster4w.intake.areas.file import load_areas
    from cluster4w.intake.places.finder import PlaceFinder
    from cluster4w.record.queries.areas import get_edition, load_gazetteer

    for name, year in (("2016_adm3", "2016"), ("2021", "2021"), ("2025", "2025")):
        path = real.with_name(f"gazetteer_{name}.csv")
        load_areas(session, path.read_bytes(), path.name, country="MLI", edition=year)
    edition = get_edition(session, "MLI", "2016")
    assert edition is not None
    return PlaceFinder(load_gazetteer(session, edition.id, with_others=True))


def measure(find: Any, pairs: Iterable[tuple[Cells, int, str]]) -> Tally:
    """Measure the finder over (place cells, rows, right code)."""
    tally = Tally()
    for cells, rows, right in pairs:
        level = 3 if cells[4] or cells[5] else 2
        placed = find(cells)
        tally.add(cells, rows, right, str(placed.values.get(f"adm{level}_pcode") or ""))
    return tally


def run(real: Path) -> list[dict[str, object]]:
    """Return one line for cercles, communes, communes with the codes left out, and all with codes."""
    from sqlalchemy import orm

    from cluster4w.models.engine import make_engine

    judged = labels()
    cercles, communes = typed(real)
    with fresh_database("sqlite") as url, orm.Session(make_engine(url)) as session:
        found = finder(real, session)
        # Whatever is not in the file says the same three times: its code is right.
        right = {said: judged.get(said, said[5]) for said in communes}
        tallies = {
            "cercles": measure(found.find, [(s, n, judged[s]) for s, n in cercles.items()]),
            "communes": measure(found.find, [(s, n, right[s]) for s, n in communes.items()]),
            "communes, codes left out": measure(found.find, _names(communes, right)),
        }
        every = [(s, n, judged[s]) for s, n in cercles.items()] + [
            (s, n, right[s]) for s, n in communes.items()
        ]
        tallies["cercles and communes"] = measure(found.find, every)
    for tally in tallies.values():
        for cells, wanted, taken in tally.wrong:
            print("wrong:", " | ".join(cells), "is", wanted or "unclear", "and was taken for", taken)
    return [tally.line(name) for name, tally in tallies.items()]


def _names(communes: Counter[Cells], right: Mapping[Cells, str]) -> list[tuple[Cells, int, str]]:
    """Return every pair without its codes; a commune that a code alone placed is then unclear."""
    rows: Counter[Cells] = Counter()
    told: dict[Cells, set[str]] = {}
    for said, count in communes.items():
        bare = (said[0], "", said[2], "", said[4], "")
        rows[bare] += count
        told.setdefault(bare, set()).add(right[said])
    # Where one of several codes contradicts the name, the name itself is still what the others say.
    clear = {bare: codes - {""} for bare, codes in told.items()}
    return [(bare, n, next(iter(clear[bare])) if len(clear[bare]) == 1 else "") for bare, n in rows.items()]
