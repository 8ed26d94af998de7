"""The summary of the record: what it answers is what the rows say, whatever happened to them."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.counting import factor_of
from cluster4w.gaps.response import Asked, Response, counts_by_group, response
from cluster4w.gaps.rules import Amount, Count
from cluster4w.gaps.table import Question, gap_table
from cluster4w.models import (
    Activity,
    DoubleCount,
    Operation,
    Organisation,
    SummaryCell,
    SummaryMonth,
    SummaryPresence,
    SummaryState,
)
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import restore_version, withdraw_activity
from cluster4w.record.operations.double_counts import settle, take_back
from cluster4w.record.operations.summary import rebuild
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.summary_check import differences
from cluster4w.template.problems import Refusal
from tests.plain_counting import Counting, Line, count

TABLES = (SummaryCell, SummaryMonth, SummaryPresence)
#: Every counting rule, a type that counts towards no target, one that the template does not know, none.
TYPES = (
    *("core_nfi_kit", "nfi_cash", "tent", "semi_durable_shelter", "transitional_shelter", "cash_rent"),
    *("cash_rent", "site_improvement", "site_improvement", "collective_centre_rehabilitation", "training"),
    *("unknown", None),
)
PLACES = (
    ("ML07", "ML0701", "ML070101"),
    ("ML07", "ML0701", "ML070102"),
    ("ML07", "ML0701", None),
    ("ML05", "ML0502", "ML050201"),
    ("ML05", None, None),
    (None, "ML0502", None),
    (None, None, None),
    ("ML99", "ML9901", "ML990101"),
)
MONTHS = ("2016-01", "2016-02", "2016-02", "2016-03", "2016-05", "2017-03", "2015-11", "2015-12", None)
WINDOWS = ((None, None), ("2016-01", "2016-01"), ("2016-01", "2016-03"), ("2016-01", "2017-12"))


class Partners:
    """Whatever partners and coordinators do to a record, at random; the same seed does the same."""

    def __init__(self, session: orm.Session, operation: Operation, seed: int) -> None:
        self.session, self.operation, self.rng = session, operation, random.Random(seed)
        self.organisations = list(session.scalars(sa.select(Organisation.id).order_by(Organisation.id)))

    def row(self) -> dict[str, Any]:
        pick = self.rng.choice
        one, two, three = pick(PLACES)
        kind = pick(TYPES)
        values = {
            "activity_type": kind,
            "sub_sector": pick(("shelter", "nfi", None)) if kind is None else "shelter",
            "status": pick(
                (*["completed"] * 4, "planned", "planned", "ongoing", "suspended", "cancelled", None)
            ),
            "adm1_pcode": one,
            "adm2_pcode": two,
            "adm3_pcode": three,
            "site_name": pick(("Camp A", "CAMP A", "École", "ÉCOLE", None)),
            "site_pcode": pick((None, None, None, "S1")),
            "period": pick(MONTHS),
            "population_group": pick(("idps", "idps", "returnees", None)),
            "first_time_assisted": pick((True, True, False, None)),
            **{
                f"{people}_{when}": pick(figures)
                for people, figures in (
                    ("households", (None, 0, 5, 10, 60)),
                    ("individuals", (None, 30, 60, 7)),
                )
                for when in ("reached", "targeted")
            },
        }
        return {key: value for key, value in values.items() if value is not None}

    def changes(self, most: int) -> list[Change]:
        rows = [self.row() for _ in range(self.rng.randint(1, most))]
        # Somebody else reports the same: a possible double count.
        rows += [dict(row) for row in rows if self.rng.random() < 0.3]
        return [Change(self.rng.choice(self.organisations), row) for row in rows]

    def upload(self) -> None:
        """New rows, and other words for rows that are there."""
        changes = self.changes(12)
        for row in self.rng.sample(self.current(), k=min(5, len(self.current()))):
            said = self.row() if self.rng.random() < 0.5 else {"period": row.period or "2016-04"}
            withdrawn = self.rng.random() < 0.1
            changes.append(Change(row.organisation_id, said, uid=row.uid, withdrawn=withdrawn))
        record_versions(self.session, self.operation, changes, actor=None)

    def current(self) -> list[Activity]:
        rows = sa.select(Activity).where(Activity.superseded_at.is_(None)).order_by(Activity.id)
        return list(self.session.scalars(rows.execution_options(populate_existing=True)))

    def edit(self) -> None:
        row = self.rng.choice(self.current())
        change = Change(self.rng.choice(self.organisations), self.row(), uid=row.uid)
        record_versions(self.session, self.operation, [change], actor=None)

    def withdraw(self) -> None:
        if rows := [row for row in self.current() if not row.withdrawn]:
            row = self.rng.choice(rows)
            withdraw_activity(self.session, self.operation, row.uid, base=row.version, actor=None)

    def undo(self) -> None:
        if rows := [row for row in self.current() if row.version > 1]:
            row = self.rng.choice(rows)
            number = self.rng.randint(1, row.version - 1)
            restore_version(self.session, self.operation, row.uid, number, base=row.version, actor=None)

    def settle(self) -> None:
        for pair in self.session.scalars(sa.select(DoubleCount).order_by(DoubleCount.id)).all():
            if self.rng.random() < 0.5:
                continue
            kept = self.rng.choice((pair.first_uid, pair.second_uid))
            try:
                if pair.state == "open":
                    settle(
                        self.session,
                        self.operation,
                        pair.id,
                        verdict="same",
                        kept_uid=kept,
                        note="",
                        actor=None,
                    )
                elif self.rng.random() < 0.3:
                    take_back(self.session, self.operation, pair.id, actor=None)
            except Refusal:
                continue

    def act(self) -> str:
        acts = (self.upload, self.upload, self.edit, self.withdraw, self.undo, self.settle)
        act = self.rng.choice(acts)
        act()
        self.session.flush()
        return act.__name__


def questions(operation: Operation) -> list[Asked]:
    return [
        Asked(level, sub_sector, unit, Window(*window), group)  # type: ignore[arg-type]
        for level in (2, 3)
        for sub_sector in ("shelter", "nfi")
        for unit in ("household", "individual")
        for window in WINDOWS
        for group in (None, "idps")
    ]


def facts(found: Count) -> tuple[Any, ...]:
    def amount(value: Amount) -> tuple[Any, ...]:
        return value.own, value.other, value.known

    return (
        *map(amount, (found.reached, found.planned, found.assistances)),
        *(found.reached_rows, found.planned_rows, found.silent_rows, found.not_first, found.first_unsaid),
        *(found.left_out, found.doubtful, amount(found.fewer_reached)[:2], amount(found.fewer_planned)[:2]),
    )


def comparable(found: Response) -> tuple[Any, ...]:
    counts = {key: facts(value) for key, value in found.counts.items()}
    return counts, found.types, dict(found.present), found.months, found.reporting


def check(session: orm.Session, operation: Operation, asked: Asked, left_out: set[int]) -> None:
    """Hold three answers against each other: of the summary, of the plain query, of the pencil."""
    quick, plain = (response(session, operation, asked, plain=p) for p in (False, True))
    assert comparable(quick) == comparable(plain), asked
    how = Counting(
        {c.key: c for c in template_of(operation).activity_types},
        operation.household_size,
        asked.level,
        asked.sub_sector,
        asked.unit,
        asked.group,
        asked.window.first,
        asked.window.last,
    )
    rows = session.scalars(sa.select(Activity).where(Activity.superseded_at.is_(None)))
    lines = count(rows, left_out, how)
    assert {area for area, line in lines.items() if line.organisations} == set(plain.present), asked
    for area, line in lines.items():
        there = plain.counts.get(area, Count())
        for said, amount in (
            (line.reached, there.reached),
            (line.planned, there.planned),
            (line.assistances, there.assistances),
        ):
            assert (amount.value if amount.known else None) == pytest.approx(said), (asked, area)
        assert (there.reached_rows + there.planned_rows, there.planned_rows) == (line.rows, line.planned_rows)
        assert (there.silent_rows, there.not_first, there.first_unsaid) == (
            line.silent,
            line.not_first,
            line.first_unsaid,
        )
        assert plain.present.get(area, set()) == line.organisations
    assert plain.counts.keys() <= lines.keys()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_to_rows_every_answer_is_what_a_pencil_makes_of_them(
    session: orm.Session, operation: Operation, seed: int
) -> None:
    partners = Partners(session, operation, seed)
    partners.upload()
    every = questions(operation)
    done = set()
    for _ in range(16):
        done.add(partners.act())
        assert list(differences(session, operation)) == [], done
        left_out = set(load_doubles(session, operation, Window()).left_out)
        for asked in partners.rng.sample(every, k=5):
            check(session, operation, asked, left_out)
    left_out = set(load_doubles(session, operation, Window()).left_out)
    for asked in every:
        check(session, operation, asked, left_out)
        groups = (
            counts_by_group(
                session, operation, asked, doubles=load_doubles(session, operation, asked.window), plain=p
            )
            for p in (False, True)
        )
        quick, plain = ({k: facts(v) for k, v in found.items()} for found in groups)
        if asked.group is None:
            assert quick == plain
    assert done >= {"upload", "settle"}
