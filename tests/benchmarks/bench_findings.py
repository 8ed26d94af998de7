"""Precision of findings: some of the real Mali workbook's, drawn by lot, were looked up and judged by hand.

``findings_judged.csv`` holds the judgements: which draw, the finding (its row, column, code and the value it
is about), ``right`` or ``wrong``, and why. ``python -m tests.benchmarks findings`` checks the workbook again
and says of each judged finding whether it is still said. ``--draw OUT.csv`` draws anew, for judging: fifty of
all findings alike, and fifty more with at most six of a code, since half of all findings are repeated rows.

Source of the workbook: OCHA Mali, operational presence, December 2023 (HDX, CC BY-IGO).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.databases import fresh_database

JUDGED = Path(__file__).with_name("findings_judged.csv")
SEED = 2016
DRAWN = 50
PER_CODE = 6
HEADS = ("draw", "row", "column", "code", "value", "verdict", "why")


def _check(real: Path) -> Any:
    """Check the workbook with the communes of its own time and the later edition beside it."""
    from sqlalchemy import orm

    from cluster4w.intake.areas.file import load_areas
    from cluster4w.intake.check import check_file
    from cluster4w.models.engine import make_engine
    from cluster4w.record.queries.operations import get_operation

    with fresh_database("sqlite") as url, orm.Session(make_engine(url)) as session:
        for name, edition, level in (("2016_adm3", "2016", 3), ("2021", "2021", None)):
            file = real.with_name(f"gazetteer_{name}.csv")
            load_areas(session, file.read_bytes(), file.name, country="MLI", edition=edition, level=level)
        session.commit()
        operation = get_operation(session, "mali-2016")
        data = real.read_bytes()
        return check_file(
            session, operation, data, real.name, agency=None, month="2016-06", all_clusters=True
        )


def _key(finding: Any) -> tuple[str, str, str, str]:
    return (str(finding.row or ""), finding.column or "", finding.code, (finding.value or "")[:60])


def lot(findings: Sequence[Any]) -> list[tuple[str, Any]]:
    """Draw the findings to judge: fifty of all alike, then fifty with no code above six."""
    chance = random.Random(SEED)
    drawn = [("any", f) for f in chance.sample(findings, DRAWN)]
    taken = {id(f) for _, f in drawn}
    counts: dict[str, int] = {}
    rest = [f for f in findings if id(f) not in taken]
    for finding in chance.sample(rest, len(rest)):
        if counts.get(finding.code, 0) < PER_CODE and len(drawn) < 2 * DRAWN:
            counts[finding.code] = counts.get(finding.code, 0) + 1
            drawn.append(("by code", finding))
    return drawn


def draw(real: Path, out: Path) -> None:
    """Write the findings of a new draw with an empty verdict."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADS)
        for name, finding in lot(_check(real).findings):
            writer.writerow((name, *_key(finding), "", ""))


def run(real: Path) -> list[dict[str, object]]:
    """Return, per draw, how many findings were judged, how many right, and how many are still said."""
    said = {_key(f) for f in _check(real).findings}
    with JUDGED.open(encoding="utf-8", newline="") as stream:
        judged = list(csv.DictReader(stream))
    return [_line(name, [j for j in judged if j["draw"] == name], said) for name in ("any", "by code")]


def _line(
    name: str, judged: Iterable[dict[str, str]], said: set[tuple[str, str, str, str]]
) -> dict[str, object]:
    rows = list(judged)
    right = sum(j["verdict"] == "right" for j in rows)
    still = sum((j["row"], j["column"], j["code"], j["value"]) in said for j in rows)
    return {"draw": name, "judged": len(rows), "right": right, "still said": still}
