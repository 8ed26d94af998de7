"""The ledger of the record: figures are what the rows say, whatever happened to them, at whatever moment."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.counting import Asked, counts_beside
from cluster4w.gaps.question import Question
from cluster4w.gaps.response import Response, response
from cluster4w.gaps.rules import Count
from cluster4w.gaps.table import gap_table
from cluster4w.models import Activity, DoubleCount, LedgerBlock, Operation, Organisation
from cluster4w.models.engine import make_engine, writing
from cluster4w.record.operations import ledger
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import restore_version, withdraw_activity
from cluster4w.record.operations.double_counts import settle, take_back
from cluster4w.record.operations.ledger import complete_ledgers
from cluster4w.record.queries import ledger as queries
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.ledger_check import differences
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import template_of
from cluster4w.template.kinds import Values
from cluster4w.template.problems import Refusal
from tests import books
from tests.plain_counting import Counting, count, counts_as_present

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
        self.places = list(PLACES)
        self.organisations = list(session.scalars(sa.select(Organisation.id).order_by(Organisation.id)))

    def row(self) -> dict[str, Any]:
        pick = self.rng.choice
        one, two, three = pick(self.places)
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
            said: Values = self.row() if self.rng.random() < 0.5 else {"period": row.period or "2016-04"}
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
        """Decide about pairs that may be one, and take some decisions back."""
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


def parts_of(organisations: list[int]) -> list[Window]:
    """Return questions for a part of the response: of one organisation or type, of a span of months."""
    one, two = organisations[:2]
    return [
        Window(organisation=one),
        Window("2016-01", "2016-03", organisation=two),
        Window(activity_type="cash_rent"),
        Window("2016-01", "2016-05", activity_type="site_improvement"),
        Window("2016-02", "2016-03"),
        Window("2016-02"),
        Window("2016-02", "2016-05", None, one, "tent"),
        Window(organisation=two, activity_type="training"),
    ]


def questions(parts: list[Window]) -> list[Asked]:
    return [
        Asked(level, sub_sector, unit, window, group)
        for level in (2, 3)
        for sub_sector in ("shelter", "nfi")
        for unit in ("household", "individual")
        for window in (*starmap(Window, WINDOWS), *parts)
        for group in (None, "idps")
    ]


def comparable(found: Response) -> Any:
    """Return everything that an answer says, to be compared with another answer."""
    counts = {
        area: (
            [(a.own, a.other, a.known) for a in (count.reached, count.planned, count.assistances)],
            (count.reached_rows, count.planned_rows, count.silent_rows, count.not_first, count.first_unsaid),
        )
        for area, count in found.counts.items()
        if count.reached_rows or count.planned_rows
    }
    present = {area: who for area, who in found.present.items() if who}
    return counts, found.types, present, found.months, found.reporting


def counting_of(operation: Operation, asked: Asked) -> Counting:
    return Counting(
        {c.key: c for c in template_of(operation).activity_types},
        operation.household_size,
        asked.level,
        asked.sub_sector,
        asked.unit,
        asked.group,
        asked.window.first,
        asked.window.last,
        asked.window.organisation,
        asked.window.activity_type,
    )


def check(
    session: orm.Session,
    operation: Operation,
    asked: Asked,
    left_out: set[int],
    rows: list[Activity] | None = None,
) -> None:
    """Hold the answer of the ledger against that of the pencil; ``rows``: in force, by default now."""
    found = response(session, operation, asked)
    how = counting_of(operation, asked)
    if rows is None:
        rows = list(session.scalars(sa.select(Activity).where(Activity.superseded_at.is_(None))))
    lines = count(rows, left_out, how)
    assert {area for area, line in lines.items() if line.organisations} == set(found.present), asked
    for area, line in lines.items():
        there = found.counts.get(area, Count())
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
        assert found.present.get(area, set()) == line.organisations
    assert found.counts.keys() <= lines.keys()
    inside = [row for row in rows if counts_as_present(row, how)]
    said = {row.organisation_id for row in inside if row.activity_type or row.sub_sector}
    assert found.unsaid == len({row.organisation_id for row in inside} - said)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_to_rows_every_answer_is_what_a_pencil_makes_of_them(
    session: orm.Session, operation: Operation, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed == 2:
        # As after many writes: blocks are packed together again and again.
        monkeypatch.setattr(ledger, "MANY", 3)
    partners = Partners(session, operation, seed)
    partners.upload()
    parts = parts_of(partners.organisations)
    every = questions(parts)
    done = set()
    for step in range(14):
        done.add(partners.act())
        assert list(differences(session, operation)) == [], done
        left_out = set(load_doubles(session, operation, Window()).left_out)
        for asked in partners.rng.sample(every, k=4 if step < 13 else 20):
            check(session, operation, asked, left_out)
    for window in parts:
        left_out = set(load_doubles(session, operation, window).left_out)
        asked = partners.rng.choice([question for question in every if question.window == window])
        check(session, operation, asked, left_out)
    assert done >= {"upload", "settle"}
    blocks = session.scalar(sa.select(sa.func.count()).select_from(LedgerBlock)) or 0
    assert blocks <= 4 if seed == 2 else blocks > 10


def test_what_areas_come_to_by_group_type_and_month_adds_up_to_what_they_come_to(
    session: orm.Session, operation: Operation
) -> None:
    partners = Partners(session, operation, 11)
    for _ in range(8):
        partners.upload()
    partners.settle()
    for asked in (
        Asked(2, "shelter", "household", Window("2016-01", "2016-05")),
        Asked(3, "nfi", "individual", Window("2016-01", "2017-12")),
    ):
        doubles = load_doubles(session, operation, asked.window)
        assert doubles.left_out
        whole = comparable(response(session, operation, asked))[0]
        for beside in ("population_group", "activity_type", "period"):
            sums: dict[Any, Count] = {}
            parts = counts_beside(session, operation, asked, doubles, beside)  # type: ignore[arg-type]
            assert len({said for _, said in parts}) > 1
            for (area, _), part in parts.items():
                sums.setdefault(area, Count()).add(part)
            assert comparable(Response(sums, frozenset(), {}, 0, (), True))[0] == whole, beside
        # Of every group by itself the pencil says the same.
        groups = {group for _, group in counts_beside(session, operation, asked, doubles, "population_group")}
        for group in groups - {None}:
            check(session, operation, replace(asked, group=group), set(doubles.left_out))


def test_the_figures_as_of_a_moment_are_those_of_the_rows_in_force_then(
    session: orm.Session, operation: Operation
) -> None:
    partners = Partners(session, operation, 12)
    partners.upload()
    moments = []
    for _ in range(8):
        partners.act()
        moments.append(session.scalars(sa.select(sa.func.max(Activity.recorded_at))).one())
    every = questions([])
    for moment in moments:
        rows = list(
            session.scalars(
                sa.select(Activity).where(
                    Activity.recorded_at <= moment,
                    sa.or_(Activity.superseded_at.is_(None), Activity.superseded_at > moment),
                )
            )
        )
        # What the pencil reads of a row is what it was before it was superseded.
        then = [copy_of(row) for row in rows]
        for asked in partners.rng.sample(every, k=3):
            window = replace(asked.window, as_of=moment)
            left_out = set(load_doubles(session, operation, window).left_out)
            check(session, operation, replace(asked, window=window), left_out, then)  # type: ignore[arg-type]


def copy_of(row: Activity) -> Any:
    names = [c.key for c in sa.inspect(Activity).column_attrs]
    return SimpleNamespace(**{name: getattr(row, name) for name in names} | {"superseded_at": None})


def test_the_lines_of_every_level_add_up_to_the_same_people(
    session: orm.Session, operation: Operation
) -> None:
    partners = Partners(session, operation, 3)
    # A region whose cercle names none, or another one, is a fault that no check lets through.
    partners.places = [place for place in PLACES if place[0] is not None or place[1] is None]
    for _ in range(6):
        partners.upload()
    partners.settle()
    gazetteer = load_gazetteer(session, operation.edition_id)
    for sub_sector in ("nfi", "shelter"):
        for month in (None, "2016-03"):
            tables = [
                gap_table(session, operation, Question(level, month, sub_sector, unit="individual"))
                for level in (1, 2, 3)
            ]
            for name in ("assistances", "rows", "left_out", "organisations"):
                assert len({getattr(table.total, name) for table in tables}) == 1, name
            for table in tables:
                # What is known at a higher level only, or nowhere, stands in a line of its own.
                assert sum(row.reached or 0 for row in table.rows) == table.total.reached
                kinds = {row.kind for row in table.rows}
                assert kinds >= {"area", "unknown"}
                assert sub_sector == "nfi" or table is tables[0] or "part" in kinds
            regions, cercles, communes = tables
            by_region: dict[str | None, int] = {}
            for row in cercles.rows:
                region = gazetteer.within(row.pcode, 1) if row.pcode else None
                by_region[region] = by_region.get(region, 0) + (row.reached or 0)
            assert {row.pcode: row.reached or 0 for row in regions.rows if row.reached} == {
                region: people for region, people in by_region.items() if people
            }
            helped = [(t.total.reached or 0) + (t.total.planned or 0) for t in (cercles, communes)]
            named = [note.message for note in communes.notes if note.message.startswith("Types counted by")]
            if sub_sector == "nfi":
                assert helped[0] == helped[1]
                assert not named
            else:
                # Two communes may have their largest month at different times.
                assert helped[0] < helped[1] or (month and helped[0] == helped[1])
                assert named


def test_without_a_ledger_or_with_one_of_another_format_figures_come_from_the_rows(
    session: orm.Session, operation: Operation
) -> None:
    partners = Partners(session, operation, 4)
    partners.upload()
    partners.upload()
    asked = Asked(2, "shelter", "household", Window())
    full = comparable(response(session, operation, asked))
    assert full[0]
    for damage in (
        sa.delete(LedgerBlock).where(LedgerBlock.number == 0),
        sa.update(LedgerBlock).where(LedgerBlock.number == 0).values(digest="whole, format 0"),
        sa.delete(LedgerBlock),
    ):
        session.execute(damage)
        assert comparable(response(session, operation, asked)) == full
        assert [(d.line, d.more) for d in differences(session, operation)] == [(None, 0)]
        complete_ledgers(session)
        assert list(differences(session, operation)) == []
        assert comparable(response(session, operation, asked)) == full
    session.execute(sa.delete(LedgerBlock))
    # Whoever records next makes it anew.
    partners.edit()
    assert list(differences(session, operation)) == []


def test_rules_that_change_hold_for_every_figure_at_once(session: orm.Session, operation: Operation) -> None:
    partners = Partners(session, operation, 9)
    partners.upload()
    asked = Asked(2, "shelter", "household", Window())
    left_out = set(load_doubles(session, operation, Window()).left_out)
    check(session, operation, asked, left_out)
    # Two months of one site, of which the one in people is the larger one until households grow.
    site: dict[str, Any] = {
        "activity_type": "site_improvement",
        "status": "completed",
        "adm2_pcode": "ML0704",
        "population_group": "idps",
    }
    months: list[dict[str, Any]] = [
        {"period": "2016-01", "households_reached": 50},
        {"period": "2016-02", "individuals_reached": int(50 * operation.household_size) + 1},
    ]
    changes = [Change(partners.organisations[0], site | month) for month in months]
    record_versions(session, operation, changes, actor=None)
    here = (None, "ML0704", None)
    before = response(session, operation, asked).counts[here].reached
    assert (before.own, before.other) == (0, months[1]["individuals_reached"])
    operation.household_size += 1
    session.flush()
    after = response(session, operation, asked).counts[here].reached
    assert (after.own, after.other) == (50, 0)
    check(session, operation, asked, left_out)
    assert list(differences(session, operation)) == []


def test_what_was_rolled_back_is_in_no_figure(database_url: str) -> None:
    engine = make_engine(database_url)
    asked = Asked(2, "nfi", "household", Window())
    row = dict[str, Any](activity_type="core_nfi_kit", status="completed", adm2_pcode="ML0701")
    row["first_time_assisted"] = True
    with writing(), orm.Session(engine) as session:
        operation = session.scalars(sa.select(Operation)).one()
        organisation = session.scalars(sa.select(Organisation.id)).first() or 0
        for households, stays in ((5, True), (7, False), (11, True), (13, False)):
            change = Change(organisation, row | {"households_reached": households})
            record_versions(session, operation, [change], actor=None)
            found = response(session, operation, asked).counts[None, "ML0701", None]
            expected = {5: 5, 7: 12, 11: 16, 13: 29}[households]
            assert found.reached.value == expected
            if stays:
                session.commit()
            else:
                session.rollback()
        assert response(session, operation, asked).counts[None, "ML0701", None].reached.value == 16
        assert list(differences(session, operation)) == []
    engine.dispose()


def test_a_process_reads_each_block_once_and_one_that_is_gone_again(
    session: orm.Session, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners = Partners(session, operation, 13)
    asked = Asked(2, "shelter", "household", Window())
    read: list[int] = []
    whole = queries._read

    def counting(session: orm.Session, operation: Operation, digests: Any) -> Any:
        read.append(len(digests))
        return whole(session, operation, digests)

    monkeypatch.setattr(queries, "_read", counting)
    queries.forget()
    for _ in range(3):
        partners.upload()
        for _ in range(2):
            response(session, operation, asked)
    assert read[0] >= 2
    assert 1 <= max(read[1:]) <= 2
    assert len(read) == 3
    # Somebody packs blocks together between the reading of their digests and of their contents.
    full = comparable(response(session, operation, asked))
    queries.forget()
    stale = [*queries.block_digests(session, operation), "gone"]
    answers = iter([stale])
    there = queries.block_digests
    monkeypatch.setattr(queries, "block_digests", lambda *arguments: next(answers, None) or there(*arguments))
    read.clear()
    assert comparable(response(session, operation, asked)) == full
    assert read[:2] == [len(stale), len(stale) - 1]


def test_many_who_ask_at_once_read_the_ledger_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(database_url)
    with writing(), orm.Session(engine) as session:
        operation = session.scalars(sa.select(Operation)).one()
        Partners(session, operation, 14).upload()
        session.commit()
    read: list[int] = []
    whole = queries._read

    def slowly(session: orm.Session, operation: Operation, digests: Any) -> Any:
        read.append(len(digests))
        time.sleep(0.05)
        return whole(session, operation, digests)

    monkeypatch.setattr(queries, "_read", slowly)
    queries.forget()

    def ask(_: int) -> int:
        with orm.Session(engine) as session:
            return queries.lines_of(session, session.scalars(sa.select(Operation)).one()).count

    with ThreadPoolExecutor(4) as threads:
        (count,) = set(threads.map(ask, range(4)))
    assert count > 0
    assert len(read) == 1
    engine.dispose()


def test_two_who_record_at_once_lose_nothing(database_url: str) -> None:
    engine = make_engine(database_url)
    both_began = threading.Barrier(2)

    def record(seed: int) -> None:
        with writing(), orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).one()
            session.commit()
            partners = Partners(session, operation, seed)
            changes = partners.changes(30)
            session.commit()
            both_began.wait()
            record_versions(session, operation, changes, actor=None)
            # The other one waits here for the operation.
            time.sleep(0.1)
            session.commit()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(record, (5, 6)))
    with orm.Session(engine) as session:
        operation = session.scalars(sa.select(Operation)).one()
        assert session.scalar(sa.select(sa.func.count()).select_from(Activity))
        assert operation.revision == 2
        assert list(differences(session, operation)) == []
    engine.dispose()


def test_one_command_compares_the_ledger_with_the_record_and_another_makes_it_anew(
    session: orm.Session, operation: Operation, cli: Any, tmp_path: Path
) -> None:
    partners = Partners(session, operation, 7)
    partners.upload()
    partners.edit()
    session.commit()
    workbook = tmp_path / "oim.xlsx"
    for households in (120, 90):
        workbook.write_bytes(books.book(books.row(Ménages=households), books.row(Statut="Planifié")))
        assert cli("import", workbook, "--operation", "test-2016").exit_code == 0
    sound = cli("ledger", "verify", "--all")
    assert (sound.exit_code, sound.output) == (0, "test-2016: 0 differences\n")
    blocks = session.scalars(sa.select(LedgerBlock.number).order_by(LedgerBlock.number)).all()
    session.execute(sa.delete(LedgerBlock).where(LedgerBlock.number == blocks[-1]))
    session.commit()
    assert cli("ledger", "verify", "--operation", "test-2016").exit_code == 1
    found = json.loads(cli("ledger", "verify", "--operation", "test-2016", "--json").output)
    assert {line["what"] for line in found} == {"too rarely"}
    session.execute(sa.delete(LedgerBlock))
    session.commit()
    found = json.loads(cli("ledger", "verify", "--operation", "test-2016", "--json").output)
    assert [line["what"] for line in found] == ["missing"]
    assert cli("ledger", "rebuild", "--operation", "test-2016").output == "test-2016: made anew\n"
    assert cli("ledger", "verify", "--all").exit_code == 0
    assert cli("ledger", "verify").exit_code == 2
