"""Rows moved, sorted, inserted, copied, stripped of their ids: each is matched as a plain model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cluster4w.intake.comparing.compare import CheckedRow, Comparer, Comparison, Seen
from cluster4w.record.queries.comparison import Recorded
from cluster4w.template.declaration import parse, shipped_declaration

TEMPLATE = parse(shipped_declaration())
KEYS = ("row_id", "period", "adm2_pcode", "site_name", "activity_type", "households_reached", "comments")
SHEET = "4W"


def values(site: int, households: int, comment: str = "as it was") -> dict[str, Any]:
    """Return a row; its site is what makes it the activity that it is."""
    return {
        "period": "2016-05",
        "adm2_pcode": "ML0502",
        "site_name": f"site {site}",
        "activity_type": "core_nfi_kit",
        "households_reached": households,
        "comments": comment,
    }


def compare(record: Iterable[Recorded], rows: list[CheckedRow]) -> Comparison:
    """Compare rows with a record that is a list."""
    held = {r.uid: r for r in record}
    comparer = Comparer(
        TEMPLATE,
        {SHEET: Seen.of(KEYS, None)},
        {},
        lambda uids: [held[uid] for uid in uids if uid in held],
        lambda _ids, _months: held.values(),
    )
    return comparer.compare(rows)


#: What may happen to a recorded row before the workbook is sent again, and what must come of it: the
#: comparison of each row that it leaves in the file, which of them is the recorded one, and how many row ids
#: stand twice.
FATES: dict[str, tuple[list[str], int | None, int]] = {
    "left alone": (["unchanged"], 0, 0),
    "figure changed": (["changed"], 0, 0),
    "moved to another site": (["changed"], 0, 0),
    "id lost": (["unchanged"], 0, 0),
    "id lost and figure changed": (["changed"], 0, 0),
    "id mistyped": (["unchanged"], 0, 0),
    "deleted": ([], None, 0),
    "copied whole": (["unchanged", "repeated"], 0, 1),
    "copied without its id": (["unchanged", "repeated"], 0, 0),
    "copied and the copy changed": (["unchanged", "new"], 0, 1),
    "copied twice, for two other sites": (["unchanged", "new", "new"], 0, 2),
    "broken": (["broken"], 0, 0),
    "broken and id lost": (["broken"], 0, 0),
}


def file_rows(fate: str, uid: str, site: int, households: int) -> list[tuple[str, dict[str, Any]]]:
    """Return what a fate makes of a recorded row: (row id, values) of each row in the file."""
    same = values(site, households)
    match fate:
        case "left alone" | "broken":
            return [(uid, same)]
        case "figure changed":
            return [(uid, values(site, households + 1000))]
        case "moved to another site":
            return [(uid, values(site + 1000, households))]
        case "id lost" | "broken and id lost":
            return [("", same)]
        case "id lost and figure changed":
            return [("", values(site, households + 1000))]
        case "id mistyped":
            return [(f"{uid}X", same)]
        case "deleted":
            return []
        case "copied whole":
            return [(uid, same), (uid, same)]
        case "copied without its id":
            return [(uid, same), ("", same)]
        case "copied and the copy changed":
            return [(uid, same), (uid, values(site, households + 1000))]
        case _:
            copies = [(uid, values(site + more, households + more)) for more in (2000, 3000)]
            return [(uid, same), *copies]


@settings(max_examples=60, deadline=None)
@given(
    fates=st.lists(st.sampled_from(sorted(FATES)), max_size=12),
    added=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
    equal_figures=st.booleans(),
)
def test_whatever_happens_to_the_rows_of_a_workbook_each_is_matched_as_its_fate_says(
    fates: list[str], added: int, order: Any, equal_figures: bool
) -> None:
    record, rows, expected = [], [], Counter[str]()
    gone: set[str] = set()
    for site, fate in enumerate(fates):
        uid, households = f"UID{site}", 100 if equal_figures else 100 + site
        record.append(Recorded(uid, 7, {**values(site, households), "row_id": uid}, {}))
        comparisons, _, _ = FATES[fate]
        expected.update(comparisons)
        if not comparisons:
            gone.add(uid)
        for row_id, said in file_rows(fate, uid, site, households):
            state = "with_errors" if fate.startswith("broken") else "clean"
            if state == "with_errors":
                said.pop("households_reached")
            row = CheckedRow(SHEET, 0, state, None, None, 7, {**said, "row_id": row_id} if row_id else said)
            rows.append((fate, uid, row))
    for more in range(added):
        expected["new"] += 1
        rows.append(("added", "", CheckedRow(SHEET, 0, "clean", None, None, 7, values(5000 + more, 10))))
    order.shuffle(rows)
    for number, (_, _, row) in enumerate(rows, 2):
        row.number = number
    result = compare(record, [row for _, _, row in rows])

    assert Counter(row.comparison or "broken" for _, _, row in rows) == expected
    assert {r.uid for r in result.vanished} == gone
    assert Counter(code for _, code, _, _ in result.notes)["row.id_twice"] == sum(FATES[f][2] for f in fates)
    taken = [row.uid for _, _, row in rows if row.uid]
    assert len(taken) == len(set(taken)), "a recorded row is met once"
    for fate, uid, row in rows:
        assert row.uid in (None, uid), "and by no other row than its own"
        if row.comparison in ("unchanged", "changed"):
            assert row.uid == uid
        if row.comparison == "changed":
            moved = {"site_name"} if fate == "moved to another site" else {"households_reached"}
            assert set(row.before) == moved
