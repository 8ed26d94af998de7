"""Nothing but a refusal leaves the intake, whatever the file or the cells.

A long run: ``python -m tests.fuzz --minutes 10 --seed 1``.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster4w.intake.headers.assign import map_columns
from cluster4w.intake.headers.choose import choose_sheets
from cluster4w.intake.headers.locate import find_table, no_data
from cluster4w.intake.headers.map import Vocabulary, detect_layout
from cluster4w.intake.open import Sheet, Workbook
from cluster4w.intake.read import Context, as_text, parse
from cluster4w.template.declaration import Template, shipped
from cluster4w.template.kinds import Kind, to_json
from cluster4w.template.problems import Refusal
from tests.books import HEADERS, ROW
from tests.fuzz import make_database, outcome
from tests.mutations import NASTY, seeds, spoilt

#: Files that the suite spoils; the long run spoils as many as there is time for.
FEW = 160
_QUICK = settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip

_texts = st.one_of(
    st.sampled_from(NASTY), st.sampled_from([*HEADERS, *map(str, ROW)]),
    st.text(st.characters(codec=None), max_size=30),
)  # fmt: skip
_cells = st.one_of(
    _texts, st.floats(), st.integers(-(10**40), 10**40), st.booleans(), st.datetimes(), st.dates(),
    st.times(), st.timedeltas(), st.just(""),
)  # fmt: skip
_rows = st.lists(st.lists(_cells, max_size=14), max_size=30)


@pytest.fixture(scope="module")
def template() -> Template:
    """The template that ships."""
    return shipped()


@pytest.fixture(scope="module")
def vocabulary(template: Template) -> Vocabulary:
    """What its columns are called."""
    return Vocabulary.of(template)


@pytest.fixture(scope="module")
def database() -> Iterator[Any]:
    """The small operation, in memory."""
    session, operation = make_database()
    yield session, operation
    session.close()


@_QUICK
@given(kind=st.sampled_from(list(Kind)), cell=_cells)
def test_any_cell_is_read_as_any_kind(template: Template, kind: Kind, cell: Any) -> None:
    context = Context(template.lists["yes_no"].by_spelling, 2016)
    value, issue = parse(kind, cell, context)
    assert isinstance(as_text(cell), str)
    assert value is None or to_json(kind, value) is not None
    if issue is not None:
        assert issue.code


@_QUICK
@given(rows=_rows, at=st.integers(0, 12))
def test_a_table_is_found_in_any_rows_and_its_columns_are_mapped(
    vocabulary: Vocabulary, rows: list[list[Any]], at: int
) -> None:
    for top in (rows, [*rows[:at], list(HEADERS), *rows[at:]]):
        table = find_table(top, vocabulary)
        if table is None:
            continue
        assert 1 <= table.header_row < table.first_data_row
        mapped = map_columns(
            table.headers, table.tags, vocabulary, {}, table.above, titles=table.titles, year=2016
        )
        assert [c.index for c in mapped] == sorted({c.index for c in mapped})
        detect_layout(mapped, vocabulary, None)
        for number, row in enumerate(top, 1):
            no_data(row, number, table)


class _Silent:
    def say(self, code: str, **_: Any) -> None:
        """Take a finding."""


@_QUICK
@given(sheets=st.lists(st.tuples(_texts, st.booleans(), _rows), max_size=4))
def test_sheets_of_any_name_and_content_are_chosen_or_refused(
    vocabulary: Vocabulary, sheets: list[tuple[str, bool, list[list[Any]]]]
) -> None:
    book = Workbook("xlsx", [Sheet(n, v, lambda r=r: iter([list(c) for c in r])) for n, v, r in sheets])
    try:
        assert choose_sheets(book, vocabulary, _Silent(), {})
    except Refusal as refusal:
        refusal.words(lambda m: m)


def test_spoilt_workbooks_of_every_kind_are_read_or_refused(database: Any) -> None:
    good = seeds()
    said = {name: outcome(*database, data) for name, data in good.items()}
    assert set(said.values()) == {"read"}, said
    outcomes = set()
    for number in range(FEW):
        random = Random(number)
        name = random.choice(list(good))
        data = spoilt(random, good[name])
        try:
            outcomes.add(outcome(*database, data, store=number % 8 == 0))
        except Exception as error:
            error.add_note(f"file {number}, made of {name}")
            raise
    assert {"read", "file.damaged"} < outcomes
