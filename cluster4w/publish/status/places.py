"""What a formula can say of a place: by name below its parents, and by code together with both."""

from __future__ import annotations

from collections.abc import Iterator

from cluster4w.publish.status.row import MISSING, Problem, Row, all_of, any_of
from cluster4w.publish.workbooks.lists import JOINT, PlaceLists
from cluster4w.template.columns import Column
from cluster4w.template.rules import Severity


def place_problems(row: Row, column: Column) -> Iterator[Problem]:
    """Yield what may be wrong with the place in a column of names, and with the code beside it.

    A name is looked up below the names of its row only, so that homonyms elsewhere are never taken for it.
    What the list does not know is only to be looked at: the check knows other spellings too.
    """
    level = column.level or 1
    places = row.lists.places.get(level)
    names = [f"adm{upper}_name" for upper in range(1, level + 1)]
    if places is None or not set(names) <= row.columns.keys():
        return
    name, code_key = row(column.key), f"adm{level}_pcode"
    code = row(code_key) if code_key in row.columns else None
    path = _path(row, names)
    listed = f"ISNUMBER(MATCH({path},{places.keys.reference},0))"
    if level > 1:
        upper = [key for key in (names[-2], f"adm{level - 1}_pcode") if key in row.columns]
        above = [f'{name}<>""', *(f'{row(key)}=""' for key in upper)]
        yield row.doubt(MISSING, all_of(above), names[-2])
    if code is not None:
        own = f"INDEX({places.codes.reference},MATCH({path},{places.keys.reference},0))<>{code}"
        differs = f"IF({listed},{own},{_not_by_code(row, places, name, code, names)})"
        both = f'IF(OR({name}="",{code}=""),FALSE,{differs})'
        yield from row.problem("area.code_name_disagree", both, code_key)
        strange = f'AND({code}<>"",ISNA(MATCH({code},{places.codes.reference},0)))'
        yield from row.problem("area.code_unknown", strange, code_key)
    if level not in row.partial:
        filled = [f'{name}<>""', *([f'{code}=""'] if code is not None else []), f"NOT({listed})"]
        yield from row.problem("area.unknown", all_of(filled), column.key, severity=Severity.WARNING)


def _path(row: Row, names: list[str]) -> str:
    return f'&"{JOINT}"&'.join(row(key) for key in names)


def _not_by_code(row: Row, places: PlaceLists, name: str, code: str, names: list[str]) -> str:
    """Return the condition that the place of a code has another name or other parents than the row says."""
    at = f"MATCH({code},{places.codes.reference},0)"
    # Where two places of one parent share a name, the list shows "Baye (ML050202)".
    wrong = [f'LEFT(INDEX({places.labels.reference},{at})&" (",LEN({name})+2)<>{name}&" ("']
    if places.dependent is not None:
        above = [f'{row(key)}<>""' for key in names[:-1]]
        other = f"INDEX({places.dependent.parents.reference},{at})<>{_path(row, names[:-1])}"
        wrong.append(all_of([*above, other]))
    return f"IF(ISNA({at}),FALSE,{any_of(wrong)})"
