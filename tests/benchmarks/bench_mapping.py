"""How many columns of labelled header rows are recognised rightly, asked, taken wrongly or not recognised."""

from __future__ import annotations

from pathlib import Path

from tests.labelled_headers import TABLES
from tests.labelled_unseen import UNSEEN
from tests.mapping_measure import ASKED, CLEAR, RIGHT, UNKNOWN, WRONG, judge, shares, workbook_table


def run(real: Path | None) -> list[dict[str, object]]:
    """Return a line for the labelled tables, one for those never tuned for, one for the public workbook."""
    sets = {
        f"{len(TABLES)} labelled tables": list(judge()),
        f"{len(UNSEEN)} tables never tuned for": list(judge(UNSEEN)),
    }
    if real is not None:
        sets["public workbook of Mali"] = list(judge([workbook_table(real)]))
    rows: list[dict[str, object]] = []
    for name, judged in sets.items():
        counts = shares(judged)
        keyed = counts["keyed"]
        rows.append(
            {
                "what": name,
                "columns": len(judged),
                "with a key": keyed,
                "right": f"{counts[RIGHT]} ({100 * counts[RIGHT] / keyed:.1f} %)",
                "asked": counts[ASKED],
                "of these with a key": counts["asked, keyed"],
                "wrong": counts[WRONG],
                "not recognised": counts[UNKNOWN],
                "rightly without a key": counts[CLEAR],
            }
        )
    return rows
