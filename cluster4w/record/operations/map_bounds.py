"""The cluster's own bounds of the classes of its maps, kept once for an operation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import orm

from cluster4w.models import Operation, Person
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: The bounds that every operation begins with: the largest per cents of the classes above 0 %.
USUAL = (20, 40, 60, 80, 100)
#: Classes between 0 % and the last one, and the largest bound: more are not told apart on a print.
MOST, LARGEST = 5, 999


def set_map_bounds(
    session: orm.Session, operation: Operation, bounds: Sequence[int] | None, *, actor: Person | None
) -> bool:
    """Set the bounds of the classes of every map; returns False where nothing changes.

    Args:
        session: where it is written.
        operation: whose maps, legends and sheets have these classes from now on.
        bounds: largest per cents of the classes, rising: 0 % and what is above the last one are classes of
            their own. None goes back to the usual ones.
        actor: who changes it.

    Raises:
        Refusal: they are no such bounds, or 100 is not among them.
    """
    session.refresh(operation, ["map_bounds", "revision"], with_for_update=True)
    after = _checked(bounds) if bounds is not None else list(USUAL)
    before = list(operation.map_bounds or USUAL)
    if before == after:
        return False
    operation.map_bounds = None if after == list(USUAL) else after
    session.flush()
    touch(session, operation)
    log(
        session,
        "map.bounds_set",
        subject="map",
        subject_id="bounds",
        operation=operation,
        actor=actor,
        before=before,
        after=after,
    )
    return True


def _checked(bounds: Sequence[int]) -> list[int]:
    found = list(bounds)
    if not found or len(found) > MOST or found != sorted(set(found)) or found[0] < 1 or found[-1] > LARGEST:
        raise Refusal(
            "map.bounds",
            N_("Give one to %(most)s whole per cents above zero, rising, for example 20 40 60 80 100."),
            most=MOST,
        )
    if 100 not in found:
        raise Refusal(
            "map.bounds_without_100",
            N_("100 must be among the bounds: what is above the target is a class of its own."),
        )
    return found
