"""Filling a row's places from the deepest code it has."""

from __future__ import annotations

from cluster4w.record.gazetteer import Gazetteer
from cluster4w.template.kinds import Values

LEVELS = (1, 2, 3)


def fill_places(values: Values, gazetteer: Gazetteer) -> Values:
    """Set, in place, the codes and official names of every level above and at the deepest known code.

    Levels below it keep the name that was typed (a commune that the edition does not hold) and no code.
    """
    for level in reversed(LEVELS):
        code = values.get(f"adm{level}_pcode")
        if code is not None and (chain := gazetteer.lineage(str(code))):
            for place in chain:
                values[f"adm{place.level}_pcode"] = place.pcode
                values[f"adm{place.level}_name"] = place.name
            break
    return values
