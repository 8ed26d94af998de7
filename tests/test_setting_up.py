"""Beginning an operation of one's own."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import orm

from cluster4w.cli import main
from cluster4w.intake.check import check_file
from cluster4w.models import AuditEvent, Operation
from cluster4w.record.operations.setting_up import RESERVED, add_operation
from cluster4w.template.problems import Refusal
from cluster4w.views import ROUTES
from tests.books import ROW, book

GOOD: dict[str, Any] = {
    "slug": "mali-2017",
    "title": {"fr": "Mali · Abris & BNA · 2017", "en": ""},
    "country": "MLI",
    "edition": "test",
    "plan_start": dt.date(2017, 1, 1),
    "plan_end": dt.date(2017, 12, 31),
    "household_size": 5.1,
    "household_size_source": "DTM",
}


def test_a_new_operation_has_the_template_its_title_twice_and_a_trail(
    session: orm.Session, operation: Operation
) -> None:
    made = add_operation(session, **GOOD, actor=None)
    assert made.title == {"fr": "Mali · Abris & BNA · 2017", "en": "Mali · Abris & BNA · 2017"}
    assert (made.template, made.edition_id, made.is_example) == (
        operation.template,
        operation.edition_id,
        False,
    )
    assert session.scalar(sa.select(AuditEvent.action).where(AuditEvent.operation_id == made.id)) == (
        "operation.added"
    )
    check = check_file(session, made, book(ROW), "a.xlsx", agency=None, month=None)
    assert [f.code for f in check.findings if f.code == "period.outside_plan"] == ["period.outside_plan"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"slug": "Mali 2017"}, "operation.slug"),
        ({"slug": "-mali"}, "operation.slug"),
        ({"slug": "m" * 65}, "operation.slug"),
        ({"slug": "connexion"}, "operation.slug"),
        ({"slug": "test-2016"}, "operation.exists"),
        ({"plan_end": dt.date(2016, 12, 31)}, "operation.plan"),
        ({"household_size": 0}, "operation.household_size"),
        ({"household_size": 31}, "operation.household_size"),
        ({"household_size_source": " "}, "operation.household_size"),
        ({"edition": "1999"}, "operation.edition"),
        ({"country": "TCD"}, "operation.edition"),
    ],
)
def test_what_an_operation_cannot_be_is_said_and_nothing_is_made(
    session: orm.Session, operation: Operation, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        add_operation(session, **(GOOD | wrong), actor=None)
    assert refused.value.code == code
    assert refused.value.words(lambda text: text)
    assert session.scalars(sa.select(Operation.slug)).all() == [operation.slug]


def test_no_operation_can_take_the_address_of_a_page() -> None:
    first = {route.rule.split("/")[1] for route in ROUTES} - {"", "<slug>"}
    assert first <= RESERVED


def test_the_command_makes_an_operation_and_lists_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLUSTER4W_INSTANCE", str(tmp_path))
    made = CliRunner().invoke(
        main,
        ["operations", "add", "mali-2017", "--title", "Mali 2017", "--country", "mli", "--edition", "test",
         "--start", "2017-01-01", "--end", "2017-12-31", "--household-size", "5.1",
         "--household-size-source", "DTM"],
    )  # fmt: skip
    assert (made.exit_code, made.output) == (0, "mali-2017\n")
    listed = json.loads(CliRunner().invoke(main, ["operations", "list", "--json"]).stdout)
    assert [(o["operation"], o["title"]) for o in listed] == [
        ("mali-2017", "Mali 2017"),
        ("test-2016", "Test · Abris & BNA · 2016"),
    ]
